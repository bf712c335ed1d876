package parse

import (
	"mime"
	"net/url"
	"path"
	"strconv"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"

	"dateline/feed"
	"dateline/feed/text"
)

// mergedEnclosures returns the first enclosures with absolute addresses. Enclosures
// with the same address are merged. A file without a duration gets that of the
// item.
func (raw rawItem) mergedEnclosures() []feed.Enclosure {
	var out []feed.Enclosure
	places := make(map[string]int) // There may be very many.
	for _, e := range raw.enclosures {
		e.URL = text.FileURL(raw.base, text.UnescapeAmpersands(e.URL))
		e.Type = strings.ToLower(text.Clean(e.Type))
		if e.Type == flashType {
			e = withoutFlash(e)
		}
		if e.URL == "" {
			continue
		}
		at, known := places[e.URL]
		if !known && len(out) == maxValues {
			continue
		}
		if !known {
			places[e.URL] = len(out)
			out = append(out, e)
			continue
		}
		out[at].Type = text.FirstNonBlank(out[at].Type, e.Type)
		out[at].Length = max(out[at].Length, e.Length)
		out[at].Duration = max(out[at].Duration, e.Duration)
	}
	for i := range out {
		if out[i].Duration == 0 && isPlayable(out[i]) {
			out[i].Duration = raw.duration
		}
	}
	return out
}

// newEnclosure returns an Enclosure with the values of attributes. If the type
// is missing, it is guessed from the file name.
func newEnclosure(address, kind, length, medium string) feed.Enclosure {
	e := feed.Enclosure{URL: strings.TrimSpace(address), Type: strings.TrimSpace(kind)}
	if n, err := strconv.ParseInt(strings.TrimSpace(length), 10, 64); err == nil && n > 0 {
		e.Length = n
	}
	if e.Type == "" {
		e.Type = guessType(e.URL, medium)
	}
	return e
}

// guessType returns the media type that a file name suggests, or "". medium is the
// medium attribute of Media RSS, or "".
func guessType(address, medium string) string {
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

// isPlayable reports whether the item's own duration may belong to the file.
func isPlayable(e feed.Enclosure) bool {
	return e.Type == "" || strings.HasPrefix(e.Type, "audio/") || strings.HasPrefix(e.Type, "video/")
}

// addMediaFiles adds the files of Media RSS
// (https://www.rssboard.org/media-rss). They may be in the item, in a group or
// inside one another.
func (raw *rawItem) addMediaFiles(parent ext.Extension, depth int) {
	if depth > 4 {
		return
	}
	for _, name := range []string{"content", "thumbnail"} {
		for _, e := range parent.Children[name] {
			medium := e.Attrs["medium"]
			if name == "thumbnail" {
				medium = "image"
			}
			file := newEnclosure(text.FirstNonBlank(e.Attrs["url"], e.Value), e.Attrs["type"], e.Attrs["filesize"], medium)
			file.Duration = parseDuration(e.Attrs["duration"])
			if file.URL != "" {
				raw.enclosures = append(raw.enclosures, file)
			}
			raw.addMediaFiles(e, depth+1)
		}
	}
	for _, group := range parent.Children["group"] {
		raw.addMediaFiles(group, depth+1)
	}
	for _, c := range parent.Children["category"] {
		raw.categories = append(raw.categories, text.FirstNonBlank(c.Attrs["label"], c.Value))
	}
	for _, k := range parent.Children["keywords"] {
		raw.categories = append(raw.categories, splitKeywords([]string{k.Value})...)
	}
}

// addPodcast adds what Podcasting 2.0 (https://podcasting2.org/docs) adds to
// iTunes. Of several transcripts the most readable format comes first.
func (raw *rawItem) addPodcast(x extensions) {
	for _, alternate := range x.elements("podcast:alternateenclosure") {
		for _, source := range alternate.Children["source"] {
			raw.enclosures = append(raw.enclosures, newEnclosure(source.Attrs["uri"], alternate.Attrs["type"], alternate.Attrs["length"], ""))
		}
	}
	raw.duration = parseDuration(x.text("itunes:duration"))
	raw.more.Season = maxCount([]string{x.text("itunes:season", "podcast:season")})
	raw.more.Episode = maxCount([]string{x.text("itunes:episode", "podcast:episode")})
	for _, list := range x.elements("psc:chapters") {
		raw.addSections(list.Children["chapter"])
	}
	for _, c := range x.elements("podcast:chapters") {
		raw.chapters = append(raw.chapters, text.FirstNonBlank(c.Attrs["url"], c.Value))
	}
	for _, kind := range []string{"html", "plain", "vtt", "srt", ""} {
		for _, t := range x.elements("podcast:transcript") {
			if strings.Contains(strings.ToLower(t.Attrs["type"]), kind) {
				raw.transcripts = append(raw.transcripts, text.FirstNonBlank(t.Attrs["url"], t.Value))
			}
		}
	}
}

// chaptersRel is the link relation of a file with Podlove Simple Chapters.
const chaptersRel = "http://podlove.org/simple-chapters"

// flashType is the media type of films that no program plays any more.
const flashType = "application/x-shockwave-flash"

// withoutFlash returns a flash film as the page that shows the same video. It has no address
// if no page is known.
func withoutFlash(e feed.Enclosure) feed.Enclosure {
	u, err := url.Parse(e.URL)
	id, isVideo := "", false
	if err == nil && siteHost(e.URL) == "youtube.com" {
		id, isVideo = strings.CutPrefix(u.Path, "/v/")
	}
	if e.URL = ""; isVideo && id != "" {
		e.URL, e.Type = "https://www.youtube.com/watch?v="+url.QueryEscape(id), ""
	}
	return e
}
