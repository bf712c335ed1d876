package article

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/net/html"

	"dateline/feed/markup"
)

// letters counts each letter. It ignores their order, because a table has its cells
// side by side.
func letters(s string) map[rune]int {
	counts := map[rune]int{}
	for _, r := range s {
		if unicode.IsLetter(r) {
			counts[r]++
		}
	}
	return counts
}

func plain(r Rendering) string { return ansi.Strip(strings.Join(texts(r.Lines), "\n")) }

// texts returns the texts of lines.
func texts(lines []Line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return out
}

// TestTextStaysInOrder checks that the letters keep their order outside of tables.
func TestTextStaysInOrder(t *testing.T) {
	h := safe(`<h1>Über Ärger</h1><p>one <b>two <i>three</i></b> <a href="/x">four</a></p><ol><li>five<ul><li>six</li></ul></li></ol>` +
		`<blockquote>seven <code>eight</code></blockquote><pre>nine ten</pre><p>東京は、十一。</p>`)
	want := markup.Body{Raw: h.String()}.Text()
	only := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, s)
	}
	for width := 8; width < 80; width += 7 {
		if got := only(plain(Render(h, Options{Width: width}))); got != only(want) {
			t.Errorf("width %d:\n got %s\nwant %s", width, got, only(want))
		}
	}
}

// TestMarkdownInTextIsText checks that Markdown in an article is shown as written.
func TestMarkdownInTextIsText(t *testing.T) {
	for _, text := range []string{
		"*stars* and **more**", "_under_ snake_case", "`tick`", "[text](url) ![img](x)", "a < b > c & d &amp; &#65;", `a\*b \\ \`,
		"# head", "1. one", "1) one", "- item", "+ item", "> quote", "===", "---", "***", "| a | b |", "~~no~~ ~no~", "    four blanks",
		"<b>bold</b>", "www.example.org me@example.org", "[^1] [x] :smile:", "!", "%", "a | b\\|c", "```", "[ref]: http", "\uf002",
	} {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
		want := strings.Join(strings.Fields(text), " ")
		for _, place := range []string{"<p>%s</p>", "<ul><li>%s</li></ul>", "<h2>%s</h2>", "<p><em>%s</em></p>", "<p><code>%s</code></p>",
			`<p><a href="/">%s</a></p>`, "<table><tr><th>h</th><th>i</th></tr><tr><td>%s</td><td>y</td></tr></table>", "<pre>%s</pre>"} {
			got := plain(Render(safe(fmt.Sprintf(place, escaped)), Options{Width: 200}))
			if !strings.Contains(got, want) {
				t.Errorf("%q in %s shows as %q", text, place, got)
			}
		}
	}
}

// TestDeepNestingEnds protects the program from hanging: deep nesting is laid out, too.
func TestDeepNestingEnds(t *testing.T) {
	for _, tags := range [][2]string{
		{"<blockquote>", "</blockquote>"}, {"<ul><li>", "</li></ul>"}, {"<ol><li>x", "</li></ol>"}, {"<div>", "</div>"}, {"<b><i>", "</i></b>"},
		{"<table><tr><td>", "</td></tr></table>"}, {"<dl><dd>", "</dd></dl>"}, {"<blockquote><ul><li>", "</li></ul></blockquote>"}, {"<a href='/'><b>", "</b></a>"},
	} {
		for _, h := range []markup.SafeHTML{
			safe(strings.Repeat(tags[0], 500) + "deep" + strings.Repeat(tags[1], 500)),
			safe(strings.Repeat(tags[0], 100) + "deep" + strings.Repeat(tags[1], 100)),
			safe(strings.Repeat(tags[0], 30) + "deep"),
		} {
			if got := plain(Render(h, full(40))); !strings.Contains(strings.ReplaceAll(got, "\n", ""), "deep") {
				t.Errorf("%s: the text is lost: %q", tags[0], got)
			}
		}
	}
}

// TestLinks checks that links are numbered in reading order, that an address keeps its
// number, and that unsafe addresses have none.
func TestLinks(t *testing.T) {
	r := Render(safe(`<p><a href="/a">one</a> <a href="/b">two</a> <a href="/a">again</a> https://example.org/c. <a href="javascript:x">no</a>`+
		` <a href="/d"><img src="/d.png" alt="pic"></a> <a href="/e.png"><img src="/e.png"></a> <a href="/f">https://example.org/f</a></p>`), Options{Width: 200})
	want := "one [1] two [2] again [1] https://example.org/c [3]. no ▧ pic [4] [5] ▧ e.png [6] https://example.org/f [7]"
	if got := plain(r); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var addresses []string
	for i, l := range r.Links {
		if l.N != i+1 {
			t.Errorf("link %d has number %d", i, l.N)
		}
		addresses = append(addresses, strings.TrimPrefix(l.URL, site)+" "+l.Text)
	}
	if want := []string{"a one", "b two", "c https://example.org/c", "d.png pic", "d pic", "e.png e.png", "f https://example.org/f"}; !slices.Equal(addresses, want) {
		t.Errorf("links %q, want %q", addresses, want)
	}
}

