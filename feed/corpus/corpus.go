// Package corpus makes feeds and items to test and to measure with: as many as
// are asked for, always the same ones, and as uneven as those of the world in
// length, script, format and the words they use. Only tests import it.
package corpus

import (
	"fmt"
	"math"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
)

// Corpus is a set of feeds. The zero value has none.
type Corpus struct {
	// Feeds is the number of feeds, Items that of items in each of them.
	Feeds, Items int
	// Now is when the newest item was published: the first of the first feed.
	Now time.Time
	// Base returns the address of a feed's site, without a slash at its end; nil
	// gives each a host of its own below example.org.
	Base func(f int) string
}

// Gap is the time between an item and the next older one of the corpus.
const Gap = 97 * time.Second

// Site is the address of a feed's site.
func (c Corpus) Site(f int) string {
	if c.Base != nil {
		return c.Base(f)
	}
	return fmt.Sprintf("https://feed%d.example.org", f)
}

// URL is the address of a feed.
func (c Corpus) URL(f int) string {
	return fmt.Sprintf("%s/%d.%s", c.Site(f), f, formats[f%len(formats)])
}

// Subscriptions are all of the feeds, a fifth of them under the tag "few".
func (c Corpus) Subscriptions() []feed.Subscription {
	subs := make([]feed.Subscription, c.Feeds)
	for f := range subs {
		tag := "many"
		if f%5 == 0 {
			tag = "few"
		}
		subs[f] = feed.Subscription{URL: c.URL(f), Tags: []string{tag}}
	}
	return subs
}

// entry is an item before it is written in a format.
type entry struct {
	guid, title, author, summary, link, body string
	published                                time.Time
}

// entry makes an item: the same arguments, the same item.
func (c Corpus) entry(f, i int) entry {
	w := newTextWriter(f, i)
	link := fmt.Sprintf("%s/%d/article-%d", c.Site(f), f, i)
	e := entry{
		guid:      link,
		title:     w.title(f, i),
		author:    capitalized(w.words(1)) + " " + capitalized(w.words(1)),
		link:      link,
		published: c.Now.Add(-time.Duration(i*c.Feeds+f) * Gap).Truncate(time.Second),
	}
	e.summary = capitalized(w.words(8+w.r.IntN(20))) + "."
	e.body = w.body()
	return e
}

// Article is an item as parsing its feed makes it, made without the parser.
func (c Corpus) Article(f, i int) feed.Article {
	e := c.entry(f, i)
	a := feed.Article{Body: markup.Body{Raw: e.body, Base: e.link}}
	a.GUID, a.Title, a.Author, a.Summary, a.Link, a.Published = e.guid, e.title, e.author, e.summary, e.link, e.published
	a.Words = len(strings.Fields(e.body))
	a.Identify()
	return a
}

// Needle is a word that is in one item of needleEvery and in no other text.
const (
	Needle         = "xylograph"
	itemsPerNeedle = 500
)

func (w textWriter) title(f, i int) string {
	if (f*31+i)%itemsPerNeedle == itemsPerNeedle-1 {
		return "The " + Needle + " of " + w.words(4)
	}
	// An eighth of the titles is in another script, the newest one never.
	if w.r.IntN(8) == 0 && f+i > 0 {
		return w.foreignWords()
	}
	return capitalized(w.words(4 + w.r.IntN(9)))
}

// body is HTML, its length log-normal as those of articles are: half have less
// than some 2 KB, one of a hundred more than 25.
func (w textWriter) body() string {
	size := int(2200 * math.Exp(w.r.NormFloat64()*1.1))
	var b strings.Builder
	for b.Len() < size {
		switch w.r.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "<h2>%s</h2>\n", capitalized(w.words(4)))
		case 1:
			fmt.Fprintf(&b, "<ul><li>%s</li><li>%s</li><li>%s</li></ul>\n", w.words(7), w.words(5), w.words(9))
		case 2:
			fmt.Fprintf(&b, "<blockquote><p>&ldquo;%s&rdquo;</p></blockquote>\n", w.words(20))
		case 3:
			fmt.Fprintf(&b, "<figure><img src=\"/img/%d.jpg\" alt=\"%s\"><figcaption>%s</figcaption></figure>\n", w.r.IntN(1e6), w.words(3), w.words(6))
		case 4:
			fmt.Fprintf(&b, "<pre><code class=\"language-go\">if %s := %s(%d); %s &gt; 0 {\n\treturn\n}</code></pre>\n", w.words(1), w.words(1), w.r.IntN(100), w.words(1))
		case 5:
			fmt.Fprintf(&b, "<p>%s — %s</p>\n", w.foreignWords(), w.words(10))
		default:
			fmt.Fprintf(&b, "<p>%s <a href=\"/%d\">%s</a>, <em>%s</em> &amp; %s.</p>\n",
				capitalized(w.words(10+w.r.IntN(40))), w.r.IntN(1e6), w.words(3), w.words(2), w.words(5+w.r.IntN(20)))
		}
	}
	return b.String()
}
