package parse

import (
	"mime"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
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
	a.GUID = markup.Clip(text.Clean(d.guid), 4096)
	a.Title = markup.Clip(text.PlainTitle(d.title), 4096)
	a.Author = markup.Clip(names(d.authors), 1024)
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

// files makes the enclosures' addresses absolute and joins those of one file.
func (d rawItem) files() []feed.Enclosure {
	var out []feed.Enclosure
	for _, e := range d.enclosures {
		e.URL = text.WebURL(d.base, text.UnescapeURL(e.URL))
		e.Type = strings.ToLower(text.Clean(e.Type))
		if e.URL == "" {
			continue
		}
		at := slices.IndexFunc(out, func(o feed.Enclosure) bool { return o.URL == e.URL })
		if at < 0 {
			out = append(out, e)
			continue
		}
		out[at].Type = text.FirstNonBlank(out[at].Type, e.Type)
		out[at].Length = max(out[at].Length, e.Length)
		out[at].Duration = max(out[at].Duration, e.Duration)
	}
	for i := range out {
		if out[i].Duration == 0 && playable(out[i]) {
			out[i].Duration = d.duration
		}
	}
	return out
}

// enclosure builds an Enclosure from attributes; a missing type is guessed from
// the file's extension.
func enclosure(address, kind, length, medium string) feed.Enclosure {
	e := feed.Enclosure{URL: strings.TrimSpace(address), Type: strings.TrimSpace(kind)}
	if n, err := strconv.ParseInt(strings.TrimSpace(length), 10, 64); err == nil && n > 0 {
		e.Length = n
	}
	if e.Type == "" {
		e.Type = typeOf(e.URL, medium)
	}
	return e
}

func typeOf(address, medium string) string {
	file, _, _ := strings.Cut(address, "?")
	switch extension := strings.ToLower(path.Ext(file)); extension {
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png", ".gif", ".webp", ".avif":
		return "image/" + extension[1:]
	case ".mp3":
		return "audio/mpeg"
	case ".m4a":
		return "audio/mp4"
	case ".mp4", ".webm":
		return "video/" + extension[1:]
	case ".pdf":
		return mime.TypeByExtension(extension)
	}
	if medium == "image" {
		return "image/jpeg"
	}
	return ""
}

// names joins the names of several authors, each once.
func names(authors []string) string {
	var out []string
	for _, author := range authors {
		if name := personName(author); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// personName finds the name in "a@b.c (Name)", "Name (a@b.c)" and
// "Name <a@b.c>"; the address when there is no name.
func personName(s string) string {
	s = strings.TrimSpace(s)
	if open := strings.LastIndexByte(s, '<'); open > 0 && strings.HasSuffix(s, ">") && strings.Contains(s[open:], "@") {
		return strings.Trim(text.PlainTitle(s[:open]), `" `)
	}
	s = strings.TrimPrefix(text.PlainTitle(s), "mailto:")
	open := strings.IndexByte(s, '(')
	if open < 0 || !strings.HasSuffix(s, ")") || !strings.Contains(s, "@") {
		return s
	}
	outside, inside := strings.TrimSpace(s[:open]), strings.TrimSpace(s[open+1:len(s)-1])
	if strings.Contains(outside, "@") {
		return text.FirstNonBlank(inside, outside)
	}
	return text.FirstNonBlank(outside, inside)
}

// plainSet cleans categories and drops empty and repeated ones.
func plainSet(values []string) []string {
	var out []string
	for _, v := range values {
		if v = markup.Clip(text.PlainTitle(v), 256); v != "" && !slices.Contains(out, v) {
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

// extensions are the elements of other vocabularies, by prefix and name.
type extensions ext.Extensions

// passage is a text of an item, as HTML, and the base of its links.
type passage struct{ text, base string }

// richest is the longest text under the first of the names that has any: of
// several under one name, the others are its extract or its plain form.
func (x extensions) richest(names ...string) passage {
	var p passage
	for _, name := range names {
		for _, e := range x.elements(name) {
			if !text.IsBlank(e.Value) && len(e.Value) > len(p.text) {
				p = passage{e.Value, e.Attrs["base"]}
			}
		}
		if p.text != "" {
			break
		}
	}
	return p
}

// text is the first text found under one of the names, "prefix:name".
func (x extensions) text(names ...string) string {
	for _, name := range names {
		for _, value := range x.all(name) {
			if !text.IsBlank(value) {
				return value
			}
		}
	}
	return ""
}

// all are the texts of every element of that name.
func (x extensions) all(name string) []string {
	var out []string
	for _, e := range x.elements(name) {
		if !text.IsBlank(e.Value) {
			out = append(out, e.Value)
		}
	}
	return out
}

func (x extensions) elements(name string) []ext.Extension {
	prefix, local, _ := strings.Cut(name, ":")
	return x[prefix][local]
}

// splitKeywords cuts lists of keywords.
func splitKeywords(lists []string) []string {
	var out []string
	for _, list := range lists {
		out = append(out, strings.Split(list, ",")...)
	}
	return out
}