// TestPlainTerminals checks that without colours there is no faint or italic text
// either, and that ASCII symbols are ASCII.
func TestPlainTerminals(t *testing.T) {
	h := safe(`<h1>H</h1><p>a <b>b</b> <i>i</i> <a href="/x">l</a> <code>c</code> <img src="/y" alt="z"></p><ul><li>x</ul><blockquote>q</blockquote><hr><pre>` +
		strings.Repeat("long ", 30) + `</pre><table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table><video src="/v"></video>`)
	out := strings.Join(texts(Render(h, Options{Width: 60, ASCII: true}).Lines), "\n")
	for _, code := range []string{"\x1b[m", "\x1b[1m", "\x1b[4m", "\x1b[;1m", "\x1b[;4m", "\x1b[1;4m"} {
		out = strings.ReplaceAll(out, code, "")
	}
	for _, r := range out {
		if r == 0x1b || r > '~' {
			t.Fatalf("%q in %q", r, out)
		}
	}
	if text := Text(h, 60); strings.Contains(text, "\x1b") || !strings.HasSuffix(text, "\n\n[1] https://example.org/x\n[2] https://example.org/y\n[3] https://example.org/v\n") {
		t.Errorf("plain text: %q", text)
	}
}

// TestJob checks that the chunks of a job together are the whole article, and that the
// first chunk is a small part of it.
func TestJob(t *testing.T) {
	h := prose(100 << 10)
	whole := Render(h, full(72))
	j := Start(h, full(72))
	var got Rendering
	chunks := 0
	for more := true; more; chunks++ {
		var p Piece
		p, more = j.Next()
		if chunks == 0 && len(p.Lines) > len(whole.Lines)/10 {
			t.Errorf("the first chunk has %d of %d lines", len(p.Lines), len(whole.Lines))
		}
		if p.Whole == more {
			t.Errorf("chunk %d: whole is %v, more is %v", chunks, p.Whole, more)
		}
		got.Add(p)
	}
	if chunks < 10 || !reflect.DeepEqual(got, whole) {
		t.Errorf("%d chunks, %d of %d lines, %d of %d links", chunks, len(got.Lines), len(whole.Lines), len(got.Links), len(whole.Links))
	}
	for i := 1; i < len(got.Lines); i++ {
		if got.Lines[i].Text == "" && got.Lines[i-1].Text == "" && got.Lines[i+1].Kind != Heading {
			t.Fatalf("two empty lines at %d", i)
		}
	}
}

// TestParsingInParts checks that parsing in parts finds the same blocks as parsing at once.
func TestParsingInParts(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.html")
	var all strings.Builder
	for all.Len() < 5*parseSize {
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.WriteString("text between <br> blocks" + string(raw))
		}
	}
	markupOf := func(n *html.Node) string {
		var b strings.Builder
		if err := html.Render(&b, n); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	h := safe(all.String())
	j := Start(h, Options{})
	if end := topLevel(j.rest, parseSize); end > 2*parseSize {
		t.Errorf("the first part has %d bytes", end)
	}
	for i, want := range parse(h.String(), Start(h, full(72)).layout.prepare) {
		got := j.nextBlock()
		if got == nil || markupOf(got) != markupOf(want) {
			t.Fatalf("block %d differs: %s", i, markupOf(want))
		}
	}
	if j.nextBlock() != nil {
		t.Error("there are more blocks")
	}
}

// TestJobsAreIndependent checks that jobs can run at once, as prefetching does.
func TestJobsAreIndependent(t *testing.T) {
	h := prose(20 << 10)
	want := texts(Render(h, full(60)).Lines)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if !slices.Equal(texts(Render(h, full(60)).Lines), want) {
				t.Error("a rendering differs")
			}
		})
	}
	wg.Wait()
}

// TestKinsoku checks that closing punctuation does not begin a line and that opening
// punctuation does not end one.
func TestKinsoku(t *testing.T) {
	h := safe("<p>" + strings.Repeat("気象庁は、「海に近づくな」と言った。それでもサーファーは、行く。", 8) + "</p>")
	for width := 10; width < 60; width++ {
		for _, line := range texts(Render(h, Options{Width: width}).Lines) {
			runes := []rune(line)
			if strings.ContainsRune("、。」ー", runes[0]) || runes[len(runes)-1] == '「' {
				t.Errorf("width %d: %s", width, line)
			}
		}
	}
}

