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
	// commentCounts are numbers of comments.
	commentCounts []string
	authors       []string
	// published and updated are what may hold the date, best first.
	published  []string
	updated    []string
	content    htmlText
	summary    htmlText
	categories []string
	enclosures []feed.Enclosure
	// duration is that of the episode, whichever of the files it is in.
	duration int
	hasImage bool
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
		a.Body.Raw = markup.WrapParagraphs(a.Body.Raw)
	}
	a.GUID = text.Truncate(text.Clean(d.guid), 4096)
	a.Title = text.Truncate(text.PlainTitle(d.title), 4096)
	a.Author = text.Truncate(joinNames(d.authors), 1024)
	a.Link = firstURL(d.base, d.links)
	a.Comments = firstURL(d.base, d.comments)
	a.CommentCount = maxCount(d.commentCounts)
	a.Published = firstDate(d.published)
	a.Updated = firstDate(d.updated)
	a.Categories = cleanCategories(d.categories)
	a.Enclosures = d.mergedEnclosures()
	a.Chapters = firstURL(d.base, d.chapters)
	a.Transcript = firstURL(d.base, d.transcripts)
	body := a.Body.Summarize()
	a.Words, a.Summary = body.Words, body.Text
	if d.summary.text != "" && d.content.text != "" {
		if s := (markup.Body{Raw: d.summary.text}).Summarize().Text; s != "" {
			a.Summary = s
		}
	}
	a.Image = d.hasImage || body.HasImage || slices.ContainsFunc(a.Enclosures, func(e feed.Enclosure) bool {
		return strings.HasPrefix(e.Type, "image/")
	})
	return a
}

// cleanCategories cleans categories and drops empty and repeated ones.
func cleanCategories(values []string) []string {
	var out []string
	for _, v := range values {
		if v = text.Truncate(text.PlainTitle(v), 256); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func firstURL(base string, candidates []string) string {
	for _, s := range candidates {
		if address := text.WebURL(base, text.UnescapeAmpersands(s)); address != "" {
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

// htmlText is a text of an item, as HTML, and the base of its links.
type htmlText struct{ text, base string }

// maxCount is the largest of several counts, zero when none can be read: of
// those that an item gives, each may count only a part.
func maxCount(values []string) int {
	most := 0
	for _, v := range values {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 32); err == nil {
			most = max(most, int(n))
		}
	}
	return most
}
