package article

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// Head is what stands between the title of an item and its text, such as the files of a
// podcast. The zero value is nothing.
type Head struct {
	// html are paragraphs with escaped text, which may be marked as captions and attached.
	html string
	// title and author are those that the reader sees above the text. The text does not
	// repeat them.
	title, author string
}

// HeadOf returns the head of an item: the pages of a link blog, the version of a release, the
// number of an episode, files with their length and size, and chapters. If the text has no
// picture, it also shows those of the item.
func HeadOf(a feed.Article) Head {
	h := Head{title: a.DisplayTitle(), author: a.Author}
	h.pages(a.Item)
	h.release(a.Item)
	h.episode(a.More)
	h.files(a.Enclosures)
	h.chapters(a.More.Sections)
	h.pictures(a)
	return h
}

// row adds a dim line, right below the one before.
func (h *Head) row(inner string) {
	mark := ""
	if h.html != "" {
		mark = " " + attached
	}
	h.html += "<p " + caption + mark + ">" + inner + "</p>"
}

// anchorTo returns a link.
func anchorTo(address, name string) string {
	return `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(text.Clean(name)) + "</a>"
}

// pages adds the pages of an item of a link blog: first the one that it is about.
func (h *Head) pages(i feed.Item) {
	external, own := i.More.External, i.More.Permalink
	switch {
	case external != "":
		own = i.Link
	case own != "":
		external = i.Link
	default:
		return
	}
	line := "Link: " + anchorTo(external, shownAddress(external))
	if own != "" {
		line += " · " + anchorTo(own, "permalink")
	}
	h.row(line)
}

// shownAddress returns the host and the path of an address, as far as they are short.
func shownAddress(address string) string {
	const longest = 48
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	s := strings.TrimPrefix(u.Hostname(), "www.")
	if p := strings.TrimSuffix(u.EscapedPath(), "/"); len(s)+len(p) <= longest {
		s += p
	}
	return s
}

// release adds the project and version of a release, if the title has only the version.
func (h *Head) release(i feed.Item) {
	project, version := releaseOf(i.Link)
	if project == "" || strings.Contains(strings.ToLower(h.title), strings.ToLower(project)) {
		return
	}
	h.row(html.EscapeString(text.Clean("Release: " + project + " " + version)))
}

// releaseOf returns the project and version in the address of a release at GitHub, GitLab,
// Gitea or PyPI; empty if it is none.
func releaseOf(link string) (project, version string) {
	u, err := url.Parse(link)
	if err != nil {
		return "", ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if u.Hostname() == "pypi.org" && len(parts) == 3 && parts[0] == "project" {
		return parts[1], parts[2]
	}
	for i := 2; i+1 < len(parts); i++ {
		rest := parts[i:]
		switch {
		case rest[0] == "releases" && len(rest) == 3 && rest[1] == "tag":
			return parts[1], rest[2]
		case rest[0] == "-" && len(rest) == 3 && (rest[1] == "releases" || rest[1] == "tags"):
			return parts[i-1], rest[2]
		}
	}
	return "", ""
}

// episode adds the numbers of an episode.
func (h *Head) episode(m feed.More) {
	switch {
	case m.Episode > 0 && m.Season > 0:
		h.row(fmt.Sprintf("Season %d, episode %d", m.Season, m.Episode))
	case m.Episode > 0:
		h.row(fmt.Sprintf("Episode %d", m.Episode))
	}
}

const (
	// maxFiles is how many files of an item are listed, maxPictures how many pictures are
	// shown. Other software names each size of a picture or film.
	maxFiles    = 5
	maxPictures = 10
)

// files adds the files of an item.
func (h *Head) files(list []feed.Enclosure) {
	files := 0
	for _, e := range list {
		if isPicture(e) {
			continue
		}
		if files++; files <= maxFiles {
			h.row(fileRow(e))
		}
	}
	if files > maxFiles {
		h.row("and " + text.Plural(files-maxFiles, "more file"))
	}
}

// chapters adds the chapters of a recording with their times.
func (h *Head) chapters(list []feed.Section) {
	if len(list) == 0 {
		return
	}
	h.row("Chapters")
	hours := list[len(list)-1].Start >= 3600
	for _, s := range list {
		h.html += "<p " + attached + ">" + clock(max(s.Start, 0), hours) + "\u00a0\u00a0" + html.EscapeString(text.Clean(s.Title)) + "</p>"
	}
}

// pictures adds the pictures of an item if its text has none: the thumbnail of a video, but not
// the cover of a recording.
func (h *Head) pictures(a feed.Article) {
	name, count := "picture", maxPictures
	var pictures []feed.Enclosure
	for _, e := range a.Enclosures {
		switch {
		case isPicture(e):
			pictures = append(pictures, e)
		case isFilm(e):
			name, count = "thumbnail", 1
		case strings.HasPrefix(e.Type, "audio/") && name == "picture":
			count = 0
		}
	}
	if len(pictures) == 0 || count == 0 || a.Body.Scan().HasImage {
		return
	}
	for _, e := range pictures[:min(count, len(pictures))] {
		h.html += `<p><img src="` + html.EscapeString(e.URL) + `" alt="` + name + `"></p>`
	}
}

// isPicture reports whether a file is a picture.
func isPicture(e feed.Enclosure) bool { return strings.HasPrefix(e.Type, "image/") }

// fileRow returns the line of a file: "Audio · 54 min · 31 MB · mp3".
func fileRow(e feed.Enclosure) string {
	kind, form, _ := strings.Cut(e.Type, "/")
	name := fileName(e.URL)
	switch {
	case isFilm(e):
		name = "Video"
	case kind == "audio":
		name = "Audio"
	}
	parts := []string{anchorTo(e.URL, name)}
	if e.Duration > 0 {
		parts = append(parts, playingTime(e.Duration))
	}
	if e.Length > 1 { // Some software writes 0 or 1 for an unknown size.
		parts = append(parts, text.Size(e.Length))
	}
	if form = shortForm(form); form != "" && !strings.HasSuffix(strings.ToLower(name), "."+form) {
		parts = append(parts, html.EscapeString(text.Clean(form)))
	}
	if name == "Video" || name == "Audio" {
		tag := strings.ToLower(name)
		parts[0] = "<" + tag + ">" + parts[0] + "</" + tag + ">"
	}
	return strings.Join(parts, " · ")
}

// isFilm reports whether a file is a video, or the page of one.
func isFilm(e feed.Enclosure) bool {
	return strings.HasPrefix(e.Type, "video/") || e.Type == "" && strings.HasPrefix(e.URL, "https://www.youtube.com/watch?")
}

// shortForm returns the usual name of a media type's second part.
func shortForm(form string) string {
	switch form, _, _ = strings.Cut(form, ";"); form {
	case "mpeg", "mpeg3", "x-mpeg":
		return "mp3"
	case "x-m4a", "m4a", "x-m4v":
		return strings.TrimPrefix(form, "x-")
	case "octet-stream", "x-unknown", "unknown", "html", "*":
		return ""
	}
	return strings.TrimPrefix(form, "x-")
}

// playingTime returns a duration in seconds: "54 min", "1 h 5 min".
func playingTime(seconds int) string {
	minutes := (seconds + 30) / 60
	switch {
	case seconds < 60:
		return fmt.Sprintf("%d s", seconds)
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

// clock returns a time in a recording: "05:30", "1:05:30"; with hours, if hours is set.
func clock(seconds int, hours bool) string {
	if !hours && seconds < 3600 {
		return fmt.Sprintf("%02d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// blocks returns the paragraphs of a head.
func (h Head) blocks() []*nethtml.Node {
	if h.html == "" {
		return nil
	}
	body := markup.NewElement(atom.Body)
	nodes, err := nethtml.ParseFragment(strings.NewReader(h.html), body)
	if err != nil {
		return nil
	}
	return nodes
}

// withoutRepeats leaves out of the first blocks of a text what the reader sees above it: the
// title as a heading, and the author as a line. rest is what follows the blocks.
func (h Head) withoutRepeats(blocks []*nethtml.Node, rest string) []*nethtml.Node {
	const first = 4 // blocks, because a picture may come before the title
	title := text.Fold(text.Clean(h.title))
	author := text.Fold(text.Clean(h.author))
	for i := 0; i < min(first, len(blocks)); i++ {
		repeated := ""
		switch blocks[i].DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			repeated = title
		case atom.P:
			repeated = author
		}
		s := text.Fold(text.Clean(textOf(blocks[i])))
		if s == "" || repeated == "" || len(blocks) == 1 && rest == "" || s != repeated && (repeated != author || s != "by "+author) {
			continue
		}
		blocks = slices.Delete(blocks, i, i+1)
		i--
	}
	return blocks
}
