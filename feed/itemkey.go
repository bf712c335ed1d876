package feed

import (
	"crypto/sha256"
	"dateline/feed/text"
	"encoding/hex"
	"strings"
	"time"
)

// maxKeyLength is where a key is replaced by its hash, in bytes.
const maxKeyLength = 200

// Identify sets Key: from the GUID, else the link, else title and date. The
// prefix tells which, so that a GUID never meets a link that reads the same.
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

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func itemKey(kind string, parts ...string) string {
	value := strings.TrimSpace(strings.Join(parts, " "))
	if len(value) > maxKeyLength || value != text.Clean(value) {
		sum := sha256.Sum256([]byte(value))
		value = "sha256-" + hex.EncodeToString(sum[:16])
	}
	return kind + ":" + value
}

// Fingerprint changes when the publisher changes an item's title or text, and
// not when only markup, white space or addresses change.
func (a Article) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte(a.Title))
	h.Write([]byte{0})
	h.Write([]byte(text.Clean(a.Body.Text())))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// IdentifyAll sets the keys of one document's items so that no two are alike,
// and drops the items that are there twice. Items that share a GUID or a link
// but not their title, nor link, date and text, are different items: each of them
// gets a longer key, whatever their order, so that the keys hold from one
// document to the next.
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

// makeDistinct handles the items of one key: those that are the same collapse into
// the first, and if several remain, each key is extended.
func makeDistinct(items []Article, group []int, drop map[int]bool) {
	first, shared := map[string]bool{}, map[string]int{}
	var distinct []int
	for _, i := range group {
		a := &items[i]
		own := "own " + a.distinguishingText()
		link := strings.Join([]string{"link", a.Link, timeText(a.Published), Article{Body: a.Body}.Fingerprint()}, " ")
		// Where the shared link brought these together, it says nothing.
		sameLink := a.GUID != "" && a.Link != "" && first[link]
		if sameLink || first[own] {
			drop[i] = true
			continue
		}
		first[link], first[own] = true, true
		shared[a.Link]++
		distinct = append(distinct, i)
	}
	if len(distinct) < 2 {
		return
	}
	for _, i := range distinct {
		a := &items[i]
		if a.GUID != "" && a.Link != "" && shared[a.Link] > 1 {
			a.Key = itemKey("guid", a.GUID, a.Link, a.distinguishingText())
		} else if a.GUID != "" {
			a.Key = itemKey("guid", a.GUID, text.FirstNonBlank(a.Link, a.distinguishingText()))
		} else {
			a.Key = itemKey("link", a.Link, a.distinguishingText())
		}
	}
}

// distinguishingText tells an item from others of the same key.
func (a *Article) distinguishingText() string {
	switch {
	case a.Title != "":
		return a.Title
	case a.GUID != "" && a.Link != "":
		return a.Link
	}
	return text.FirstNonBlank(timeText(a.Published), a.Fingerprint())
}
