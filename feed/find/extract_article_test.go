package find

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"dateline/feed/markup"
)

// readPage returns a page of testdata.
func readPage(t *testing.T, name string) []byte {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("testdata", "pages", name))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// checkWords checks that a text contains some words and does not contain others.
func checkWords(t *testing.T, text string, has, lacks []string) {
	t.Helper()
	for _, s := range has {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing in:\n%s", s, text)
		}
	}
	for _, s := range lacks {
		if strings.Contains(text, s) {
			t.Errorf("%q should not be in:\n%s", s, text)
		}
	}
}

// TestExtractArticle checks that the article is complete and has nothing of the rest of the
// page. Its links and pictures are resolved against the page's base, and each picture is
// in it once.
func TestExtractArticle(t *testing.T) {
	body, err := ExtractArticle(readPage(t, "article.html"), "text/html", "https://gazette.example/news/1", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	safe := body.Safe().String()
	checkWords(t, safe, []string{"After ninety years", "“It is the sound", "<blockquote>", "miller is back from holiday",
		`href="https://gazette.example/2026/mill.html"`, `src="https://gazette.example/2026/wheel.jpg"`},
		[]string{"Most read", "Ferry", "First, and I", "All rights", "Sport", "script", "never shown", "color: red"})
	if n := strings.Count(safe, "wheel.jpg"); n != 1 {
		t.Errorf("the picture is there %d times", n)
	}
}

// TestExtractDropped checks that elements that match the drop selectors are removed.
func TestExtractDropped(t *testing.T) {
	page := readPage(t, "article.html")
	body, err := ExtractArticle(page, "text/html", "https://gazette.example/news/1", nil, []string{".advert-box", "blockquote, .none"})
	if err != nil {
		t.Fatal(err)
	}
	checkWords(t, body.Safe().String(), []string{"After ninety years"}, []string{"shutters", "A mill is a clock"})
}

// TestExtractKept checks that elements that match the keep selectors are the article, in
// the order of the page and once, even if they are short. A picture in a noscript element
// replaces the picture that a script loads.
func TestExtractKept(t *testing.T) {
	page := readPage(t, "comic.html")
	body, err := ExtractArticle(page, "text/html", "https://comic.example/12", []string{".byline", ".strip"}, []string{".advert"})
	if err != nil {
		t.Fatal(err)
	}
	safe := body.Safe().String()
	checkWords(t, safe, []string{"Drawn in ink", "By Ada", `src="https://comic.example/strip.png"`, "A cat on a mill"}, []string{"back", "print", "Strip 12"})
	if strings.Index(safe, "Drawn in ink") > strings.Index(safe, "By Ada") || strings.Count(safe, "Drawn in ink") != 1 || strings.Count(safe, "<img") != 1 {
		t.Errorf("not in the order of the page, or not once:\n%s", safe)
	}
	// If nothing matches, the article is found without selectors.
	body, err = ExtractArticle(readPage(t, "article.html"), "text/html", "https://gazette.example/1", []string{".nothing"}, nil)
	if err != nil || !strings.Contains(body.Text(), "After ninety years") {
		t.Errorf("%q, %v", body.Text(), err)
	}
}

// TestExtractCharset checks that the charset of a page is found by the HTTP header, its
// meta element, or its bytes.
func TestExtractCharset(t *testing.T) {
	text := "<p>" + strings.Repeat("Die Mühle mahlt wieder, sagt Ådne, für alle. ", 10) + "</p>"
	latin, err := charmap.ISO8859_15.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ contentType, page string }{
		"header":      {"text/html; charset=iso-8859-15", "<html><body>" + latin},
		"meta":        {"text/html", `<html><head><meta charset="iso-8859-15"></head><body>` + latin},
		"http-equiv":  {"", `<html><head><meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-15"></head><body>` + latin},
		"nothing":     {"text/html", "<html><body>" + latin},
		"UTF-8":       {"text/html", "<html><body>" + text},
		"false label": {"text/html; charset=iso-8859-1", "<html><body>" + text},
	} {
		body, err := ExtractArticle([]byte(c.page), c.contentType, "https://x.example/", nil, nil)
		if err != nil || !strings.Contains(body.Text(), "Die Mühle mahlt wieder, sagt Ådne, für alle.") {
			t.Errorf("%s: %q, %v", name, body.Text(), err)
		}
	}
}

