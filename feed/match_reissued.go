package feed

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// Reissued finds items that a publisher gave a new GUID, as happens when a site moves to
// other software or another address. fresh are the unknown items of a document. old are
// known items that the document no longer lists. The result maps indexes of fresh to
// indexes of old. No item is in two pairs. body returns the text of old[i]. It is called
// for few items. Package cache moves the marks of each pair to the new GUID.
//
// A pair has the same canonical link, the same address on another host, or the same
// title. Its dates must be equal, too, or its texts if the dates do not help. If an item
// matches several others, it is in no pair: hiding a new item is worse than showing an
// old one twice.
func Reissued(fresh []Article, old []Item, body func(i int) markup.Body) map[int]int {
	m := reissueMatcher{fresh: fresh, old: old, body: body, pairs: map[int]int{}, taken: map[int]bool{}}
	for _, a := range fresh {
		m.freshKeys = append(m.freshKeys, matchKeysOf(a.Item))
	}
	for _, i := range old {
		m.oldKeys = append(m.oldKeys, matchKeysOf(i))
	}
	for _, key := range []func(matchKeys) string{
		func(t matchKeys) string { return keyOf(t.link, t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.link, t.title) },
		func(t matchKeys) string { return keyOf(t.link) },
		func(t matchKeys) string { return keyOf(t.page, t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.page, t.title) },
		func(t matchKeys) string { return keyOf(t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.title, t.day) },
	} {
		m.pair(key)
	}
	return m.pairs
}

// matchKeys are the properties that two items must share to be a pair.
type matchKeys struct {
	// link is the canonical link. page is the part of link after the host. Both are
	// empty if the canonical link is.
	link, page string
	// title is the title in the form of the search index.
	title string
	// story is the [StoryTitle]. It is empty if the title is too short or too common.
	story string
	// at and day are the time and the day of publication in UTC. Empty if unknown.
	at, day string
	// midnight is set if the item was published at midnight UTC. Then the publisher
	// may have given only the day.
	midnight bool
}

// matchKeysOf returns the match keys of an item.
func matchKeysOf(i Item) matchKeys {
	t := matchKeys{link: CanonicalLink(i.Link), title: text.IndexText(i.Title), story: StoryTitle(i.Title)}
	if _, rest, found := strings.Cut(t.link, "://"); found {
		if at := strings.IndexAny(rest, "/?#"); at >= 0 {
			t.page = rest[at:]
		}
	}
	if p := i.Published.UTC(); !p.IsZero() {
		t.at, t.day = strconv.FormatInt(p.Unix(), 10), p.Format(time.DateOnly)
		t.midnight = p.Unix()%int64(24*time.Hour/time.Second) == 0
	}
	return t
}

// keyOf joins the parts of a key. The key is empty if the first part is.
func keyOf(parts ...string) string {
	if parts[0] == "" {
		return ""
	}
	return strings.Join(parts, "\x00")
}

// reissueMatcher holds the state of [Reissued].
type reissueMatcher struct {
	fresh              []Article
	old                []Item
	body               func(i int) markup.Body
	freshKeys, oldKeys []matchKeys
	pairs              map[int]int
	// taken has the indexes of old that are in a pair.
	taken map[int]bool
}

// pair pairs the items whose key occurs once in fresh and once in old.
func (m *reissueMatcher) pair(key func(matchKeys) string) {
	const several = -1
	old := map[string]int{}
	for i, t := range m.oldKeys {
		k := key(t)
		if k == "" || m.taken[i] {
			continue
		}
		if _, found := old[k]; found {
			i = several
		}
		old[k] = i
	}
	fresh := map[string][]int{}
	for i, t := range m.freshKeys {
		if _, paired := m.pairs[i]; !paired {
			fresh[key(t)] = append(fresh[key(t)], i)
		}
	}
	for k, indexes := range fresh {
		match, found := old[k]
		if !found || match == several || len(indexes) > 1 || !m.isSame(indexes[0], match) {
			continue
		}
		m.pairs[indexes[0]] = match
		m.taken[match] = true
	}
}

// isSame reports whether a fresh and an old item with an equal key are the same item.
func (m *reissueMatcher) isSame(fresh, old int) bool {
	f, o := m.freshKeys[fresh], m.oldKeys[old]
	sameTitle, sameTime := f.title == o.title, f.at != "" && f.at == o.at
	sameLink, samePage := f.link != "" && f.link == o.link, f.page != "" && f.page == o.page
	switch {
	case sameTitle && (sameLink || samePage):
		// A page such as a forecast always has the same address and title, but each
		// item has another date and text.
		return sameTime || m.hasSameContent(fresh, old)
	case sameLink:
		return sameTime
	case sameTitle && sameTime && !f.midnight && utf8.RuneCountInString(f.title) >= minTitleLength:
		return true
	}
	return sameTitle && f.story != "" && m.fresh[fresh].Body.Text() != "" && m.hasSameContent(fresh, old)
}

// minTitleLength is the minimum number of characters of a title that identifies an item
// together with the second of its publication.
const minTitleLength = 8

// hasSameContent reports whether the items have the same text and the same enclosures.
func (m *reissueMatcher) hasSameContent(fresh, old int) bool {
	return slices.EqualFunc(m.fresh[fresh].Enclosures, m.old[old].Enclosures, func(a, b Enclosure) bool { return a.URL == b.URL }) &&
		text.Clean(m.fresh[fresh].Body.Text()) == text.Clean(m.body(old).Text())
}

// ReusesGUIDOf reports whether a is a different item from old, although both have the same
// GUID. This happens if a publisher restarts numbering its items, or gives its latest
// item always the same GUID. The titles and links must differ, a must be newer, and the
// texts must differ or be empty. Package cache then saves a as a new item.
func (a Article) ReusesGUIDOf(old Article) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	s, was := text.Clean(a.Body.Text()), text.Clean(old.Body.Text())
	return !old.Published.IsZero() && a.Published.After(old.Published) &&
		differ(text.IndexText(a.Title), text.IndexText(old.Title)) &&
		differ(text.FirstNonBlank(CanonicalLink(a.Link), a.Link), text.FirstNonBlank(CanonicalLink(old.Link), old.Link)) &&
		(s != was || s == "")
}
