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

// probeTimeout limits the request for one well-known address.
const probeTimeout = 10 * time.Second

// probesTimeout limits all requests for well-known addresses of one site.
const probesTimeout = 30 * time.Second

// messageError is an error whose text is a message for the user.
type messageError struct {
	message string
	err     error
}

func (p *messageError) Error() string { return p.message }
func (p *messageError) Unwrap() error { return p.err }

// Discover returns the feeds that an address offers. If the address is a feed,
// it returns this feed. If it is a web page, it returns the feeds that the page
// links to and those of [find.HostFeeds], or else the first feed at a
// well-known path of the site. If the page cannot be read, it returns the feeds
// that follow from the address alone. An address without a scheme is tried with
// https, then with http. The text of an error is a message for the user.
func (p *Poller) Discover(ctx context.Context, address string) ([]feed.Candidate, error) {
	u, res, err := p.fetchTyped(ctx, address)
	if err != nil {
		if found := find.HostFeeds(addressesToTry(address)[0], nil); len(found) > 0 && pageRefused(err) {
			return found, nil
		}
		return nil, err
	}
	defer res.Release()
	found, err := p.feedsAt(ctx, u, res)
	for i := range found {
		found[i].URL = text.CopyLogin(found[i].URL, u)
	}
	return found, err
}

// fetchTyped fetches the address that a user typed or pasted. It returns the
// complete address with the response. The text of an error is a message for the
// user.
func (p *Poller) fetchTyped(ctx context.Context, address string) (found string, res fetch.Response, err error) {
	var first error
	for _, u := range addressesToTry(address) {
		res, err := p.client.Get(ctx, fetch.Request{URL: u})
		if err == nil {
			if message := p.portalMessage(u, res); message != "" {
				res.Release()
				return "", fetch.Response{}, &messageError{message, first}
			}
			return u, res, nil
		}
		first = cmp.Or(first, err)
		if !tryHTTP(err) {
			break
		}
	}
	message := first.Error()
	var failed *fetch.Error
	if errors.As(first, &failed) {
		message = failed.UserMessage()
	}
	return "", fetch.Response{}, &messageError{message, first}
}

// addressesToTry returns the complete addresses to try for what a user typed or
// pasted. What must not stand raw in an address is encoded.
func addressesToTry(typed string) []string {
	s := text.PastedAddress(typed)
	if len(s) >= 5 && strings.EqualFold(s[:5], "feed:") {
		s = strings.TrimPrefix(s[5:], "//")
	}
	switch {
	case s == "" || strings.HasPrefix(s, "builtin:") || fetch.IsLocal(s):
		return []string{s}
	case hasScheme(s):
		return []string{text.Resolve("", s)}
	}
	s = strings.TrimPrefix(s, "//")
	return []string{text.Resolve("", "https://"+s), text.Resolve("", "http://"+s)}
}

// hasScheme reports whether an address begins with a scheme and "://". An address in
// the query does not count.
func hasScheme(s string) bool {
	scheme, _, found := strings.Cut(s, "://")
	return found && !strings.ContainsAny(scheme, "/?#")
}

// tryHTTP reports whether http may work although https failed.
func tryHTTP(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return false
	}
	return slices.Contains([]fetch.Kind{fetch.KindRefused, fetch.KindReset, fetch.KindTimeout, fetch.KindTLS}, failed.Kind)
}

// pageRefused reports whether the page exists but could not be read. A page
// that is missing has no feeds, and without a network no feed can be fetched.
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

// feedsAt returns the feeds that a response offers. It parses the response as a
// feed or else as a web page.
func (p *Poller) feedsAt(ctx context.Context, address string, res fetch.Response) ([]feed.Candidate, error) {
	doc, err := p.parse(res.Body, origin(res))
	if err == nil {
		return []feed.Candidate{candidate(cmp.Or(res.Permanent, address), res, doc)}, nil
	}
	var not *parse.NotFeedError
	isPage := errors.As(err, &not) && not.Kind == "html"
	var page []byte
	var hosted []feed.Candidate
	if isPage {
		page = res.Body
		hosted = find.HostFeeds(res.FinalURL, page)
	}
	linked := find.FeedLinks(page, res.FinalURL, res.Links...)
	if len(hosted) == 0 {
		// A consent page or a login page has another address than the requested
		// one.
		hosted = find.HostFeeds(address, nil)
	}
	if found := mergeCandidates(linked, hosted); len(found) > 0 {
		return found, nil
	}
	if !isPage {
		return nil, &messageError{parseMessage(res, err), err}
	}
	// A large page would keep its memory while the well-known addresses are
	// fetched.
	res.Release()
	if found := p.probe(ctx, text.CopyLogin(res.FinalURL, address), res.Public); len(found) > 0 {
		return found, nil
	}
	return nil, &messageError{"This page has no link to a feed: look for a link called RSS, Atom or feed on the site, and add its address.", err}
}

// mergeCandidates adds the feeds of a host to those that the page links to. If
// a feed is in both, the page's entry stays and gets the note.
func mergeCandidates(linked, hosted []feed.Candidate) []feed.Candidate {
	for _, h := range hosted {
		same := func(c feed.Candidate) bool { return strings.TrimSuffix(c.URL, "/") == strings.TrimSuffix(h.URL, "/") }
		if i := slices.IndexFunc(linked, same); i >= 0 {
			linked[i].Note = h.Note
			continue
		}
		linked = append(linked, h)
	}
	return linked
}

// probe tries the paths where feeds usually are, one after the other. It
// returns the first feed, because the others are probably the same one. publicOnly is
// that of the requests.
func (p *Poller) probe(ctx context.Context, page string, publicOnly bool) []feed.Candidate {
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
		res, err := p.client.Get(ctx, fetch.Request{URL: u, Timeout: probeTimeout, PublicOnly: publicOnly})
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

// candidate returns the feed that a response contains.
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

// Preview reads the feed at an address and saves nothing. The text of an error
// is a message for the user.
func (p *Poller) Preview(ctx context.Context, address string) (feed.Preview, error) {
	u, res, err := p.fetchTyped(ctx, address)
	if err != nil {
		return feed.Preview{}, err
	}
	defer res.Release()
	doc, err := p.parse(res.Body, origin(res))
	if err == nil && res.Partial && len(doc.Items) == 0 {
		err = errors.New("it ended early")
	}
	if err != nil {
		return feed.Preview{}, &messageError{parseMessage(res, err), err}
	}
	newest := slices.Clone(doc.Items)
	slices.SortStableFunc(newest, func(a, b feed.Article) int { return b.Published.Compare(a.Published) })
	return feed.Preview{
		Candidate:    candidate(text.CopyLogin(cmp.Or(res.Permanent, u), u), res, doc),
		Description:  doc.Description,
		Site:         doc.Site,
		Items:        newest[:min(previewItems, len(newest))],
		Total:        len(newest),
		PostInterval: schedule.PostInterval(doc.Items, p.now()),
	}, nil
}
