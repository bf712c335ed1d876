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
	"dateline/feed/find"
	"dateline/feed/parse"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// probeTimeout bounds one guess at a well-known address.
const probeTimeout = 10 * time.Second

// probesTimeout bounds all the guesses at one site.
const probesTimeout = 30 * time.Second

// messageError is an error whose text is a sentence for the reader.
type messageError struct {
	message string
	err     error
}

func (p *messageError) Error() string { return p.message }
func (p *messageError) Unwrap() error { return p.err }

// Discover says which feeds an address offers: itself when it is a feed, those
// that a page announces and those that [find.HostFeeds] knows, else the first
// that a well-known path of the site gives. The feeds that the address alone
// tells are also those of a page that refuses to be read. An address without a
// scheme is tried with https, then with http. The text of an error is a
// sentence for the reader.
func (p *Poller) Discover(ctx context.Context, address string) ([]feed.Candidate, error) {
	u, res, err := p.fetchTyped(ctx, address)
	if err != nil {
		if found := find.HostFeeds(addressesToTry(address)[0], nil); len(found) > 0 && pageRefused(err) {
			return found, nil
		}
		return nil, err
	}
	defer res.Release()
	offered, err := p.feedsAt(ctx, u, res)
	for i := range offered {
		offered[i].URL = text.KeepLogin(offered[i].URL, u)
	}
	return offered, err
}

// fetchTyped asks for what a reader typed or pasted, and says under which address it
// was found. The text of an error is a sentence.
func (p *Poller) fetchTyped(ctx context.Context, address string) (found string, res fetch.Response, err error) {
	var first error
	for _, u := range addressesToTry(address) {
		res, err := p.client.Get(ctx, fetch.Request{URL: u})
		if err == nil {
			if sentence := p.portalMessage(u, res); sentence != "" {
				res.Release()
				return "", fetch.Response{}, &messageError{sentence, first}
			}
			return u, res, nil
		}
		first = cmp.Or(first, err)
		if !tryHTTP(err) {
			break
		}
	}
	sentence := first.Error()
	var failed *fetch.Error
	if errors.As(first, &failed) {
		sentence = failed.UserMessage()
	}
	return "", fetch.Response{}, &messageError{sentence, first}
}

// addressesToTry turns what a reader typed or pasted into addresses to try in turn.
func addressesToTry(typed string) []string {
	s := strings.TrimSpace(typed)
	if len(s) >= 5 && strings.EqualFold(s[:5], "feed:") {
		s = strings.TrimPrefix(s[5:], "//")
	}
	if s == "" || strings.Contains(s, "://") || strings.HasPrefix(s, "builtin:") || fetch.IsLocal(s) {
		return []string{s}
	}
	return []string{"https://" + s, "http://" + s}
}

// tryHTTP says whether http may do where https failed.
func tryHTTP(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return false
	}
	return slices.Contains([]fetch.Kind{fetch.KindRefused, fetch.KindReset, fetch.KindTimeout, fetch.KindTLS}, failed.Kind)
}

// pageRefused says whether a page is there that only its host keeps from us. One
// that is missing has no feeds, and without a network none can be asked.
func pageRefused(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.Kind {
	case fetch.KindStatus:
		return failed.Status != 404 && failed.Status != 410
	case fetch.KindAuth, fetch.KindTooLarge, fetch.KindTruncated, fetch.KindEncoding, fetch.KindRedirects, fetch.KindLoop:
		return true
	}
	return false
}

// feedsAt reads an answer as a feed, else as a page.
func (p *Poller) feedsAt(ctx context.Context, address string, res fetch.Response) ([]feed.Candidate, error) {
	doc, err := p.parse(res.Body, origin(res))
	if err == nil {
		return []feed.Candidate{candidate(cmp.Or(res.Permanent, address), res, doc)}, nil
	}
	var not *parse.NotFeedError
	isPage := errors.As(err, &not) && not.Kind == "html"
	var announced, hosted []feed.Candidate
	if isPage {
		announced = find.Links(res.Body, res.FinalURL)
		hosted = find.HostFeeds(res.FinalURL, res.Body)
	}
	if len(hosted) == 0 {
		// A wall of consent or a login stands at another address.
		hosted = find.HostFeeds(address, nil)
	}
	if found := mergeCandidates(announced, hosted); len(found) > 0 {
		return found, nil
	}
	if !isPage {
		return nil, &messageError{parseMessage(res, err), err}
	}
	// A large page would keep its place from the feeds that are tried now.
	res.Release()
	if found := p.probe(ctx, text.KeepLogin(res.FinalURL, address)); len(found) > 0 {
		return found, nil
	}
	return nil, &messageError{"This page announces no feed: look for a link called RSS, Atom or feed on the site, and add its address.", err}
}

// mergeCandidates puts the feeds of a host behind those announced. Of one that is among
// both the announced words stay, with the note.
func mergeCandidates(announced, hosted []feed.Candidate) []feed.Candidate {
	for _, h := range hosted {
		same := func(c feed.Candidate) bool { return strings.TrimSuffix(c.URL, "/") == strings.TrimSuffix(h.URL, "/") }
		if i := slices.IndexFunc(announced, same); i >= 0 {
			announced[i].Note = h.Note
			continue
		}
		announced = append(announced, h)
	}
	return announced
}

// probe tries the paths where feeds commonly are, one after the other, and
// stops at the first feed: the others are most likely the same one.
func (p *Poller) probe(ctx context.Context, page string) []feed.Candidate {
	base, err := url.Parse(page)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probesTimeout)
	defer cancel()
	for _, path := range []string{
		"/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml",
		"/feed/", "/rss", "/feeds/posts/default", "/feed.json", "/blog/feed.xml",
	} {
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

// previewItems is how many items a preview shows.
const previewItems = 5

// Preview reads the feed at an address and keeps nothing of it. The text of an
// error is a sentence for the reader.
func (p *Poller) Preview(ctx context.Context, address string) (feed.Preview, error) {
	u, res, err := p.fetchTyped(ctx, address)
	if err != nil {
		return feed.Preview{}, err
	}
	defer res.Release()
	doc, err := p.parse(res.Body, origin(res))
	if err == nil && res.Partial && len(doc.Items) == 0 {
		err = errors.New("it broke off")
	}
	if err != nil {
		return feed.Preview{}, &messageError{parseMessage(res, err), err}
	}
	newest := slices.Clone(doc.Items)
	slices.SortStableFunc(newest, func(a, b feed.Article) int { return b.Published.Compare(a.Published) })
	return feed.Preview{
		Candidate:    candidate(text.KeepLogin(cmp.Or(res.Permanent, u), u), res, doc),
		Description:  doc.Description,
		Site:         doc.Site,
		Items:        newest[:min(previewItems, len(newest))],
		Total:        len(newest),
		PostInterval: schedule.PostInterval(doc.Items, p.now()),
	}, nil
}
