package poll

import (
	"cmp"
	"context"
	"errors"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
)

// probeTimeout bounds one guess at a well-known address.
const probeTimeout = 10 * time.Second

// problem is an error whose text is a sentence for the reader.
type problem struct {
	sentence string
	err      error
}

func (p *problem) Error() string { return p.sentence }
func (p *problem) Unwrap() error { return p.err }

// Discover says which feeds an address offers: itself when it is a feed, those
// that a page announces, else the first that a well-known path of the site
// gives. An address without a scheme is tried with https, then with http. The
// text of an error is a sentence for the reader.
func (p *Poller) Discover(ctx context.Context, address string) ([]feed.Candidate, error) {
	u, res, err := p.look(ctx, address)
	if err != nil {
		return nil, err
	}
	defer res.Release()
	offered, err := p.offers(ctx, u, res)
	for i := range offered {
		offered[i].URL = feed.KeepLogin(offered[i].URL, u)
	}
	return offered, err
}

// look asks for what a reader typed or pasted, and says under which address it
// was found. The text of an error is a sentence.
func (p *Poller) look(ctx context.Context, address string) (found string, res fetch.Response, err error) {
	var first error
	for _, u := range guesses(address) {
		res, err := p.client.Get(ctx, fetch.Request{URL: u})
		if err == nil {
			return u, res, nil
		}
		first = cmp.Or(first, err)
		if !openInstead(err) {
			break
		}
	}
	sentence := first.Error()
	var failed *fetch.Error
	if errors.As(first, &failed) {
		sentence = failed.Sentence()
	}
	return "", fetch.Response{}, &problem{sentence, first}
}

// guesses turns what a reader typed or pasted into addresses to try in turn.
func guesses(typed string) []string {
	s := strings.TrimSpace(typed)
	if len(s) >= 5 && strings.EqualFold(s[:5], "feed:") {
		s = strings.TrimPrefix(s[5:], "//")
	}
	if s == "" || strings.Contains(s, "://") || strings.HasPrefix(s, "builtin:") || fetch.IsLocal(s) {
		return []string{s}
	}
	return []string{"https://" + s, "http://" + s}
}

// openInstead says whether http may do where https failed.
func openInstead(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return false
	}
	return slices.Contains([]fetch.Kind{fetch.KindRefused, fetch.KindReset, fetch.KindTimeout, fetch.KindTLS}, failed.Kind)
}

// offers reads an answer as a feed, else as a page.
func (p *Poller) offers(ctx context.Context, address string, res fetch.Response) ([]feed.Candidate, error) {
	doc, err := p.parse(res.Body, origin(res))
	if err == nil {
		return []feed.Candidate{candidate(cmp.Or(res.Permanent, address), res, doc)}, nil
	}
	var not *feed.NotFeedError
	if !errors.As(err, &not) || not.Kind != "html" {
		return nil, &problem{parseSentence(res, err), err}
	}
	if found := feed.FindFeeds(res.Body, res.FinalURL); len(found) > 0 {
		return found, nil
	}
	// A large page would keep its place from the feeds that are tried now.
	res.Release()
	if found := p.probe(ctx, feed.KeepLogin(res.FinalURL, address)); len(found) > 0 {
		return found, nil
	}
	return nil, &problem{"This page announces no feed: look for a link called RSS, Atom or feed on the site, and add its address.", err}
}

// probe tries the paths where feeds commonly are, one after the other, and
// stops at the first feed: the others are most likely the same one.
func (p *Poller) probe(ctx context.Context, page string) []feed.Candidate {
	base, err := url.Parse(page)
	if err != nil {
		return nil
	}
	for _, path := range []string{"/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml"} {
		u := base.ResolveReference(&url.URL{Path: path}).String()
		res, err := p.client.Get(ctx, fetch.Request{URL: u, Timeout: probeTimeout})
		if err != nil {
			continue
		}
		doc, err := p.parse(res.Body, origin(res))
		res.Release()
		if err == nil {
			return []feed.Candidate{candidate(cmp.Or(res.Permanent, u), res, doc)}
		}
	}
	return nil
}

func candidate(address string, res fetch.Response, doc *feed.Document) feed.Candidate {
	c := feed.Candidate{URL: address, Title: doc.Title}
	switch media, _, _ := mime.ParseMediaType(res.ContentType); media {
	case "application/rss+xml":
		c.Type = "RSS"
	case "application/atom+xml":
		c.Type = "Atom"
	case "application/feed+json", "application/json":
		c.Type = "JSON Feed"
	}
	return c
}
