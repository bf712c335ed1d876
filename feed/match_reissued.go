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

// Reissued finds stored items that have another key in a document: because the publisher
// gave them new GUIDs, as happens when a site moves to other software or another address;
// because an earlier document had other items with the same GUID or link; or because the item
// is a later revision. fresh are the unknown items of the document. old are known items that
// it does not list, in the order of their IDs. The result maps indexes of fresh to indexes of
// old. No item is in two pairs. body returns the text of old[i]. It is called for few items.
// Package cache moves the marks of each pair to the new key.
//
// A pair has the same key by the rules of [Article.Identify], or is two revisions. Otherwise
// it has the same canonical link, the same address on another host, or the same title. Then
// its dates must be equal, too, or its texts if the dates do not help. If an item matches
// several others, it is in no pair: hiding a new item is worse than showing an old one twice.
func Reissued(document, fresh []Article, old []Item, body func(i int) markup.Body) map[int]int {
	m := reissueMatcher{fresh: fresh, old: old, body: body, pairs: map[int]int{}, taken: map[int]bool{}}
	for _, a := range fresh {
		m.freshKeys = append(m.freshKeys, matchKeysOf(a.Item))
	}
	for _, i := range old {
		m.oldKeys = append(m.oldKeys, matchKeysOf(i))
	}
	m.pairByKey()
	m.pairRevisions(document)
	for _, key := range []func(matchKeys) string{
		func(t matchKeys) string { return keyOf(t.link, t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.link, t.title) },
		func(t matchKeys) string { return keyOf(t.link, t.at) },
		func(t matchKeys) string { return keyOf(t.link) },
		func(t matchKeys) string { return keyOf(t.page, t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.page, t.title) },
		func(t matchKeys) string { return keyOf(t.title, t.at) },
		func(t matchKeys) string { return keyOf(t.title, t.day) },
	} {
		m.pair(key)
	}
	m.pairByText()
	return m.pairs
}

// matchKeys are the properties that two items must share to be a pair.
type matchKeys struct {
	// link is the canonical link. page is the part of link after the host. Both are
	// empty if the canonical link is.
	link, page string
	// address is link, or the link itself if link is empty.
	address string
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
	t.address = text.FirstNonBlank(t.link, withoutNoise(i.Link))
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

// add makes a pair.
func (m *reissueMatcher) add(fresh, old int) { m.pairs[fresh], m.taken[old] = old, true }

// pairByKey pairs the items that have the same key if both keys are made today. The old one
// was stored under another key, because its document then had more items with the same
// GUID or link, or fewer, or because of its session number.
func (m *reissueMatcher) pairByKey() {
	byKey := map[string][]int{}
	for i := range m.old {
		a := Article{Item: m.old[i]}
		if a.GUID == "" && a.Link == "" && a.Title == "" {
			continue // its key is made from the text
		}
		for _, key := range slices.Compact(a.keys(byFiles)) {
			byKey[key] = append(byKey[key], i)
		}
	}
	for f := range m.fresh {
		if o := m.lastUnderKey(f, byKey[m.fresh[f].Key]); o >= 0 {
			m.add(f, o)
		}
	}
}

// lastUnderKey returns the last of the old items under the key of a fresh item that is the
// same item; -1 if there is none. If the old items are one item that was stored several
// times, the user saw the last one last. An item with a session number is the same if it is the
// only one, otherwise the title must be equal. The date must be equal, too, if the old item
// shared its GUID or link with others.
func (m *reissueMatcher) lastUnderKey(fresh int, old []int) int {
	f := m.freshKeys[fresh]
	for _, sameTime := range []bool{true, false} {
		for _, i := range slices.Backward(old) {
			a := Article{Item: m.old[i]}
			o := m.oldKeys[i]
			isNoisy := a.Key == a.PlainKey() && a.Key != a.baseKey() && !(isOnlySession(a.GUID) || a.GUID == "" && isOnlySession(a.Link))
			switch {
			case m.taken[i], sameTime && o.at != f.at:
			case o.title == f.title && (sameTime || isNoisy), isNoisy && len(old) == 1:
				return i
			}
		}
	}
	return -1
}

// pairRevisions pairs the items that are revisions of a stored item. If several revisions are
// stored, it takes the latest. document are all items of the document.
func (m *reissueMatcher) pairRevisions(document []Article) {
	if !slices.ContainsFunc(m.fresh, func(a Article) bool { return a.HasRevision() }) {
		return
	}
	shared := sharedRevisions(document)
	latest, highest := map[string]int{}, map[string]int64{}
	for i := range m.old {
		key, revision := revisionKey(m.old[i])
		if key == "" || m.taken[i] {
			continue
		}
		if _, found := latest[key]; !found || revision >= highest[key] {
			latest[key], highest[key] = i, revision
		}
	}
	for i := range m.fresh {
		key, _ := revisionKey(m.fresh[i].Item)
		if _, paired := m.pairs[i]; key == "" || paired || shared[key] {
			continue
		}
		if o, found := latest[key]; found && !m.taken[o] {
			m.add(i, o)
		}
	}
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
		m.add(indexes[0], match)
	}
}

