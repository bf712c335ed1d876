package ui

import (
	"slices"
	"strings"
	"testing"

	"dateline/feed/markup"
	"dateline/ui/article"
)

func longBody(size int) markup.Body {
	p := `<p>Some <b>words</b> and <a href="https://example.org/">a link</a> in a paragraph that takes more than one line.</p>`
	return markup.Body{Raw: strings.Repeat(p, size/len(p))}
}

// A long article begins with the lines it will have, comes in pieces, and ends
// as if it had been rendered in one.
func TestALongArticleBeginsBeforeItIsWhole(t *testing.T) {
	s := newScreen(t, 120, 40)
	body, key, l := longBody(300<<10), pageKey{id: 1, width: 60}, look{width: 60}
	want := article.Render(body.Safe(), l.options())
	s.m.article = articlePane{id: 1, key: key, restore: -1}
	msg := firstLines(body, key, l)
	msg.first = true
	if len(msg.lines) < 40 || len(msg.lines) == len(want.Lines) || !slices.Equal(msg.lines, want.Lines[:len(msg.lines)]) {
		t.Errorf("it begins with %d lines of %d: %q", len(msg.lines), len(want.Lines), msg.lines[:min(len(msg.lines), 3)])
	}
	pieces := 1
	for cmd := s.m.showArticle(msg); cmd != nil; pieces++ {
		next, ok := cmd().(articleLoaded)
		if !ok {
			t.Fatalf("after %d pieces no lines came", pieces)
		}
		cmd = s.m.showArticle(next)
	}
	p := s.m.article.page
	if !p.whole || pieces < 10 || !slices.Equal(p.lines, want.Lines) || !slices.Equal(p.links, want.Links) {
		t.Errorf("after %d pieces there are %d lines and %d links, not %d and %d", pieces, len(p.lines), len(p.links), len(want.Lines), len(want.Links))
	}
}

// BenchmarkLongArticle is the time until the beginning of a long article can be
// shown, and, at most, until a further piece of it.
func BenchmarkLongArticle(b *testing.B) {
	for name, size := range map[string]int{"30KB": 30 << 10, "300KB": 300 << 10, "3MB": 3 << 20} {
		body, l := longBody(size), look{width: 76}
		b.Run("first/"+name, func(b *testing.B) {
			for b.Loop() {
				firstLines(body, pageKey{}, l)
			}
		})
		b.Run("whole/"+name, func(b *testing.B) {
			for b.Loop() {
				for msg := firstLines(body, pageKey{}, l); msg.next != nil; {
					msg = msg.next()
				}
			}
		})
	}
}
