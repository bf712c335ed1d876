package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"dateline/feed/text"
)

// maxKeyLength is the longest value of a key in bytes. A longer value is replaced by its
// hash.
const maxKeyLength = 200

// Identify sets Key from the first of these that exists: the GUID, the link, the title
// with the date, the text. Session numbers and tracking parameters are left out. The key's
// prefix names the kind, so that a GUID is never equal to a link. Package cache looks
// items up by this key.
func (a *Article) Identify() { a.Key = a.baseKey() }

// baseKey returns the key of an item that shares it with no other item of its document.
func (a *Article) baseKey() string {
	kind, parts := a.base()
	return itemKey(kind, parts...)
}

// base returns the kind and the parts of the base key.
func (a *Article) base() (kind string, parts []string) {
	switch {
	case a.GUID != "":
		return "guid", []string{withoutNoise(a.GUID)}
	case a.Link != "":
		return "link", []string{withoutNoise(a.Link)}
	case a.Title != "":
		return "title", []string{a.Title, timeText(a.Published)}
	}
	return "text", []string{a.Fingerprint()}
}

// The detail of a key: how many properties of the item it has. Each detail has those of
// the one before. The details with the text also exist without the files.
const (
	byBase = iota
	byLink
	byTitle
	byDate
	byFiles
	byText
	byTextAndFiles
	allDetails
)

// keys returns the keys of each detail up to last, which is byFiles or more. Properties that
// the item lacks, or that are in the base key, are left out, so that several details may have
// the same key.
func (a *Article) keys(last int) []string {
	kind, parts := a.base()
	keys := []string{itemKey(kind, parts...)}
	add := func(value string) {
		if value != "" {
			parts = append(parts, value)
		}
		keys = append(keys, itemKey(kind, parts...))
	}
	var link, title, date string
	if kind == "guid" {
		link = withoutNoise(a.Link)
	}
	if kind != "title" {
		title, date = a.Title, timeText(a.Published)
	}
	add(link)
	add(title)
	add(date)
	files := a.files()
	add(files)
	if last >= byText {
		if files != "" {
			parts = parts[:len(parts)-1]
		}
		add(a.contentHash())
		add(files)
	}
	return keys[:last+1]
}

// IsReissued reports whether the publisher gave a stored item another identity in a
// document: another GUID, or another link or title if it has none.
func (a *Article) IsReissued(stored Item) bool {
	old := Article{Item: stored}
	return a.baseKey() != old.baseKey() && !a.IsRevisionOf(stored)
}

// contentHash returns the [Article.Fingerprint]. Of a text without words it is a hash that
// also depends on the HTML, and so on the pictures.
func (a *Article) contentHash() string {
	if a.Body.Raw != "" && a.words() == "" {
		return Article{Item: Item{Title: a.Title + "\x00" + a.Body.Raw}}.Fingerprint()
	}
	return a.Fingerprint()
}

// words returns the words of the text.
func (a *Article) words() string { return text.Clean(a.Body.Text()) }

// files returns the addresses of the enclosures.
func (a *Article) files() string {
	var list []string
	for _, e := range a.Enclosures {
		list = append(list, withoutNoise(e.URL))
	}
	return strings.Join(list, " ")
}

// StoredKeys returns other keys under which the item may be stored, because an earlier
// document had other items with the same base key, or none.
//
// An item stored under one of narrow agrees with this one in more than the Key, which
// is therefore the same item unless [Article.ReusesKeyOf] says otherwise. The last of narrow
// is the key without the removal of session numbers and tracking parameters, if that is
// another one. An item stored under one of wide may be this one, or another one of this
// document. Both are empty if Key was not made by [IdentifyAll].
func (a *Article) StoredKeys() (narrow, wide []string) {
	last := byFiles
	if a.Published.IsZero() {
		// The text costs most, and items with a date are found by the date.
		last = byTextAndFiles
	}
	keys := slices.Compact(a.keys(last))
	at := slices.Index(keys, a.Key)
	if at < 0 {
		if keys = slices.Compact(a.keys(byTextAndFiles)); !slices.Contains(keys, a.Key) {
			return nil, nil
		}
		at = slices.Index(keys, a.Key)
	}
	wide, narrow = keys[:at], slices.Clip(keys[at+1:])
	if plain := a.PlainKey(); plain != keys[0] {
		narrow = append(narrow, plain)
	}
	return narrow, wide
}

// PlainKey returns the key that an item has alone, with session numbers and tracking parameters.
func (a *Article) PlainKey() string {
	switch {
	case a.GUID != "":
		return itemKey("guid", a.GUID)
	case a.Link != "":
		return itemKey("link", a.Link)
	}
	return a.baseKey()
}

