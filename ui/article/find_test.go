package article

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/markup"
	"dateline/feed/text"
)

func finder(words string) Finder {
	return func(s string) []text.Range { return text.FoldForFind(s).Find(words, 100) }
}

// found returns the text at each hit, with a bar between its lines.
func found(lines []Line, hits [][]Span) []string {
	var all []string
	for _, hit := range hits {
		var parts []string
		for _, s := range hit {
			parts = append(parts, ansi.Strip(ansi.Cut(lines[s.Line].Text, s.Column, s.Column+s.Width)))
		}
		all = append(all, strings.Join(parts, "|"))
	}
	return all
}

// TestFind checks that hits are found across lines, links, notes and list bullets, and at the
// right cells.
func TestFind(t *testing.T) {
	lines := Render(markup.Body{Raw: `<h2>Élan vital</h2>
<p>A long <a href="https://a.example/">grain</a> deal¹ of the cellar, a word<sup><a href="#n1">1</a></sup> and more grain
deals than <b>one</b> would like.</p>
<ul><li>東京 grain deal in the north</li></ul><pre><code>grain("deal")</code></pre>
<p id="n1">A note.</p>`}.Safe(), Options{Width: 24, Colors: true, Links: true}).Lines
	for words, want := range map[string][]string{
		"grain deal":  {"grain [1] deal", "grain deal", "grain deal"},
		"grain deals": {"grain deals"},
		"elan":        {"Élan"},
		"東京 grain":    {"東京 grain"},
		"word":        {"word"},
		"[1]":         nil,
		"•":           nil,
		`("deal")`:    {`("deal")`},
	} {
		got := found(lines, Find(lines, 0, len(lines), finder(words)))
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q\n%s", words, got, want, showLines(lines))
		}
	}
	got := found(lines, Find(lines, 0, len(lines), finder("grain")))
	if len(got) != 4 {
		t.Errorf("%q", got)
	}
}

func showLines(lines []Line) string {
	var b strings.Builder
	for i, l := range lines {
		fmt.Fprintf(&b, "%d %d %v %s\n", i, l.Indent, l.Links, ansi.Strip(l.Text))
	}
	return b.String()
}

// TestFindBeginsWithTheBlock checks that a hit that begins above the shown lines is found.
func TestFindBeginsWithTheBlock(t *testing.T) {
	lines := Render(markup.Body{Raw: "<p>one two three four five six seven</p>"}.Safe(), Options{Width: 8}).Lines
	if got := found(lines, FindAround(lines, 1, len(lines), finder("two three"))); !slices.Equal(got, []string{"two|three"}) {
		t.Errorf("%q in\n%s", got, showLines(lines))
	}
}

// TestLinksOn checks that each link has one place: also if it was broken, has a bold word, or
// leads to the same address as another.
func TestLinksOn(t *testing.T) {
	lines := Render(markup.Body{Raw: `<p>See <a href="https://a.example/">a link that is long</a>, <a href="https://b.example/">one <b>bold</b> b</a> and <a href="https://a.example/">a</a>.</p>
<p><a href="#end">end</a> <a href="#end">again</a></p><p id="end">The end.</p>`}.Safe(), Options{Width: 16}).Lines
	var got []int32
	for _, p := range LinksOn(lines, 0, len(lines)) {
		got = append(got, p.N)
	}
	if !slices.Equal(got, []int32{1, 2, 1, 0, 0}) {
		t.Errorf("%v in\n%s", got, showLines(lines))
	}
	if got := LinksOn(lines, 1, len(lines)); got[0].N != 1 {
		t.Errorf("a link that begins above has no place: %v", got)
	}
}
