package parse

import (
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rawItem is an item as its format gave it, before anything is cleaned. Every
// text is HTML.
type rawItem struct {
	guid  string
	title string
	// links and comments are addresses that may be it, best first.
	links    []string
	comments []string
	// counts are numbers of comments.
	counts  []string
	authors []string
	// published and updated are what may hold the date, best first.
	published  []string
	updated    []string
	content    passage
	summary    passage
	categories []string
	enclosures []feed.Enclosure
	// duration is that of the episode, whichever of the files it is in.
	duration int
	image    bool
	// chapters and transcripts are addresses that may be it, best first.
	chapters    []string
	transcripts []string
	// base resolves the addresses of the item, and those in its text where that
	// has no base of its own.
	base string
}

// article cleans a draft and completes it.
func (d rawItem) article() feed.Article {
	line := d.content
	if line.text == "" {
		line = d.summary
	}
	a := feed.Article{Body: markup.Body{Raw: line.text, Base: text.FirstNonBlank(line.base, d.base)}}
	if !strings.Contains(a.Body.Raw, "<") && strings.Contains(a.Body.Raw, "\n\n") {
		a.Body.Raw = markup.Paragraphs(a.Body.Raw)
	}
	a.GUID = text.Clip(text.Clean(d.guid), 4096)
	a.Title = text.Clip(text.PlainTitle(d.title), 4096)
	a.Author = text.Clip(names(d.authors), 1024)
	a.Link = firstURL(d.base, d.links)
	a.Comments = firstURL(d.base, d.comments)
	a.CommentCount = largestCount(d.counts)
	a.Published = firstDate(d.published)
	a.Updated = firstDate(d.updated)
	a.Categories = plainSet(d.categories)
	a.Enclosures = d.files()
	a.Chapters = firstURL(d.base, d.chapters)
	a.Transcript = firstURL(d.base, d.transcripts)
	body := a.Body.Summarize()
	a.Words, a.Summary = body.Words, body.Text
	if d.summary.text != "" && d.content.text != "" {
		if s := (markup.Body{Raw: d.summary.text}).Summarize().Text; s != "" {
			a.Summary = s
		}
	}
	a.Image = d.image || body.HasImage || slices.ContainsFunc(a.Enclosures, func(e feed.Enclosure) bool {
		return strings.HasPrefix(e.Type, "image/")
	})
	return a
}

// plainSet cleans categories and drops empty and repeated ones.
func plainSet(values []string) []string {
	var out []string
	for _, v := range values {
		if v = text.Clip(text.PlainTitle(v), 256); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func firstURL(base string, candidates []string) string {
	for _, s := range candidates {
		if address := text.WebURL(base, text.UnescapeURL(s)); address != "" {
			return address
		}
	}
	return ""
}

func firstDate(candidates []string) time.Time {
	for _, s := range candidates {
		if t := parseDate(s); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// passage is a text of an item, as HTML, and the base of its links.
type passage struct{ text, base string }

// largestCount is the largest of several counts, zero when none can be read: of
// those that an item gives, each may count only a part.
func largestCount(values []string) int {
	most := 0
	for _, v := range values {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 32); err == nil {
			most = max(most, int(n))
		}
	}
	return most
}