// TestOversizedBlocks checks that large paragraphs, lists and tables are split without
// losing text.
func TestOversizedBlocks(t *testing.T) {
	words := strings.Repeat("thirty ships and seven countries ", 1200)
	items := strings.Repeat("<li>item</li>", 3000)
	for name, raw := range map[string]string{
		"text": "<p>" + words + "<b>" + words + "</b></p>", "one word": "<p>" + strings.Repeat("x", 80<<10) + "</p>", "list": "<ul>" + items + "</ul>",
		"breaks": strings.Repeat("a<br>", 3000), "quote": "<blockquote><p>" + words + "</p><p>" + words + "</p></blockquote>",
		"table": "<table>" + strings.Repeat("<tr><td>one</td><td>two</td></tr>", 2000) + "</table>",
	} {
		checkLines(t, name, safe(raw), 50)
	}
	for start, want := range map[string]string{"start=7": "3006. item", "reversed": "   1. item", "type=I": "MMM. item"} {
		lines := texts(Render(safe("<ol "+start+">"+items+"</ol>"), Options{Width: 40}).Lines)
		if got := lines[len(lines)-1]; strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s: the last item is %q", start, got)
		}
	}
	quote := texts(Render(safe("<blockquote><p>"+words+"</p><p>"+words+"</p></blockquote>"), Options{Width: 50}).Lines)
	for i, line := range quote {
		if !strings.HasPrefix(line, "▏") {
			t.Errorf("line %d of %d has no bar: %q", i, len(quote), line)
		}
	}
}

// TestCaps checks that articles and spans are limited, and that the article says so.
func TestCaps(t *testing.T) {
	long := plain(Render(safe("<p>"+strings.Repeat("&amp;", markup.MaxBody/5)+"</p>"), Options{Width: 80}))
	if !strings.HasSuffix(long, "[The rest of this article is too long to show.]") {
		t.Errorf("a long article ends in %q", long[len(long)-80:])
	}
	table := Render(safe(`<table><tr><td colspan="60000" rowspan="60000">a</td><td>b</td></tr><tr><td>c</td></tr></table>`), Options{Width: 40})
	if len(table.Lines) > 100 {
		t.Errorf("a table of %d lines", len(table.Lines))
	}
}

// TestRandomArticles lays out random trees of all elements that an article can have.
func TestRandomArticles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	elements := strings.Fields("p div ul ol li blockquote pre code b i em strong a h1 h3 table tr td th dl dt dd br hr img q sup sub s kbd figure figcaption span details summary ruby rt")
	words := strings.Fields("word another 東京 *x* _y_ `z` https://example.org/p [1] <i> & 1. # é ภาษา 한국 ملف | \\ ~~ x-y #️⃣ 👩‍👧 🇫🇷 e\u0301")
	var tree func(depth int) string
	tree = func(depth int) string {
		var b strings.Builder
		for range rng.IntN(5) {
			if depth == 0 || rng.IntN(3) == 0 {
				b.WriteString(strings.ReplaceAll(words[rng.IntN(len(words))], "<", "&lt;") + strings.Repeat(" ", rng.IntN(2)))
				continue
			}
			e := elements[rng.IntN(len(elements))]
			fmt.Fprintf(&b, `<%s href="/%d" src="/i%d.png">%s</%s>`, e, rng.IntN(9), rng.IntN(9), tree(depth-1), e)
		}
		return b.String()
	}
	for i := range 150 {
		raw := tree(5)
		checkLines(t, fmt.Sprintf("tree %d %s", i, raw), safe(raw), 8+rng.IntN(60))
		if t.Failed() {
			return
		}
	}
}

// TestStylesOfWords checks that struck words are struck where there are styles, and that
// ASCII has no symbols for scripts.
func TestStylesOfWords(t *testing.T) {
	h := safe("<p>is <del>not</del> 2<sup>60</sup> x<sup>n+1</sup> word<sup>1</sup> H<sub>2</sub>O</p>")
	if got := texts(Render(h, Options{Width: 60, Colors: true}).Lines)[0]; got != "is \x1b[9mnot\x1b[m 2⁶⁰ x^(n+1) word¹ H₂O" {
		t.Errorf("%q", got)
	}
	if got := texts(Render(h, Options{Width: 60, ASCII: true}).Lines)[0]; !strings.HasSuffix(got, " 2^60 x^(n+1) word1 H2O") {
		t.Errorf("%q", got)
	}
}

// TestOnlySafeLinksAreHyperlinks checks that an address which dateline does not open is
// listed, but is none for the terminal.
func TestOnlySafeLinksAreHyperlinks(t *testing.T) {
	r := Render(safe(`<p><a href="magnet:?xt=1">magnet</a> <a href="/x">page</a></p>`), full(60))
	if len(r.Links) != 2 || r.Links[0].URL != "magnet:?xt=1" {
		t.Errorf("%+v", r.Links)
	}
	if got := r.Lines[0].Text; strings.Contains(got, "magnet:") || !strings.Contains(got, "https://example.org/x") {
		t.Errorf("%q", got)
	}
}

// TestJoinersAreBounded checks a chain of joiners in as many elements, which would take
// minutes if each were joined to all before it.
func TestJoinersAreBounded(t *testing.T) {
	r := Render(safe("<p>"+strings.Repeat("<i>👩\u200d</i>", 20_000)), full(60))
	if len(r.Lines) < 2 {
		t.Errorf("%d lines", len(r.Lines))
	}
}
