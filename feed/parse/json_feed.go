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

	"github.com/mmcdole/gofeed/json"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// fromJSON converts a JSON Feed 1.0 or 1.1
// (https://www.jsonfeed.org/version/1.1/).
func fromJSON(f *json.Feed, src Origin) *feed.Document {
	doc := &feed.Document{
		Title:       text.Truncate(text.PlainTitle(f.Title), 4096),
		Description: text.Truncate(text.PlainTitle(f.Description), 4096),
		Site:        text.WebURL(src.Base, f.HomePageURL),
	}
	authors := jsonNames(f.Author, f.Authors)
	doc.Items = make([]feed.Article, 0, len(f.Items))
	for _, i := range f.Items {
		if i == nil {
			continue
		}
		raw := fromJSONItem(i, src.Base)
		if joinNames(raw.authors) == "" {
			raw.authors = authors
		}
		doc.Items = append(doc.Items, raw.article())
	}
	return doc
}

// fromJSONItem converts an item. base is the address against which its links are
// resolved.
func fromJSONItem(i *json.Item, base string) rawItem {
	raw := rawItem{
		base:       base,
		guid:       i.ID,
		links:      []string{i.URL, i.ExternalURL},
		title:      i.Title,
		authors:    jsonNames(i.Author, i.Authors),
		published:  []string{i.DatePublished},
		updated:    []string{i.DateModified},
		content:    htmlText{text: text.FirstNonBlank(i.ContentHTML, markup.EscapeText(i.ContentText))},
		summary:    htmlText{text: markup.EscapeText(i.Summary)},
		categories: i.Tags,
		hasImage:   text.FirstNonBlank(i.Image, i.BannerImage) != "",
	}
	if text.IsHTTPURL(raw.guid) {
		raw.links = append(raw.links, raw.guid)
	}
	if i.Attachments != nil {
		for _, a := range *i.Attachments {
			file := newEnclosure(a.URL, a.MimeType, strconv.FormatInt(a.SizeInBytes, 10), "")
			file.Duration = parseDuration(strconv.FormatInt(a.DurationInSeconds, 10))
			raw.enclosures = append(raw.enclosures, file)
		}
	}
	return raw
}

// jsonNames returns the names in authors (version 1.1) or, if there are none,
// the name in author (version 1.0).
func jsonNames(one *json.Author, several []*json.Author) []string {
	var out []string
	for _, a := range several {
		if a != nil {
			out = append(out, a.Name)
		}
	}
	if one != nil && joinNames(out) == "" {
		out = append(out, one.Name)
	}
	return out
}

var errNoItems = errors.New("it has no items")

// repairJSON returns a JSON Feed that gofeed accepts: fields of a wrong type are
// converted or dropped, and a truncated document ends after its last complete
// item. Long texts move to texts, because gofeed reads the document several
// times.
func repairJSON(text string, texts *longTexts) (repaired string, truncated bool, err error) {
	root, err := readJSON(text)
	if err != nil {
		// A string contains a line end or a tab that is not escaped. Elsewhere a
		// space means the same.
		text = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text)
		root, err = readJSON(text)
	}
	if err != nil {
		text = closeJSON(text)
		truncated = true
		if root, _ = readJSON(text); root == nil {
			return "", false, err
		}
	}
	_, list := root["items"].([]any)
	version, _ := root["version"].(string)
	if !list && !strings.Contains(version, "jsonfeed") {
		return "", false, errNoItems
	}
	items := jsonItems(root["items"])
	texts.convertObject(root)
	kept := []any{}
	for _, item := range items {
		if object, ok := item.(map[string]any); ok && len(kept) < maxItems {
			texts.convertObject(object)
			kept = append(kept, object)
		}
	}
	root["items"] = kept
	out, err := stdjson.Marshal(root)
	return string(out), truncated, err
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

// readJSON decodes the JSON object that text begins with.
func readJSON(text string) (map[string]any, error) {
	decoder := stdjson.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var root map[string]any
	err := decoder.Decode(&root)
	return root, err
}

// convertObject gives the fields of a feed, an item or an attachment the types
// that the specification requires. It deletes unknown fields.
func (l *longTexts) convertObject(object map[string]any) {
	for key, value := range object {
		switch key {
		case "version", "title", "home_page_url", "feed_url", "description", "id", "url", "external_url", "content_html",
			"content_text", "summary", "image", "banner_image", "date_published", "date_modified", "language", "mime_type",
			"name":
			object[key] = l.placeholder(jsonText(value))
		case "size_in_bytes", "duration_in_seconds":
			object[key] = jsonCount(value)
		case "author":
			object[key] = jsonAuthor(value)
		case "authors":
			var persons []any
			for _, v := range jsonList(value) {
				persons = append(persons, jsonAuthor(v))
			}
			object[key] = persons
		case "tags":
			tags := []string{}
			for _, v := range jsonList(value) {
				tags = append(tags, jsonText(v))
			}
			object[key] = tags
		case "attachments":
			files := []any{}
			for _, v := range jsonList(value) {
				if file, ok := v.(map[string]any); ok {
					l.convertObject(file)
					files = append(files, file)
				}
			}
			object[key] = files
		default:
			delete(object, key)
		}
	}
}

// jsonText returns a value as a string: a string, a number, or the first string of a
// list. It returns "" for any other value.
func jsonText(value any) string {
	switch v := value.(type) {
	case string:
		return v
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

// jsonAuthor returns an author object for an author that may be only a name.
func jsonAuthor(value any) any {
	if person, ok := value.(map[string]any); ok {
		return map[string]any{"name": jsonText(person["name"])}
	}
	return map[string]any{"name": jsonText(value)}
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
