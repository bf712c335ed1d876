package corpus

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html"
	"net/http"
	"strings"
	"sync"
	"time"
)

// formats are the formats of the feeds. Feed f has the format f modulo their number.
var formats = []string{"rss", "rss", "rss", "atom", "json"}

// Document returns the document of feed f and its media type.
func (c Corpus) Document(f int) (body, contentType string) {
	switch formats[f%len(formats)] {
	case "atom":
		return c.atom(f), "application/atom+xml; charset=utf-8"
	case "json":
		return c.json(f), "application/feed+json"
	}
	return c.rss(f), "application/rss+xml; charset=utf-8"
}

// feedTitle returns the title of feed f.
func (c Corpus) feedTitle(f int) string { return fmt.Sprintf("Feed %04d", f) }

// rss returns feed f as RSS 2.0.
func (c Corpus) rss(f int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>%s</title><link>%s/</link><description>News of feed %d</description>`,
		c.feedTitle(f), c.Site(f), f)
	first := c.first(f)
	for i := range c.Items {
		e := c.entry(f, first+i)
		fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><guid>%s</guid><pubDate>%s</pubDate><author>%s</author><description>%s</description><content:encoded><![CDATA[%s]]></content:encoded></item>\n",
			html.EscapeString(e.title), e.link, e.guid, e.published.UTC().Format(time.RFC1123Z), e.author, e.summary, e.body)
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// atom returns feed f as Atom.
func (c Corpus) atom(f int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>%s</title><link href="%s/"/><id>%s/</id><updated>%s</updated>`,
		c.feedTitle(f), c.Site(f), c.Site(f), c.Now.UTC().Format(time.RFC3339))
	first := c.first(f)
	for i := range c.Items {
		e := c.entry(f, first+i)
		fmt.Fprintf(&b, "<entry><title>%s</title><link href=\"%s\"/><id>%s</id><updated>%s</updated><author><name>%s</name></author><summary>%s</summary><content type=\"html\">%s</content></entry>\n",
			html.EscapeString(e.title), e.link, e.guid, e.published.UTC().Format(time.RFC3339), e.author, e.summary, html.EscapeString(e.body))
	}
	b.WriteString("</feed>")
	return b.String()
}

// json returns feed f as JSON Feed.
func (c Corpus) json(f int) string {
	type author struct {
		Name string `json:"name"`
	}
	type item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		Summary   string   `json:"summary"`
		Content   string   `json:"content_html"`
		Published string   `json:"date_published"`
		Authors   []author `json:"authors"`
	}
	items, first := make([]item, c.Items), c.first(f)
	for i := range items {
		e := c.entry(f, first+i)
		items[i] = item{e.guid, e.link, e.title, e.summary, e.body, e.published.UTC().Format(time.RFC3339), []author{{e.author}}}
	}
	doc, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": c.feedTitle(f), "home_page_url": c.Site(f) + "/", "items": items})
	if err != nil {
		panic("corpus: " + err.Error()) // marshalling strings and slices cannot fail
	}
	return string(doc)
}

// Handler returns a handler that serves the feeds and answers conditional requests. Each
// response is delayed by latency. A document is generated at its first request, and reused
// until its feed has new items.
func (c Corpus) Handler(latency time.Duration) http.Handler {
	type document struct {
		sync.Mutex
		first            int
		body, kind, etag string
	}
	docs := make([]document, c.Feeds)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var f int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d.", &f); err != nil || f < 0 || f >= c.Feeds {
			http.NotFound(w, r)
			return
		}
		d := &docs[f]
		d.Lock()
		if first := c.first(f); d.etag == "" || d.first != first {
			d.body, d.kind = c.Document(f)
			sum := fnv.New64a()
			sum.Write([]byte(d.body))
			d.first, d.etag = first, fmt.Sprintf("\"%x\"", sum.Sum64())
		}
		body, kind, etag := d.body, d.kind, d.etag
		d.Unlock()
		time.Sleep(latency)
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	})
}
