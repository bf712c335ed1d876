package poll

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/fetch"
	"dateline/feed/find"
	"dateline/feed/text"
)

const acceptPage = "text/html, application/xhtml+xml, */*;q=0.1"

// pagePause is how long a server that cannot give a page just now is left alone.
const pagePause = time.Minute

// Fulltext asks for the page that link leads to and finds its article, by the
// settings of sub, which may be zero. What the page's own server is not is not
// told the feed's headers, cookies or password. A page without an article is no
// error but has a Fulltext.Error; where asking again soon may help, its Fetched
// is zero. The error is ctx's.
func (p *Poller) Fulltext(ctx context.Context, sub feed.Subscription, link string) (feed.Fulltext, error) {
	done := make(chan feed.Fulltext, 1)
	p.queues.add(hostKey(link), func() {
		var text feed.Fulltext
		defer func() { done <- text }()
		text = p.fetchPage(ctx, sub, link)
	})
	select {
	case text := <-done:
		return text, ctx.Err()
	case <-ctx.Done():
		return feed.Fulltext{}, ctx.Err()
	}
}

// fetchPage asks for a page and takes its article out.
func (p *Poller) fetchPage(ctx context.Context, sub feed.Subscription, link string) feed.Fulltext {
	if ctx.Err() != nil {
		return feed.Fulltext{}
	}
	out := feed.Fulltext{Fetched: p.now()}
	request, ok := pageRequest(sub, link)
	if !ok {
		out.Error = "This item has no page on the web to read: what the feed itself says of it is all there is."
		return out
	}
	res, err := p.client.Get(ctx, request)
	var failed *fetch.Error
	if errors.As(err, &failed) {
		if failed.Kind == fetch.KindCanceled {
			return feed.Fulltext{}
		}
		out.Error = pageMessage(failed)
		if temporary(failed) {
			out.Fetched = time.Time{}
			p.pauseHost(hostKey(link), p.now().Add(max(failed.RetryAfter, pagePause)))
		}
		return out
	}
	defer res.Release()
	if out.Error = p.portalMessage(link, res); out.Error != "" {
		out.Fetched = time.Time{}
		return out
	}
	if out.Error = notArticle(res); out.Error != "" {
		return out
	}
	p.parseSlots <- struct{}{}
	defer func() { <-p.parseSlots }()
	if ctx.Err() != nil {
		return feed.Fulltext{}
	}
	set := sub.Settings
	crash := feed.Recover("reading a page", p.crashed, func() {
		out.Body, err = find.Article(res.Body, res.ContentType, res.FinalURL, set.KeepSelectors, set.DropSelectors)
	})
	if crash != nil {
		err = errors.New(crash.UserMessage())
	}
	if err != nil {
		out.Error = err.Error()
	}
	return out
}

// pageRequest asks for a page as the feed is asked for where both are on one
// server; any other server gets the user agent only. The feed's filter is for
// the feed. It is not ok when link is no web address.
func pageRequest(sub feed.Subscription, link string) (fetch.Request, bool) {
	at, err := url.Parse(link)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return fetch.Request{}, false
	}
	set := sub.Settings
	out := fetch.Request{Accept: acceptPage, UserAgent: set.UserAgent, Timeout: set.Timeout, Access: feed.Access{Proxy: set.Access.Proxy}}
	if fetch.SameServer(sub.URL, link) {
		out.Headers, out.Access, out.Configured = set.Headers, set.Access, true
		out.Access.Filter = nil
		if own, err := url.Parse(sub.URL); err == nil && at.User == nil {
			at.User = own.User
		}
	}
	out.URL = at.String()
	return out, true
}

// temporary says that a failure is likely to be over soon.
func temporary(e *fetch.Error) bool {
	return e.LocalFailure() || e.Status == 429 || e.Status == 503
}

// pageMessage tells why there is no page and what to do.
func pageMessage(e *fetch.Error) string {
	host := hostForMessage(e.URL)
	switch e.Status {
	case 401, 403:
		return fmt.Sprintf("%s does not let dateline read this page (%d): o opens it in the browser; a login or another user_agent in the feed's settings may help.", host, e.Status)
	case 402:
		return fmt.Sprintf("%s gives this article to subscribers only (402): o opens it in the browser; cookies in the feed's settings can carry a login.", host)
	case 404:
		return fmt.Sprintf("%s has no such page any more (404): the feed's own text is what is left of it.", host)
	case 410:
		return fmt.Sprintf("%s has taken this page away for good (410): the feed's own text is what is left of it.", host)
	case 429, 503:
		return fmt.Sprintf("%s has been asked too much just now (%d): try again in a few minutes.", host, e.Status)
	case 451:
		return fmt.Sprintf("%s may not show this page for legal reasons (451): o opens it in the browser.", host)
	}
	switch {
	case e.Status >= 500:
		return fmt.Sprintf("%s has trouble of its own (%d): try again later.", host, e.Status)
	case e.Kind == fetch.KindStatus:
		return fmt.Sprintf("%s did not give the page (%d): o opens it in the browser.", host, e.Status)
	case e.Kind == fetch.KindTooLarge:
		return fmt.Sprintf("The page of %s is too large to be read: o opens it in the browser.", host)
	}
	return e.UserMessage()
}

