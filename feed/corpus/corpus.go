// Package corpus generates feeds and items for tests and benchmarks. The same numbers
// always give the same feeds. Lengths, scripts, formats and word frequencies vary like
// those of real feeds.
//
// Start at [Corpus]: [Corpus.Article] makes items, [Corpus.Document] makes feed documents,
// and [Corpus.Handler] serves them. [Attacks] lists texts that attack a terminal. Feeds with
// attacks in all fields come from [HostileRSS], [HostileAtom] and [HostileJSON], and
// [Unfit] finds what must not reach a terminal.
//
// Never import it outside of tests: house_test.go checks that.
package corpus

import (
	"fmt"
	"math"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
)

// Corpus is a set of feeds, numbered from 0. Their items are numbered from 0, too. The zero
// value has no feeds.
type Corpus struct {
	// Feeds is the number of feeds. Items is the number of items in each feed.
	Feeds, Items int
	// Now is the date of the newest item: item 0 of feed 0.
	Now time.Time
	// Base returns the address of a feed's site, without a slash at the end. If nil,
	// each feed has its own host below example.org.
	Base func(f int) string
	// Withheld returns how many of the newest items the documents of feed f do not
	// have yet. They have as many older ones instead. If it falls, a feed has new
	// items. If nil, no items are withheld.
	Withheld func(f int) int
}

// Gap is the time between the dates of two consecutive items of the corpus.
const Gap = 97 * time.Second

// Site returns the address of the site of feed f.
func (c Corpus) Site(f int) string {
	if c.Base != nil {
		return c.Base(f)
	}
	return fmt.Sprintf("https://feed%d.example.org", f)
}

// URL returns the address of feed f.
func (c Corpus) URL(f int) string {
	return fmt.Sprintf("%s/%d.%s", c.Site(f), f, formats[f%len(formats)])
}

// Subscriptions returns all feeds. Every fifth has the tag "few", the others "many".
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

// entry is an item, independent of the format of its feed.
type entry struct {
	guid, title, author, summary, link, body string
	published                                time.Time
}

// first returns the number of the newest item in the documents of feed f.
func (c Corpus) first(f int) int {
	if c.Withheld == nil {
		return 0
	}
	return c.Withheld(f)
}

// entry returns item i of feed f. It always returns the same item for the same numbers.
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

// Article returns item i of feed f as parsing [Corpus.Document] would, but without the
// parser.
func (c Corpus) Article(f, i int) feed.Article {
	e := c.entry(f, i)
	a := feed.Article{Body: markup.Body{Raw: e.body, Base: e.link}}
	a.GUID, a.Title, a.Author, a.Summary, a.Link, a.Published = e.guid, e.title, e.author, e.summary, e.link, e.published
	a.Words = len(strings.Fields(e.body))
	a.Identify()
	return a
}

// Needle is a word in the title of one of itemsPerNeedle items. No other text contains it.
const (
	Needle         = "xylograph"
	itemsPerNeedle = 500
)

// title returns a title for item i of feed f.
func (w textWriter) title(f, i int) string {
	if (f*31+i)%itemsPerNeedle == itemsPerNeedle-1 {
		return "The " + Needle + " of " + w.words(4)
	}
	// One title of eight is in another script, but never that of the newest item.
	if w.r.IntN(8) == 0 && f+i > 0 {
		return w.foreignWords()
	}
	return capitalized(w.words(4 + w.r.IntN(9)))
}

// body returns HTML. Its length has a log-normal distribution, like those of real articles:
// half are shorter than about 2 KB, and one of a hundred is longer than about 25 KB.
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
