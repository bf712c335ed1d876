package parse

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// TestLongTexts checks that a document gives the same result whether gofeed sees
// its long texts or placeholders.
func TestLongTexts(t *testing.T) {
	long := strings.Repeat("Words of a <b>long</b> text &amp; more. ", 20)
	docs := map[string]string{
		"every field": `<rss><channel><title>` + long + `</title><description><![CDATA[` + long + `]]></description><item><title>` + long +
			`</title><link>https://a.test/` + strings.Repeat("x", 600) + `</link><guid>` + strings.Repeat("g", 600) + `</guid><description><![CDATA[ ` + long +
			`]]></description><content:encoded><![CDATA[` + long + long + `]]></content:encoded><author>` + strings.Repeat("a", 600) +
			`</author><category>` + strings.Repeat("c", 600) + `</category><custom>` + strings.Repeat("c", 600) + `</custom></item></channel></rss>`,
		"atom": `<feed xmlns="http://www.w3.org/2005/Atom"><title>` + strings.Repeat("t", 600) + `</title><entry><id>` + strings.Repeat("i", 600) +
			`</id><title type="html">` + strings.Repeat("e", 600) + `</title><summary>` + strings.Repeat("s ", 600) +
			`</summary><content type="html">` + strings.Repeat("&lt;p&gt;text ", 100) + `</content><author><name>` + strings.Repeat("n", 600) + `</name></author></entry></feed>`,
	}
	files, err := filepath.Glob("testdata/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil {
			docs[file] = string(raw)
		}
	}
	compared := 0
	for name, doc := range docs {
		with, err := normalize(text.Decode([]byte(doc), ""), "https://a.test/")
		if err != nil || !with.isFeed {
			continue
		}
		without := normalizeWhole(t, doc)
		if with.isAtom {
			a, err := new(atom.Parser).Parse(strings.NewReader(string(with.xml)))
			b, err2 := new(atom.Parser).Parse(strings.NewReader(without))
			if err != nil || err2 != nil {
				continue
			}
			with.texts.restore(a)
			same(t, name, fromAtom(a, Origin{}), fromAtom(b, Origin{}))
		} else {
			a, err := new(rss.Parser).Parse(strings.NewReader(string(with.xml)))
			b, err2 := new(rss.Parser).Parse(strings.NewReader(without))
			if err != nil || err2 != nil {
				continue
			}
			with.texts.restore(a)
			same(t, name, fromRSS(a, Origin{}), fromRSS(b, Origin{}))
		}
		compared++
	}
	if compared < 10 {
		t.Errorf("only %d documents compared", compared)
	}
}

// TestLongTextsOfJSON checks that the long texts of a JSON Feed are restored
// exactly in all fields.
func TestLongTextsOfJSON(t *testing.T) {
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

// normalizeWhole returns the normal form without placeholders.
func normalizeWhole(t *testing.T, doc string) string {
	t.Helper()
	form, err := normalize(text.Decode([]byte(doc), ""), "https://a.test/")
	if err != nil {
		t.Fatal(err)
	}
	out := string(form.xml)
	for i := range form.texts.texts {
		placeholder := (&longTexts{prefix: form.texts.prefix, texts: make([]string, i)}).placeholder(strings.Repeat("x", minLongText))
		out = strings.ReplaceAll(out, placeholder, string(appendCDATA(nil, form.texts.texts[i])))
	}
	return out
}

func same(t *testing.T, name string, got, want *feed.Document) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: with placeholders for long texts\n%+v\nwant\n%+v", name, got, want)
	}
}
