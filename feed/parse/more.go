package parse

import (
	"net/url"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"

	"dateline/feed"
	"dateline/feed/text"
)

// moreOf returns what only some kinds of items have. link is the item's address.
func (raw rawItem) moreOf(link string) feed.More {
	more := raw.more
	if external := firstURL(raw.base, raw.external); external != "" && external != link {
		more.External = external
		return more
	}
	for _, candidate := range raw.related {
		other := text.WebURL(raw.base, text.UnescapeAmpersands(candidate))
		if other == "" || isSameSite(other, link) {
			continue
		}
		switch {
		case isSameSite(link, raw.site):
			more.External = other
		case isSameSite(other, raw.site):
			more.Permalink = other
		default:
			continue
		}
		break
	}
	return more
}

// isSameSite reports whether two addresses have the same host, apart from www.
func isSameSite(a, b string) bool {
	host := siteHost(a)
	return host != "" && host == siteHost(b)
}

func siteHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// maxSections is how many chapters of a recording are kept.
const maxSections = 200

// addSections adds Podlove Simple Chapters.
func (raw *rawItem) addSections(chapters []ext.Extension) {
	for _, c := range chapters {
		title := text.Truncate(text.PlainTitle(c.Attrs["title"]), 256)
		if title == "" || len(raw.more.Sections) == maxSections {
			continue
		}
		raw.more.Sections = append(raw.more.Sections, feed.Section{Start: parseDuration(c.Attrs["start"]), Title: title})
	}
}
