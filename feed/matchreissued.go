package feed

import (
	"dateline/feed/markup"
	"dateline/feed/text"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Reissued pairs items of a document that are not known with items that were
// and that it does not list any more, where the one is the other under a new
// identity: publishers who move to another system or address give a whole
// archive new GUIDs. The result has an index into old for each index into fresh
// that has a partner; no item has two.
//
// A pair has the same address, but for what [CanonicalLink] leaves out, or the
// same address on another host, or the same title; and its date, or, where
// dates say nothing, its text must agree, too. Where several items could be
// meant they stay apart: to take news for old is worse than to show it twice.
// body gives the text of old[i]; it is asked for few items only.
func Reissued(fresh []Article, old []Item, body func(i int) markup.Body) map[int]int {
	r := reissueMatcher{fresh: fresh, old: old, body: body, pairs: map[int]int{}, taken: map[int]bool{}}
	for _, a := range fresh {
		r.freshKeys = append(r.freshKeys, matchKeysOf(a.Item))
	}
	for _, i := range old {
		r.oldKeys = append(r.oldKeys, matchKeysOf(i))
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
		r.pair(key)
	}
	return r.pairs
}

// matchKeys are what tells whether two items can be the same.
type matchKeys struct {
	// link is the canonical link, page what follows the host in it; both are
	// empty where the link says nothing.
	link, page string
	title      string
	// story is the title if it says enough to mean one story.
	story string
	// at and day are when the item was published, to the second and in UTC;
	// empty when that is not known.
	at, day string
	// midnight says that the publisher may have told the day only.
	midnight bool
}

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

// keyOf is a key of several parts; empty when the first part is.
func keyOf(parts ...string) string {
	if parts[0] == "" {
		return ""
	}
	return strings.Join(parts, "\x00")
}

type reissueMatcher struct {
	fresh                  []Article
	old                    []Item
	body                   func(i int) markup.Body
	freshKeys, oldKeys []matchKeys
	pairs                  map[int]int
	taken                  map[int]bool
}

// pair joins the items that are the only ones with their key on either side.
func (r *reissueMatcher) pair(key func(matchKeys) string) {
	const several = -1
	old := map[string]int{}
	for i, t := range r.oldKeys {
		k := key(t)
		if k == "" || r.taken[i] {
			continue
		}
		if _, found := old[k]; found {
			i = several
		}
		old[k] = i
	}
	fresh := map[string][]int{}
	for i, t := range r.freshKeys {
		if _, paired := r.pairs[i]; !paired {
			fresh[key(t)] = append(fresh[key(t)], i)
		}
	}
	for k, those := range fresh {
		with, found := old[k]
		if !found || with == several || len(those) > 1 || !r.isSame(those[0], with) {
			continue
		}
		r.pairs[those[0]] = with
		r.taken[with] = true
	}
}

// isSame says whether a fresh item is an old one, given that a key brought them
// together.
func (r *reissueMatcher) isSame(fresh, old int) bool {
	f, o := r.freshKeys[fresh], r.oldKeys[old]
	titled, timed := f.title == o.title, f.at != "" && f.at == o.at
	switch {
	case titled && (f.link != "" && f.link == o.link || f.page != "" && f.page == o.page):
		// A page that always has the same address and title, such as a forecast,
		// has another date and text each time.
		return timed || r.hasSameContent(fresh, old)
	case f.link != "" && f.link == o.link:
		return timed
	case titled && timed && !f.midnight && utf8.RuneCountInString(f.title) >= minTitleLength:
		return true
	}
	return titled && f.story != "" && r.fresh[fresh].Body.Text() != "" && r.hasSameContent(fresh, old)
}

// minTitleLength is how many characters a title needs to mean, with its date to
// the second, one item.
const minTitleLength = 8

// hasSameContent says that the items have the same text and the same files.
func (r *reissueMatcher) hasSameContent(fresh, old int) bool {
	return slices.EqualFunc(r.fresh[fresh].Enclosures, r.old[old].Enclosures, func(a, b Enclosure) bool { return a.URL == b.URL }) &&
		text.Clean(r.fresh[fresh].Body.Text()) == text.Clean(r.body(old).Text())
}

// TookOver says that a is another item than old, although it has old's GUID:
// publishers who number their items begin anew, and some have one GUID for
// whatever is the latest. Nothing of the two agrees, and a is the newer one.
func (a Article) TookOver(old Article) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	s, was := text.Clean(a.Body.Text()), text.Clean(old.Body.Text())
	return !old.Published.IsZero() && a.Published.After(old.Published) &&
		differ(text.IndexText(a.Title), text.IndexText(old.Title)) &&
		differ(text.FirstNonBlank(CanonicalLink(a.Link), a.Link), text.FirstNonBlank(CanonicalLink(old.Link), old.Link)) &&
		(s != was || s == "")
}
