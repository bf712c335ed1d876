package parse

import (
	"bytes"
	"cmp"
	stdjson "encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/json"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// addJSON adds the values of an item of a JSON Feed 1.0 or 1.1
// (https://www.jsonfeed.org/version/1.1/).
func (raw *rawItem) addJSON(i *json.Item, general *gofeed.Item, x *extras) {
	raw.links = general.Links
	if text.IsHTTPURL(raw.guid) {
		raw.links = append(raw.links, raw.guid)
	}
	raw.external = []string{i.ExternalURL}
	raw.authors = jsonNames(i.Authors)
	raw.published, raw.updated = []string{x.published}, []string{x.updated}
	raw.content.text = i.ContentHTML
	if (markup.Body{Raw: i.ContentHTML}).IsEmpty() {
		raw.content.text = markup.EscapeText(i.ContentText)
	}
	raw.summary.text = markup.EscapeText(i.Summary)
	raw.hasImage = general.Image != nil
	for n, a := range *i.Attachments {
		raw.enclosures[n].Duration = parseDuration(strconv.FormatInt(a.DurationInSeconds, 10))
	}
}

// jsonNames returns the names of authors.
func jsonNames(authors []*json.Author) []string {
	var names []string
	for _, a := range authors {
		names = append(names, a.Name)
	}
	return names
}

var errNoItems = errors.New("it has no items")

// readJSON reads a JSON Feed into gofeed's types, whose own parser reads every
// text several times and refuses a document for one field of a wrong type. Here
// such a field is converted or empty, and a truncated document ends after its
// last complete item. The error is a [NotFeedError].
func readJSON(doc string) (*parsedFeed, error) {
	root, err := decodeJSON(doc)
	if err != nil {
		// A string contains a line end or a tab that is not escaped. Elsewhere a
		// space means the same.
		doc = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(doc)
		root, err = decodeJSON(doc)
	}
	truncated := err != nil
	if truncated {
		if root, _ = decodeJSON(closeJSON(doc)); root == nil {
			return nil, &NotFeedError{Kind: "json", Err: err}
		}
	}
	_, list := root["items"].([]any)
	version, _ := root["version"].(string)
	if !list && !strings.Contains(version, "jsonfeed") {
		return nil, &NotFeedError{Kind: "json", Err: errNoItems}
	}
	feed := &json.Feed{
		Title:       text.PlainTitle(jsonText(root["title"])),
		Description: text.PlainTitle(jsonText(root["description"])),
		HomePageURL: jsonText(root["home_page_url"]),
		Authors:     jsonAuthors(root),
	}
	f := &parsedFeed{json: feed, truncated: truncated}
	for _, item := range jsonItems(root["items"]) {
		if object, ok := item.(map[string]any); ok && len(f.items) < maxItems {
			feed.Items = append(feed.Items, jsonItem(object))
			f.items = append(f.items, &extras{published: jsonText(object["date_published"]), updated: jsonText(object["date_modified"])})
		}
	}
	return f, nil
}

// jsonItem returns an item with the fields of object that dateline reads, but
// without dates.
func jsonItem(object map[string]any) *json.Item {
	i := &json.Item{
		ID:          jsonText(object["id"]),
		URL:         jsonText(object["url"]),
		ExternalURL: jsonText(object["external_url"]),
		Title:       text.PlainTitle(jsonText(object["title"])),
		ContentHTML: jsonText(object["content_html"]),
		ContentText: jsonText(object["content_text"]),
		Summary:     jsonText(object["summary"]),
		Image:       jsonText(object["image"]),
		BannerImage: jsonText(object["banner_image"]),
		Authors:     jsonAuthors(object),
	}
	for _, tag := range jsonList(object["tags"]) {
		i.Tags = append(i.Tags, jsonText(tag))
	}
	var files []json.Attachments
	for _, value := range jsonList(object["attachments"]) {
		if file, ok := value.(map[string]any); ok {
			files = append(files, json.Attachments{
				URL:               jsonText(file["url"]),
				MimeType:          jsonText(file["mime_type"]),
				SizeInBytes:       jsonCount(file["size_in_bytes"]),
				DurationInSeconds: jsonCount(file["duration_in_seconds"]),
			})
		}
	}
	i.Attachments = &files
	return i
}

// jsonItems returns the items of a feed: a list, a single item, or the values of
// an object, in the order of their numbers or IDs.
func jsonItems(value any) []any {
	var items []any
	switch v := value.(type) {
	case []any:
		return v
	case map[string]any:
		for _, key := range []string{"id", "url", "title", "content_html", "content_text"} {
			if _, ok := v[key]; ok {
				return []any{v}
			}
		}
		byNumber := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
		for _, key := range slices.SortedFunc(maps.Keys(v), byNumber) {
			items = append(items, v[key])
		}
	}
	return items
}

// decodeJSON decodes the JSON object that text begins with.
func decodeJSON(text string) (map[string]any, error) {
	decoder := stdjson.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var root map[string]any
	err := decoder.Decode(&root)
	return root, err
}

// jsonText returns a value as a string: a string, a number, or the first string of a
// list. It returns "" for any other value.
func jsonText(value any) string {
	switch v := value.(type) {
	case string:
		return text.UnwrapCDATA(v)
	case stdjson.Number:
		return v.String()
	case []any:
		if len(v) > 0 {
			if s, ok := v[0].(string); ok {
				return s
			}
		}
	}
	return ""
}

// jsonCount returns a whole number, which may be written as a string or with a
// fraction, or 0.
func jsonCount(value any) int64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(jsonText(value)), 64)
	if err != nil || !(n >= 0 && n < 1<<53) {
		return 0
	}
	return int64(n)
}

// jsonAuthors returns the authors of a feed or an item, each of which may be only
// a name.
func jsonAuthors(object map[string]any) []*json.Author {
	var authors []*json.Author
	for _, key := range []string{"authors", "author"} { // of version 1.1, of 1.0
		for _, value := range jsonList(object[key]) {
			if person, ok := value.(map[string]any); ok {
				value = person["name"]
			}
			if name := jsonText(value); personName(name) != "" {
				authors = append(authors, &json.Author{Name: name})
			}
		}
		if len(authors) > 0 {
			break
		}
	}
	return authors
}

// jsonList returns a value as a list. A single value becomes a list of one.
func jsonList(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{value}
}

// closeJSON ends a truncated document after the last complete element of the
// root's list.
func closeJSON(text string) string {
	var open []byte
	end, quoted, escaped := 0, false, false
	for i := range len(text) {
		c := text[i]
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			open = append(open, c)
		case (c == '}' || c == ']') && len(open) > 0:
			open = open[:len(open)-1]
			if bytes.Equal(open, []byte("{[")) {
				end = i + 1
			}
		}
	}
	return text[:end] + "]}"
}
