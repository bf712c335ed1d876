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

// acceptPage is the Accept header for web pages.
const acceptPage = "text/html, application/xhtml+xml, */*;q=0.1"

// pagePause is how long a host is left alone after a temporary failure.
const pagePause = time.Minute

// PageText fetches the web page of an item and returns its article. It uses the
// settings of sub, which may be zero. The feed's headers, cookies and password
// are sent only if the page is on the feed's own server. If the page has no
// article, the Error of the result says why. If another attempt may succeed
// soon, its Fetched is zero. The returned error is the error of ctx.
func (p *Poller) PageText(ctx context.Context, sub feed.Subscription, link string) (feed.PageText, error) {
	done := make(chan feed.PageText, 1)
	p.queues.add(hostKey(link), func() {
		var page feed.PageText
		defer func() { done <- page }()
		page = p.fetchPage(ctx, sub, link)
	})
	select {
	case page := <-done:
		return page, ctx.Err()
	case <-ctx.Done():
		return feed.PageText{}, ctx.Err()
	}
}

// fetchPage fetches a page and extracts its article.
func (p *Poller) fetchPage(ctx context.Context, sub feed.Subscription, link string) feed.PageText {
	if ctx.Err() != nil {
		return feed.PageText{}
	}
	out := feed.PageText{Fetched: p.now()}
	request, ok := pageRequest(sub, link)
	if !ok {
		out.Error = "This item has no web page: there is only the text from the feed."
		return out
	}
	request.OnWait = p.queues.wait
	res, err := p.client.Get(ctx, request)
	var failed *fetch.Error
	if errors.As(err, &failed) {
		if failed.Kind == fetch.KindCanceled {
			return feed.PageText{}
		}
		out.Error = pageMessage(failed)
		if failed.Kind == fetch.KindSlow {
			out.Fetched = time.Time{}
		} else if temporary(failed) {
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
		return feed.PageText{}
	}
	set := sub.Settings
	crash := feed.Recover("parsing a page", p.crashed, func() {
		if isPlainText(res) {
			out.Body, err = find.PlainText(res.Body, res.ContentType, res.FinalURL)
			return
		}
		out.Body, err = find.ExtractArticle(res.Body, res.ContentType, res.FinalURL, set.KeepSelectors, set.DropSelectors)
	})
	if crash != nil {
		err = errors.New(crash.UserMessage())
	}
	if err != nil {
		out.Error = err.Error()
	}
	return out
}

// pageRequest returns the request for a page. If the page is on the feed's
// server, the request has the feed's headers and login. Otherwise it has only
// the feed's user agent, timeout and proxy. The feed's filter is never used. Only a
// feed of a private network may have pages there. It returns false if link is not a web
// address.
func pageRequest(sub feed.Subscription, link string) (fetch.Request, bool) {
	at, err := url.Parse(link)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" {
		return fetch.Request{}, false
	}
	set := sub.Settings
	out := fetch.Request{Accept: acceptPage, UserAgent: set.UserAgent, Timeout: set.Timeout, Access: feed.Access{Proxy: set.Access.Proxy, AllowPrivate: set.Access.AllowPrivate}}
	out.PublicOnly = !fetch.InPrivateNetwork(sub.URL)
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

// temporary reports whether a failure is likely to end soon.
func temporary(e *fetch.Error) bool {
	return e.LocalFailure() || e.Status == 429 || e.Status == 503
}

// pageMessage says why a page could not be fetched and what the user can do.
func pageMessage(e *fetch.Error) string {
	host := hostForMessage(e.URL)
	switch e.Status {
	case 401, 403:
		return fmt.Sprintf("%s does not let dateline read this page (%d): open it in the browser, or try a login or another user_agent in the feed's settings.", host, e.Status)
	case 402:
		return fmt.Sprintf("%s gives this article to subscribers only (402): open it in the browser, or set cookies in the feed's settings to send your login.", host)
	case 404:
		return fmt.Sprintf("%s no longer has this page (404): only the text from the feed is left.", host)
	case 410:
		return fmt.Sprintf("%s removed this page permanently (410): only the text from the feed is left.", host)
	case 429:
		return fmt.Sprintf("%s received too many requests (429): try again in a few minutes.", host)
	case 503:
		return fmt.Sprintf("%s is unavailable at the moment (503): try again in a few minutes.", host)
	case 451:
		return fmt.Sprintf("%s is not allowed to show this page for legal reasons (451): open it in the browser.", host)
	}
	switch {
	case e.Status >= 500:
		return fmt.Sprintf("%s has a server error (%d): try again later.", host, e.Status)
	case e.Kind == fetch.KindStatus:
		return fmt.Sprintf("%s did not give the page (%d): open it in the browser.", host, e.Status)
	case e.Kind == fetch.KindTooLarge:
		return fmt.Sprintf("The page of %s is too large: open it in the browser.", host)
	}
	return e.UserMessage()
}

// notArticle says what a response is if it cannot be a page with an article.
// Otherwise it is empty.
func notArticle(res fetch.Response) string {
	host := hostForMessage(res.FinalURL)
	if end, err := url.Parse(res.FinalURL); err == nil && res.Redirects > 0 && loginPath(end.Path) {
		return fmt.Sprintf("%s asks for a login before it shows the article: open it in the browser, or set cookies in the feed's settings to send your login.", host)
	}
	head := bytes.ToLower(res.Body[:min(len(res.Body), 1024)])
	media, _, _ := mime.ParseMediaType(res.ContentType)
	kind, _, _ := strings.Cut(media, "/")
	what := ""
	switch {
	case bytes.HasPrefix(head, []byte("%pdf-")) || media == "application/pdf":
		what = "a PDF document"
	case kind == "image":
		what = "an image"
	case kind == "audio":
		what = "an audio file"
	case kind == "video":
		what = "a video"
	case media == "" || media == "text/html" || media == "application/xhtml+xml" || isPlainText(res):
	case !bytes.Contains(head, []byte("<html")) && !bytes.Contains(head, []byte("<!doctype html")):
		what = "a file of type " + text.Clean(media)
	}
	if what == "" {
		return ""
	}
	return fmt.Sprintf("%s has %s at this address, not a page with an article: open it in the browser.", host, what)
}

// isPlainText reports whether a response is text without markup, or with that of
// Markdown, which is read as it is written. A web page with a wrong type is not.
func isPlainText(res fetch.Response) bool {
	media, _, _ := mime.ParseMediaType(res.ContentType)
	switch media {
	case "text/plain", "text/markdown", "text/x-markdown", "text/x-web-markdown":
		return find.IsPlainText(res.Body, res.ContentType)
	}
	return false
}

// loginPath reports whether a redirect to this path leads to a login.
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

// hostForMessage returns the host of an address as shown in messages.
func hostForMessage(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return text.Clean(u.Host)
	}
	return text.Clean(address)
}