// TestExtractNothing checks that a page without an article gives an error that says why and
// what to do.
func TestExtractNothing(t *testing.T) {
	deep := strings.Repeat("<div>", 5000)
	wide := strings.Repeat("<p>x</p>", maxPageElements)
	heavy := strings.Repeat("<div>", 400) + strings.Repeat("words and more words, ", 10000)
	for _, c := range []struct {
		name, page string
		keep       []string
		words      string
	}{
		{name: "empty", words: "no article"},
		{name: "script", page: string(readPage(t, "script.html")), words: "JavaScript"},
		{name: "login", page: string(readPage(t, "login.html")), words: "login"},
		{name: "paywall", page: string(readPage(t, "paywall.html")), words: "subscribers only"},
		{name: "deep", page: deep, words: "nested too deeply"},
		{name: "wide", page: wide, words: "too large"},
		{name: "heavy", page: heavy, words: "too large"},
		{name: "selector", page: "<p>x", keep: []string{"p["}, words: "fulltext_keep"},
	} {
		body, err := ExtractArticle([]byte(c.page), "text/html", "https://site.example/a", c.keep, nil)
		if err == nil {
			t.Errorf("%s: found %q", c.name, body.Text())
			continue
		}
		if s := err.Error(); body.Raw != "" || !strings.Contains(s, c.words) || !strings.Contains(s, ": ") || !strings.HasSuffix(s, ".") {
			t.Errorf("%s: %q with %q", c.name, s, body.Raw)
		}
	}
}

// TestExtractBounded checks that long titles and headings are shortened, and that a picture
// in a data URL leaves room for the text of the article.
func TestExtractBounded(t *testing.T) {
	para := "<p>" + strings.Repeat("words, and more of them; ", 20) + "</p>"
	long := strings.Repeat("a b ", 100_000)
	for name, page := range map[string]string{
		"title":   "<title>" + long + "</title><body>" + strings.Repeat("<h2>x y z</h2>", 2000) + para,
		"heading": "<h1>" + long + "</h1>" + strings.Repeat("<h2>x y z</h2>", 2000) + para,
		"meta":    "<meta property='og:title' content='" + long + "'>" + strings.Repeat("<h2>x y z</h2>", 2000) + para,
		"picture": "<p><img src='data:image/png;base64," + strings.Repeat("A", 2<<20) + "'></p>" + para,
	} {
		body, err := ExtractArticle([]byte(page), "text/html", "https://x.example/", nil, nil)
		if err != nil || len(body.Raw) > markup.MaxBody || !strings.Contains(body.Raw, "words, and more") {
			t.Errorf("%s: %d bytes, %v", name, len(body.Raw), err)
		}
	}
}

// TestCheckSelector checks that invalid selectors give an error without a full stop.
func TestCheckSelector(t *testing.T) {
	for _, s := range []string{"article", "div.post > p, #main", "a[href^=http]:not(.x)", "p:has(img)"} {
		if err := CheckSelector(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", " ", "p[", "::before", "p:nope", ">", "a,,b"} {
		if err := CheckSelector(s); err == nil || strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// FuzzExtractArticle checks that no page makes Article panic or return too much text.
func FuzzExtractArticle(f *testing.F) {
	for _, name := range []string{"article.html", "comic.html", "login.html"} {
		page, err := os.ReadFile(filepath.Join("testdata", "pages", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page, "p, .strip")
	}
	f.Fuzz(func(t *testing.T, page []byte, keep string) {
		body, err := ExtractArticle(page, "", "https://x.example/", []string{keep}, nil)
		if err == nil && (body.Raw == "" || len(body.Raw) > markup.MaxBody) {
			t.Errorf("%d bytes", len(body.Raw))
		}
	})
}