// maxTexts is the number of texts of old items that pairByText compares.
const maxTexts = 256

// pairByText pairs the items that only the text tells apart from others with the same
// link, title and date.
func (m *reissueMatcher) pairByText() {
	same := func(t matchKeys) string { return strings.Join([]string{t.address, t.title, t.at}, "\x00") }
	isWanted, byText := map[string]bool{}, map[string][]int{}
	for i := range m.fresh {
		a, t := &m.fresh[i], m.freshKeys[i]
		if _, paired := m.pairs[i]; paired || t.address+t.title == "" {
			continue
		}
		if words := a.words(); words != "" {
			key := same(t)
			isWanted[key] = true
			byText[keyOf(words, a.files(), key)] = append(byText[keyOf(words, a.files(), key)], i)
		}
	}
	left := maxTexts
	matches := map[int][]int{}
	for o, t := range m.oldKeys {
		key := same(t)
		if m.taken[o] || !isWanted[key] || left == 0 {
			continue
		}
		left--
		a := Article{Item: m.old[o], Body: m.body(o)}
		if f := byText[keyOf(a.words(), a.files(), key)]; len(f) == 1 {
			matches[f[0]] = append(matches[f[0]], o)
		}
	}
	for f, old := range matches {
		if len(old) == 1 {
			m.add(f, old[0])
		}
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
		// If only the day is known, a page with many items may have two of that day.
		return sameTime && (!f.midnight || m.hasSameContent(fresh, old))
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

// ReusesKeyOf reports whether a is a different item from old, although both have the same
// key. This happens if a publisher restarts numbering its items, or gives its latest
// item always the same GUID. The titles and links must differ, a must be newer, and the
// texts must differ or be empty. Of items that share their GUID or link with others and
// have the same title, the dates and the texts must differ. Package cache then saves a as a
// new item.
func (a Article) ReusesKeyOf(old Article) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	sameTitle := text.IndexText(a.Title) == text.IndexText(old.Title)
	sameTime := a.Published.Equal(old.Published)
	words := a.words()
	sameWords := words != "" && words == old.words()
	dated := !a.Published.IsZero() && !old.Published.IsZero()
	switch {
	case sameWords, dated && sameTime:
		return false
	case a.PlainKey() != old.PlainKey() && (isOnlySession(a.GUID) || a.GUID == "" && isOnlySession(a.Link)):
		return !sameTitle
	case !dated:
		return false
	case a.sharesBase() || old.sharesBase():
		return true
	}
	return a.Published.After(old.Published) && differ(text.IndexText(a.Title), text.IndexText(old.Title)) &&
		differ(text.FirstNonBlank(CanonicalLink(a.Link), a.Link), text.FirstNonBlank(CanonicalLink(old.Link), old.Link))
}

// sharesBase reports whether the key of an item has its title, because other items have the
// same GUID or link.
func (a *Article) sharesBase() bool { return slices.Index(a.keys(byFiles), a.Key) >= byTitle }