// notArticle says what an answer is when it is no page with an article; empty
// when it may be one.
func notArticle(res fetch.Response) string {
	host := hostForMessage(res.FinalURL)
	if end, err := url.Parse(res.FinalURL); err == nil && res.Redirects > 0 && loginPath(end.Path) {
		return fmt.Sprintf("%s asks for a login before it shows the article: o opens it in the browser; cookies in the feed's settings can carry a login.", host)
	}
	head := bytes.ToLower(res.Body[:min(len(res.Body), 1024)])
	media, _, _ := mime.ParseMediaType(res.ContentType)
	kind, _, _ := strings.Cut(media, "/")
	what := ""
	switch {
	case bytes.HasPrefix(head, []byte("%pdf-")) || media == "application/pdf":
		what = "a PDF document"
	case kind == "image":
		what = "a picture"
	case kind == "audio":
		what = "a sound recording"
	case kind == "video":
		what = "a video"
	case media == "" || media == "text/html" || media == "application/xhtml+xml":
	case !bytes.Contains(head, []byte("<html")) && !bytes.Contains(head, []byte("<!doctype html")):
		what = "a file of the kind " + text.Clean(media)
	}
	if what == "" {
		return ""
	}
	return fmt.Sprintf("What %s has at this address is %s and no page with an article: o opens it.", host, what)
}

// loginPath says that a redirect to this path was one to a login.
func loginPath(path string) bool {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		name, _, _ := strings.Cut(part, ".")
		switch name {
		case "login", "signin", "sign-in", "sign_in", "log-in", "anmelden", "auth", "sso", "register", "subscribe", "paywall":
			return true
		}
	}
	return false
}

// hostForMessage names the server of an address in a sentence.
func hostForMessage(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return text.Clean(u.Host)
	}
	return text.Clean(address)
}

// pagesPerFeed is how many pages of one feed a round asks for.
const pagesPerFeed = 20

// fetchPageTexts asks for the pages of the newest items of those feeds that want full
// text, and keeps what they come to. It is what a round does last: everything is
// reported by then. What cannot be kept, perhaps for an item that has gone since,
// is only an error when nothing can.
func (r *round) fetchPageTexts(ctx context.Context, todo plan) error {
	p := r.poller
	if r.offline {
		return nil
	}
	kept := make(chan pageText, resultQueue)
	waiting, held := 0, 0
	var broken error
	for _, e := range todo.jobs {
		if !e.settings.Fulltext || ctx.Err() != nil || !p.claimPages(e.feed.URL) {
			continue
		}
		defer p.releasePages(e.feed.URL)
		items, err := p.store.WantFulltext(ctx, e.feed.URL, pagesPerFeed)
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		sub := feed.Subscription{URL: e.feed.URL, Settings: e.settings}
		for _, item := range items {
			waiting++
			p.queues.add(hostKey(item.Link), func() { kept <- pageText{item.ID, p.fetchPageIfAllowed(ctx, sub, item.Link)} })
		}
	}
	saving, end := withGrace(ctx, saveGrace)
	defer end()
	for range waiting {
		got := <-kept
		if got.text.Fetched.IsZero() {
			continue
		}
		if err := p.store.SetFulltext(saving, got.item, got.text); err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		held++
		r.unindexed = true
	}
	if ctx.Err() != nil || held > 0 {
		return nil
	}
	return broken
}

// pageText is what asking for one item's page came to.
type pageText struct {
	item int64
	text feed.Fulltext
}

// fetchPageIfAllowed asks for a page unless its server wants to be left alone.
func (p *Poller) fetchPageIfAllowed(ctx context.Context, sub feed.Subscription, link string) feed.Fulltext {
	if p.hostPausedUntil(hostKey(link)).After(p.now()) || p.offlineMessage() != "" {
		return feed.Fulltext{}
	}
	return p.fetchPage(ctx, sub, link)
}

// claimPages claims the pages of a feed: two rounds at once would ask for them
// twice.
func (p *Poller) claimPages(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pageClaims[url] {
		return false
	}
	p.pageClaims[url] = true
	return true
}

func (p *Poller) releasePages(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pageClaims, url)
}
