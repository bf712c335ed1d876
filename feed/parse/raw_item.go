package parse

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// rawItem is an item as its format has it, before cleaning. The texts are HTML.
type rawItem struct {
	guid string
	// title is plain text.
	title string
	// links and comments are candidates for the addresses, best first.
	links    []string
	comments []string
	// commentCounts are numbers of comments. Each may count only a part.
	commentCounts []string
	authors       []string
	// published and updated are the candidates for the dates, best first.
	published  []string
	updated    []string
	content    htmlText
	summary    htmlText
	categories []string
	enclosures []feed.Enclosure
	// duration is the duration of the episode in seconds. Any of the files may
	// contain it.
	duration int
	hasImage bool
	// chapters and transcripts are candidates for the addresses, best first.
	chapters    []string
	transcripts []string
	more        feed.More
	// external and related are candidates for the page that the item is about: those that
	// certainly are, and those that are only if they lead to another site.
	external, related []string
	// site is the address of the feed's site. Empty if unknown.
	site string
	// base is the address against which the addresses of the item are resolved.
	// declared reports whether the document or its server names it. Then it is also
	// the base of the item's text, unless the text has one of its own.
	base     string
	declared bool
}

// article cleans the item and returns it as an article.
func (raw rawItem) article() feed.Article {
	line := raw.content
	if line.text == "" {
		line = raw.summary
	}
	a := feed.Article{Body: markup.Body{Raw: line.text}}
	if !strings.Contains(a.Body.Raw, "<") && strings.Contains(a.Body.Raw, "\n\n") {
		a.Body.Raw = markup.WrapParagraphs(a.Body.Raw)
	}
	a.GUID = text.Truncate(text.Clean(raw.guid), 4096)
	a.Title = oneLine(raw.title)
	a.Author = text.Truncate(joinNames(raw.authors), maxAuthor)
	a.Link = firstLink(raw.base, raw.links)
	a.Body.Base = text.FirstNonBlank(line.base, raw.textBase(a.Link))
	a.Comments = firstURL(raw.base, raw.comments)
	a.CommentCount = maxCount(raw.commentCounts)
	a.Published = firstDate(raw.published)
	a.Updated = firstDate(raw.updated)
	a.Categories = cleanCategories(raw.categories)
	a.Enclosures = raw.mergedEnclosures()
	a.Chapters = firstURL(raw.base, raw.chapters)
	a.Transcript = firstURL(raw.base, raw.transcripts)
	a.More = raw.moreOf(a.Link)
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

// textBase returns the address against which the addresses in the text are
// resolved: the declared base, or else the item's own address, because the text
// comes from that page.
func (raw rawItem) textBase(link string) string {
	if raw.declared || !isWeb(link) {
		return raw.base
	}
	return link
}

// maxValues is how many categories and files of an item are kept. No reader needs more,
// and everything behind the parser handles each of them.
const maxValues = 100

// cleanCategories returns the first categories as plain text, without empty and
// repeated ones.
func cleanCategories(values []string) []string {
	var out []string
	known := make(map[string]bool) // There may be very many.
	for _, v := range values {
		if len(out) == maxValues {
			break
		}
		if v = text.Truncate(text.PlainTitle(v), 256); v != "" && !known[v] {
			known[v] = true
			out = append(out, v)
		}
	}
	return out
}

// firstURL returns the first candidate that is a web address, resolved against base,
// or "".
func firstURL(base string, candidates []string) string {
	for _, s := range candidates {
		if address := text.WebURL(base, text.UnescapeAmpersands(s)); address != "" {
			return address
		}
	}
	return ""
}

// firstLink is like [firstURL]. If no candidate is a web address, the first one that
// may be shown counts, such as a magnet link.
func firstLink(base string, candidates []string) string {
	if address := firstURL(base, candidates); address != "" {
		return address
	}
	for _, s := range candidates {
		if address := text.FileURL(base, text.UnescapeAmpersands(s)); address != "" {
			return address
		}
	}
	return ""
}

// firstDate returns the first candidate that can be read, or zero.
func firstDate(candidates []string) time.Time {
	for _, s := range candidates {
		if t := parseDate(s); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// htmlText is HTML and the base of its links.
type htmlText struct{ text, base string }

// maxCount returns the largest of several counts, or 0 if none can be read. Each
// count may cover only a part of the comments.
func maxCount(values []string) int {
	most := 0
	for _, v := range values {
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 32); err == nil {
			most = max(most, int(n))
		}
	}
	return most
}