// pagesPerFeed is how many pages of one feed are fetched in a refresh.
const pagesPerFeed = 20

// pageGrace is how much longer than the longest timeout a refresh may take because of
// page texts.
const pageGrace = 5 * time.Second

// pagesTimeout returns how long page texts may be fetched, so that slow pages do not
// make the refresh much longer than its slowest feed may. What is left is fetched by
// the next refresh.
func (r *round) pagesTimeout() time.Duration {
	return max(r.longest+pageGrace-r.poller.clock().Sub(r.begun), pageGrace)
}

// fetchPageTexts fetches the pages of the newest items of the feeds with the
// option fulltext, and saves the page texts. It runs at the end of a refresh,
// when every feed has been reported. A page text that cannot be saved, for
// instance because its item was deleted, is an error only if none can be saved.
func (r *round) fetchPageTexts(ctx context.Context, todo plan) error {
	p := r.poller
	if r.offline {
		return nil
	}
	fetching, stop := context.WithTimeout(ctx, r.pagesTimeout())
	defer stop()
	texts := make(chan pageText, resultQueue)
	requested, saved := 0, 0
	wanted, storeErr := r.itemsWithoutPageText(ctx, todo)
	for _, w := range wanted {
		defer p.releasePages(w.sub.URL)
	}
	// The feeds take turns, so that none with slow pages keeps the others waiting.
	for i := range pagesPerFeed {
		for _, w := range wanted {
			if i >= len(w.items) {
				continue
			}
			requested++
			item := w.items[i]
			p.queues.add(hostKey(item.Link), func() { texts <- pageText{item.ID, p.fetchPageIfAllowed(fetching, w.sub, item.Link)} })
		}
	}
	saveCtx, end := withGrace(ctx, saveGrace)
	defer end()
	for range requested {
		got := <-texts
		if got.text.Fetched.IsZero() {
			continue
		}
		if err := p.store.SetPageText(saveCtx, got.item, got.text); err != nil {
			storeErr = errors.Join(storeErr, err)
			continue
		}
		saved++
		r.index.saved(1)
	}
	if ctx.Err() != nil || saved > 0 {
		return nil
	}
	return storeErr
}

// itemsWithoutPageText returns the newest items whose pages are to be fetched, and
// claims the pages of their feeds.
func (r *round) itemsWithoutPageText(ctx context.Context, todo plan) (wanted []feedPages, storeErr error) {
	p := r.poller
	for _, j := range todo.jobs {
		if !j.settings.Fulltext || ctx.Err() != nil || !p.claimPages(j.feed.URL) {
			continue
		}
		items, err := p.store.ItemsWithoutPageText(ctx, j.feed.URL, pagesPerFeed)
		if err != nil {
			storeErr = errors.Join(storeErr, err)
		}
		wanted = append(wanted, feedPages{feed.Subscription{URL: j.feed.URL, Settings: j.settings}, items})
	}
	return wanted, storeErr
}

// feedPages are the items of a feed whose pages are fetched.
type feedPages struct {
	sub   feed.Subscription
	items []feed.Item
}

// pageText is the page text of one item.
type pageText struct {
	item int64
	text feed.PageText
}

// fetchPageIfAllowed fetches a page unless its host asked for a pause or there
// is an outage.
func (p *Poller) fetchPageIfAllowed(ctx context.Context, sub feed.Subscription, link string) feed.PageText {
	if p.hostPausedUntil(hostKey(link)).After(p.now()) || p.offlineMessage() != "" {
		return feed.PageText{}
	}
	return p.fetchPage(ctx, sub, link)
}

// claimPages claims the pages of a feed, so that two refreshes at the same time
// do not fetch them twice. It returns false if they are claimed already.
func (p *Poller) claimPages(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pageClaims[url] {
		return false
	}
	p.pageClaims[url] = true
	return true
}

// releasePages ends the claim.
func (p *Poller) releasePages(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pageClaims, url)
}
