package parse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"dateline/feed/text"
)

// FuzzParse checks for any input that Parse does not panic, that XML with an
// element of a feed is read, that fields are plain text on one line without
// anything that controls a terminal, that links are absolute and keys unique.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.xml")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, "application/xml; charset=utf-8")
	}
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"title":"a\u001b[2J"}]}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		doc, err := Parse(raw, Origin{URL: "https://example.org/feed", ContentType: contentType})
		if err != nil {
			mustBePlain(t, "error", err.Error())
			var not *NotFeedError
			if errors.As(err, &not) && not.Err != nil && (not.Kind == "xml" && not.Err != errNoRoot || not.Kind == "unknown") {
				t.Errorf("the feed was refused: %v", err)
			}
			return
		}
		mustBePlain(t, "feed title", doc.Title)
		mustBePlain(t, "description", doc.Description)
		keys := map[string]bool{}
		for _, a := range doc.Items {
			mustBePlain(t, "title", a.Title)
			mustBePlain(t, "author", a.Author)
			mustBePlain(t, "summary", a.Summary)
			mustBePlain(t, "key", a.Key)
			mustBePlain(t, "link", a.Link)
			if a.Link != "" && !strings.Contains(a.Link, "://") {
				t.Errorf("link %q is not absolute", a.Link)
			}
			if a.Key == "" || keys[a.Key] {
				t.Errorf("key %q is empty or used twice", a.Key)
			}
			keys[a.Key] = true
		}
	})
}

// mustBePlain fails if s could do anything to a terminal except show text.
func mustBePlain(t *testing.T, what, s string) {
	t.Helper()
	if s != text.Clean(s) || !utf8.ValidString(s) {
		t.Errorf("%s %q is not clean", what, s)
	}
}
