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
func (raw rawItem) article() feed.Article {
	line := raw.content
	if line.text == "" {
		line = raw.summary
	}
	a := feed.Article{Body: markup.Body{Raw: line.text, Base: text.FirstNonBlank(line.base, raw.base)}}
	if !strings.Contains(a.Body.Raw, "<") && strings.Contains(a.Body.Raw, "\n\n") {
		a.Body.Raw = markup.WrapParagraphs(a.Body.Raw)
	}
	a.GUID = text.Truncate(text.Clean(raw.guid), 4096)
	a.Title = text.Truncate(text.PlainTitle(raw.title), 4096)
	a.Author = text.Truncate(joinNames(raw.authors), 1024)
	a.Link = firstURL(raw.base, raw.links)
	a.Comments = firstURL(raw.base, raw.comments)
	a.CommentCount = maxCount(raw.commentCounts)
	a.Published = firstDate(raw.published)
	a.Updated = firstDate(raw.updated)
	a.Categories = cleanCategories(raw.categories)
	a.Enclosures = raw.mergedEnclosures()
	a.Chapters = firstURL(raw.base, raw.chapters)
	a.Transcript = firstURL(raw.base, raw.transcripts)
	body := a.Body.Summarize()
	a.Words, a.Summary = body.Words, body.Text
	if raw.summary.text != "" && raw.content.text != "" {
		if s := (markup.Body{Raw: raw.summary.text}).Summarize().Text; s != "" {
			a.Summary = s
		}
	}
	a.Image = raw.hasImage || body.HasImage || slices.ContainsFunc(a.Enclosures, func(e feed.Enclosure) bool {
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