// timeText returns t in UTC in the format of RFC 3339. It is empty for the zero time.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// itemKey returns the key of an item. Values that are long or contain control
// characters are hashed.
func itemKey(kind string, parts ...string) string {
	value := strings.TrimSpace(strings.Join(parts, " "))
	if len(value) > maxKeyLength || value != text.Clean(value) {
		sum := sha256.Sum256([]byte(value))
		value = "sha256-" + hex.EncodeToString(sum[:16])
	}
	return kind + ":" + value
}

// Fingerprint returns a hash of the title and the text. It does not change if only
// markup, white space or addresses change.
func (a Article) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte(a.Title))
	h.Write([]byte{0})
	h.Write([]byte(text.Clean(a.Body.Text())))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// IdentifyAll sets unique keys for the items of one document and returns the items
// without duplicates. It reuses the slice.
//
// Two items with the same base key are duplicates if their dates, files and texts are
// equal, and their titles. With a GUID their links may be equal instead of the titles.
// Of several revisions of an item the latest remains. Other items with the same base key
// are different items: each gets the shortest key that no other one has. A key does not
// depend on the order of the items.
func IdentifyAll(items []Article) []Article {
	groups := map[string][]int{}
	drop := earlierRevisions(items)
	for i := range items {
		items[i].Identify()
		if !drop[i] {
			groups[items[i].Key] = append(groups[items[i].Key], i)
		}
	}
	for key, group := range groups {
		if len(group) > 1 {
			group = dropDuplicates(items, group, drop)
			groups[key] = group
		}
	}
	for _, group := range groups {
		if len(group) > 1 {
			makeDistinct(items, group, groups)
		}
	}
	if len(drop) == 0 {
		return items
	}
	kept := items[:0]
	for i, item := range items {
		if !drop[i] {
			kept = append(kept, item)
		}
	}
	return kept
}

// dropDuplicates adds the duplicates among the items with one base key, given by their
// indexes, to drop and returns the others. The first of equal items remains, and of the
// versions of an Atom entry the one that was updated last.
func dropDuplicates(items []Article, group []int, drop map[int]bool) []int {
	seen := map[string]bool{}
	versions := map[string]int{}
	var distinct []int
	for _, i := range group {
		a := &items[i]
		words := a.words()
		content := strings.Join([]string{timeText(a.Published), a.files(), (&Article{Body: a.Body}).contentHash()}, "\x00")
		byTitle, byLink := "title\x00"+a.Title+"\x00"+content, "link\x00"+a.Link+"\x00"+content
		if a.Title == "" {
			byTitle = byLink
		}
		// A title alone is too little to be an edit of another title.
		sameLink := a.GUID != "" && a.Link != "" && (words != "" || !a.Published.IsZero()) && seen[byLink]
		if sameLink || seen[byTitle] {
			drop[i] = true
			continue
		}
		seen[byTitle], seen[byLink] = true, true
		if entry := a.entryVersion(); entry != "" {
			if other, found := versions[entry]; found {
				earlier := i
				if a.Updated.After(items[other].Updated) {
					earlier, versions[entry] = other, i
				}
				drop[earlier] = true
				if earlier == i {
					continue
				}
				distinct = slices.DeleteFunc(distinct, func(k int) bool { return k == other })
			} else {
				versions[entry] = i
			}
		}
		distinct = append(distinct, i)
	}
	return distinct
}

// entryVersion returns a text that all versions of an Atom entry share: they have the same
// ID and were published at the same time, but updated at different times (RFC 4287, 4.1.1).
// It is empty if the item does not have both times.
func (a *Article) entryVersion() string {
	if a.GUID == "" || a.Published.IsZero() || a.Updated.IsZero() || a.Updated.Equal(a.Published) {
		return ""
	}
	return strings.Join([]string{a.GUID, a.Link, a.Title, timeText(a.Published), a.files()}, "\x00")
}

// makeDistinct extends the keys of different items with one base key, given by their
// indexes. groups has all base keys of the document.
func makeDistinct(items []Article, group []int, groups map[string][]int) {
	keys := map[int][]string{}
	for detail := byLink; detail < allDetails && len(group) > 0; detail++ {
		if detail == byLink || detail == byText {
			// The text costs most, and few items need it.
			last := byFiles
			if detail == byText {
				last = byTextAndFiles
			}
			for _, i := range group {
				keys[i] = items[i].keys(last)
			}
		}
		sharing := map[string]int{}
		for _, i := range group {
			items[i].Key = keys[i][detail]
			sharing[items[i].Key]++
		}
		group = slices.DeleteFunc(slices.Clone(group), func(i int) bool {
			return sharing[items[i].Key] == 1 && len(groups[items[i].Key]) == 0
		})
	}
}
