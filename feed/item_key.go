package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"dateline/feed/text"
)

// maxKeyLength is the longest value of a key in bytes. A longer value is replaced by its
// hash.
const maxKeyLength = 200

// Identify sets Key from the first of these that exists: the GUID, the link, the title
// with the date, the text. The key's prefix names the kind, so that a GUID is never equal
// to a link. Package cache looks items up by this key.
func (a *Article) Identify() {
	switch {
	case a.GUID != "":
		a.Key = itemKey("guid", a.GUID)
	case a.Link != "":
		a.Key = itemKey("link", a.Link)
	case a.Title != "":
		a.Key = itemKey("title", a.Title, timeText(a.Published))
	default:
		a.Key = itemKey("text", a.Fingerprint())
	}
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
// Two items with the same key are duplicates if their titles are equal. They are also
// duplicates if they have a GUID and their links, dates and texts are equal. Items
// without titles are compared by link, date or text. Other items with the same key are
// different items and get longer keys. A longer key does not depend on the order of the
// items, so an item has the same key in the next document.
func IdentifyAll(items []Article) []Article {
	groups := map[string][]int{}
	for i := range items {
		items[i].Identify()
		groups[items[i].Key] = append(groups[items[i].Key], i)
	}
	drop := map[int]bool{}
	for _, group := range groups {
		if len(group) > 1 {
			makeDistinct(items, group, drop)
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

// makeDistinct handles the items with one key, given by their indexes. It adds all
// duplicates but the first to drop. If several items remain, it extends their keys.
func makeDistinct(items []Article, group []int, drop map[int]bool) {
	// sharing counts the distinct items with a link.
	seen, sharing := map[string]bool{}, map[string]int{}
	var distinct []int
	for _, i := range group {
		a := &items[i]
		byText := "own " + a.distinguishingText()
		byLink := strings.Join([]string{"link", a.Link, timeText(a.Published), Article{Body: a.Body}.Fingerprint()}, " ")
		// Without a GUID the link is the key, so all items of the group share it.
		sameLink := a.GUID != "" && a.Link != "" && seen[byLink]
		if sameLink || seen[byText] {
			drop[i] = true
			continue
		}
		seen[byLink], seen[byText] = true, true
		sharing[a.Link]++
		distinct = append(distinct, i)
	}
	if len(distinct) < 2 {
		return
	}
	for _, i := range distinct {
		a := &items[i]
		if a.GUID != "" && a.Link != "" && sharing[a.Link] > 1 {
			a.Key = itemKey("guid", a.GUID, a.Link, a.distinguishingText())
		} else if a.GUID != "" {
			a.Key = itemKey("guid", a.GUID, text.FirstNonBlank(a.Link, a.distinguishingText()))
		} else {
			a.Key = itemKey("link", a.Link, a.distinguishingText())
		}
	}
}

// distinguishingText returns the text that distinguishes a from other items with the
// same key: its title, link, date or fingerprint.
func (a *Article) distinguishingText() string {
	switch {
	case a.Title != "":
		return a.Title
	case a.GUID != "" && a.Link != "":
		return a.Link
	}
	return text.FirstNonBlank(timeText(a.Published), a.Fingerprint())
}
