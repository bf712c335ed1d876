package parse

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dateline/feed/markup"
	"dateline/feed/text"
)

// TestJSONFieldTypes checks that a field of a wrong type loses only itself: the
// item, its other fields and the next item stay.
func TestJSONFieldTypes(t *testing.T) {
	fields := []string{"title", "content_html", "content_text", "summary", "image", "banner_image", "date_published", "date_modified",
		"external_url", "language", "author", "authors", "tags", "attachments", "_own", "expired"}
	values := []string{`null`, `true`, `17`, `-1.5e300`, `"text"`, `""`, `[]`, `{}`, `[null]`, `[[["x"]]]`, `[17,{}]`, `{"a":{"b":[1]}}`,
		`{"name":{"name":1},"url":[]}`, `[{"name":null},{"name":["x"]}]`, `[{"url":{},"mime_type":7,"size_in_bytes":"x","duration_in_seconds":[]}]`, `[{"url":null}]`}
	for _, where := range []string{`{"version":"https://jsonfeed.org/version/1.1","title":"F",%[1]s"items":[{"id":"1","url":"/1"},{"id":"2"}]}`,
		`{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{%[1]s"id":"1","url":"/1"},{"id":"2"}]}`} {
		for _, field := range append(fields, "description", "home_page_url", "feed_url", "icon", "hubs", "next_url", "user_comment") {
			if field == "title" && strings.HasPrefix(where, `{"version":"https://jsonfeed.org/version/1.1","title":"F",%`) {
				continue
			}
			for _, value := range values {
				raw := fmt.Sprintf(where, fmt.Sprintf("%q:%s,", field, value))
				doc, err := Parse([]byte(raw), pairOrigin)
				if err != nil || doc.Title != "F" || len(doc.Items) != 2 || doc.Items[0].GUID != "1" || doc.Items[0].Link != "https://example.org/1" || doc.Items[1].GUID != "2" {
					t.Errorf("%s: %+v, %v", raw, doc, err)
				}
			}
		}
	}
}

// TestJSONTexts checks that texts of any length arrive as they are.
func TestJSONTexts(t *testing.T) {
	s := " \n" + strings.Repeat("Words of a <b>long</b> text & more. ", 20) + "\t"
	file := "https://a.test/" + strings.Repeat("f", 600)
	raw, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": s, "items": []any{
		map[string]any{"id": strings.Repeat("i", 600), "content_html": s, "authors": []any{map[string]any{"name": strings.Repeat("n", 600)}},
			"attachments": []any{map[string]any{"url": file, "mime_type": "audio/mpeg"}}},
		map[string]any{"id": "2", "content_text": s},
	}})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Parse(raw, Origin{URL: "https://a.test/"})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Title != text.PlainTitle(s) {
		t.Errorf("title %q", doc.Title)
	}
	first := doc.Items[0]
	if first.Body.Raw != s || first.GUID != strings.Repeat("i", 600) || first.Author != strings.Repeat("n", 600) || first.Enclosures[0].URL != file {
		t.Errorf("item %+v", first)
	}
	if want := markup.EscapeText(s); doc.Items[1].Body.Raw != want {
		t.Errorf("text %q, want %q", doc.Items[1].Body.Raw, want)
	}
}

// TestJSONItems checks the values that feeds use instead of a list of items.
func TestJSONItems(t *testing.T) {
	for items, want := range map[string]string{
		`[]`: "", `null`: "", `"none"`: "", `17`: "",
		`{"id":"1"}`: "1",
		`{"0":{"id":"a"},"10":{"id":"c"},"9":{"id":"b"}}`:                   "a b c",
		`[null,17,"x",[],{"id":"1"},true]`:                                  "1",
		`[{"id":1},{"id":2.5},{"id":null,"url":"/x"},{"id":{},"url":"/y"}]`: "1 2.5 - -",
		`[{"id":12345678901234567890}]`:                                     "12345678901234567890",
	} {
		doc, err := Parse([]byte(`{"version":"https://jsonfeed.org/version/1","title":"F","items":`+items+`}`), pairOrigin)
		if err != nil {
			t.Errorf("%s: %v", items, err)
			continue
		}
		var got []string
		for _, i := range doc.Items {
			got = append(got, text.FirstNonBlank(i.GUID, "-"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", items, got, want)
		}
	}
}
