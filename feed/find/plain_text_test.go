package find

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// The lines of a plain text stay, with their indentation, in the charset that it names.
func TestPlainText(t *testing.T) {
	wide := ""
	for _, c := range utf16.Encode([]rune("Käse\n\nund Brot")) {
		wide += string([]byte{byte(c), byte(c >> 8)})
	}
	for name, c := range map[string]struct{ page, media, want string }{
		"lines":          {"One\nTwo\n", "text/plain", "<p>One<br>\nTwo</p>"},
		"lines of DOS":   {"One\r\nTwo\r\n\r\nThree", "text/plain", "<p>One<br>\nTwo</p>\n<p>Three</p>"},
		"lines of a Mac": {"One\rTwo", "text/plain", "<p>One<br>\nTwo</p>"},
		"blank lines":    {"\n\nOne\n \t\n\nTwo\n\n", "text/plain", "<p>One</p>\n<p>Two</p>"},
		"indentation":    {"a\n  b\n\tc", "text/plain", "<p>a<br>\n\u00a0\u00a0b<br>\n\u00a0\u00a0\u00a0\u00a0c</p>"},
		"columns":        {"salt   20 g  ", "text/plain", "<p>salt\u00a0  20 g</p>"},
		"markup":         {"Use <b> & </b>.", "text/plain", "<p>Use &lt;b&gt; &amp; &lt;/b&gt;.</p>"},
		"Markdown":       {"# Salt\n\n* a *b*", "text/markdown; charset=utf-8", "<p># Salt</p>\n<p>* a *b*</p>"},
		"Latin-1":        {"K\xe4se", "text/plain; charset=iso-8859-1", "<p>Käse</p>"},
		"Cyrillic":       {"\xcf\xf0\xe8\xe2\xe5\xf2", "text/plain; charset=windows-1251", "<p>Привет</p>"},
		"Japanese":       {"\x93\xfa\x96\x7b", "text/plain; charset=Shift_JIS", "<p>日本</p>"},
		"no charset":     {"Käse", "text/plain", "<p>Käse</p>"},
		"UTF-16":         {wide, "text/plain; charset=utf-16le", "<p>Käse</p>\n<p>und Brot</p>"},
		"a mark":         {"\xff\xfe" + wide, "text/plain", "<p>Käse</p>\n<p>und Brot</p>"},
		"of HTML":        {"Write <html> first", "text/plain", "<p>Write &lt;html&gt; first</p>"},
		"escapes":        {"a\x1b[31mb", "text/plain", "<p>a[31mb</p>"},
	} {
		if !IsPlainText([]byte(c.page), c.media) {
			t.Errorf("%s: no plain text", name)
		}
		body, err := PlainText([]byte(c.page), c.media, "https://example.org/a")
		if err != nil || strings.TrimSpace(body.Raw) != c.want || body.Base != "https://example.org/a" {
			t.Errorf("%s: %q, %v; want %q", name, body.Raw, err, c.want)
		}
	}
	if _, err := PlainText([]byte(" \n\n"), "text/plain", "https://example.org/a"); err == nil {
		t.Error("a blank text is an article")
	}
	if body, err := PlainText([]byte(strings.Repeat("< ", 4<<20)), "text/plain", ""); err != nil || len(body.Raw) > 1<<20 {
		t.Errorf("a long text: %d bytes, %v", len(body.Raw), err)
	}
}

// What is labeled as plain text but is something else is not shown as text.
func TestIsPlainText(t *testing.T) {
	for name, page := range map[string]string{
		"a page":             "<!DOCTYPE html><p>Words",
		"a page after blank": "\ufeff\n <HTML><body>",
		"a PDF":              "%PDF-1.7\n1 0 obj",
		"a picture":          "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"a program":          "\x7fELF\x02\x01\x01\x00\x00\x00\x00",
		"zeros":              "words\x00\x00\x00",
	} {
		if IsPlainText([]byte(page), "text/plain") {
			t.Errorf("%s is plain text", name)
		}
	}
}
