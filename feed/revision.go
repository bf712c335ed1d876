package feed

import (
	"strconv"
	"strings"
)

// cutRevision splits a GUID such as "https://paper.example/41#2" into the text before the
// revision counter and the counter. found reports whether there is one.
func cutRevision(guid string) (stem string, revision int64, found bool) {
	at := strings.LastIndexByte(guid, '#')
	if at <= 0 || at == len(guid)-1 || len(guid)-at > maxRevisionDigits+1 {
		return guid, 0, false
	}
	for _, c := range []byte(guid[at+1:]) {
		if c < '0' || c > '9' {
			return guid, 0, false
		}
		revision = revision*10 + int64(c-'0')
	}
	return guid[:at], revision, true
}

// maxRevisionDigits is the maximum number of digits of a revision counter. Some publishers
// count in microseconds.
const maxRevisionDigits = 18

// HasRevision reports whether the GUID of an item ends with a revision counter.
func (i Item) HasRevision() bool {
	_, _, found := cutRevision(i.GUID)
	return found
}

// revisionKey returns a text that all revisions of an item share: a publisher that counts
// revisions appends their number to the GUID and leaves the link. The key is empty if the
// GUID has no counter, or if the link is a front page, which many items may share.
func revisionKey(i Item) (key string, revision int64) {
	if strings.IndexByte(i.GUID, '#') < 0 {
		return "", 0
	}
	stem, revision, found := cutRevision(withoutNoise(i.GUID))
	if !found {
		return "", 0
	}
	link := CanonicalLink(i.Link)
	if link == "" {
		return "", 0
	}
	return link + "\x00" + stem, revision
}

// IsRevisionOf reports whether two items are revisions of one item: their GUIDs differ only
// in the counter, and their links are the same.
func (i Item) IsRevisionOf(other Item) bool {
	key, revision := revisionKey(i)
	otherKey, otherRevision := revisionKey(other)
	return key != "" && key == otherKey && revision != otherRevision
}

// earlierRevisions returns the indexes of the items of a document of which it has a later
// revision, too.
func earlierRevisions(items []Article) map[int]bool {
	drop := map[int]bool{}
	for _, group := range revisionGroups(items) {
		if len(group) < 2 || isBoard(items, group) {
			continue
		}
		latest := int64(-1)
		for _, i := range group {
			_, revision := revisionKey(items[i].Item)
			latest = max(latest, revision)
		}
		for _, i := range group {
			if _, revision := revisionKey(items[i].Item); revision < latest {
				drop[i] = true
			}
		}
	}
	return drop
}

// revisionGroups returns the indexes of the items with the same [revisionKey].
func revisionGroups(items []Article) map[string][]int {
	groups := map[string][]int{}
	for i := range items {
		if key, _ := revisionKey(items[i].Item); key != "" {
			groups[key] = append(groups[key], i)
		}
	}
	return groups
}

// manyTitles is the number of items with one link and different titles that are posts of a
// board. So many revisions of an item do not all have another title.
const manyTitles = 5

// isBoard reports whether the items of a document that look like revisions of one item, given
// by their indexes, are posts of a board, which numbers them and links all to one page. The
// authors differ, or there are many titles, or the document has nothing else and the items
// differ.
func isBoard(items []Article, group []int) bool {
	first := &items[group[0]]
	titles, authors := map[string]bool{}, map[string]bool{}
	sameWords, sameDate := true, true
	for _, i := range group {
		a := &items[i]
		titles[a.Title] = true
		if a.Author != "" {
			authors[a.Author] = true
		}
		sameWords = sameWords && a.words() == first.words()
		sameDate = sameDate && a.Published.Equal(first.Published)
	}
	if len(authors) > 1 {
		return true
	}
	if len(group) < len(items) {
		return len(titles) == len(group) && len(group) >= manyTitles
	}
	return len(titles) > 1 || len(group) > 2 && !sameWords && !sameDate
}

// sharedRevisions returns the keys of the items of a document that look like revisions of one
// item and are not. None of them is a revision of a stored item.
func sharedRevisions(items []Article) map[string]bool {
	shared := map[string]bool{}
	for key, group := range revisionGroups(items) {
		if len(group) > 1 {
			shared[key] = true
		}
	}
	return shared
}

// maxEarlier is the number of revisions before an item's own that EarlierRevisions lists.
const maxEarlier = 8

// EarlierRevisions returns the keys of the last revisions before those that a document has,
// by the keys of its items.
func EarlierRevisions(document []Article) map[string][]string {
	earlier := map[string][]string{}
	for _, group := range revisionGroups(document) {
		if len(group) > 1 {
			continue
		}
		a := &document[group[0]]
		stem, revision, _ := cutRevision(a.GUID)
		for n := revision - 1; n >= max(0, revision-maxEarlier); n-- {
			before := Article{Item: Item{GUID: stem + "#" + strconv.FormatInt(n, 10)}}
			earlier[a.Key] = append(earlier[a.Key], before.baseKey())
		}
	}
	return earlier
}
