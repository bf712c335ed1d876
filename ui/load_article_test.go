package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/ui/article"
	"dateline/ui/style"
)

func longBody(size int) markup.Body {
	p := `<p>Some <b>words</b> and <a href="https://example.org/">a link</a> in a paragraph that takes more than one line.</p>`
	return markup.Body{Raw: strings.Repeat(p, size/len(p))}
}

// TestALongArticleBeginsBeforeItIsWhole checks that a long article starts with its first
// lines, arrives in chunks, and ends like an article that was rendered at once.
func TestALongArticleBeginsBeforeItIsWhole(t *testing.T) {
	s := newScreen(t, 120, 40)
	body, key, l := longBody(300<<10), pageKey{id: 1, width: 60}, renderOptions{width: 60}
	want := article.Render(body.Safe(), l.article())
	s.m.article.show(feed.Item{ID: 1}, key)
	msg := firstLines(body, key, l)
	msg.first, msg.loading = true, s.m.article.loading
	if got := msg.piece.Lines; len(got) < 40 || len(got) == len(want.Lines) || !reflect.DeepEqual(got, want.Lines[:len(got)]) {
		t.Errorf("it begins with %d lines of %d: %v", len(got), len(want.Lines), got[:min(len(got), 3)])
	}
	chunks := 1
	for cmd := s.m.article.take(msg); cmd != nil; chunks++ {
		next, ok := cmd().(articleLoaded)
		if !ok {
			t.Fatalf("after %d chunks no lines came", chunks)
		}
		cmd = s.m.article.take(next)
	}
	p := s.m.article
	if !p.Whole || chunks < 10 || !reflect.DeepEqual(p.Lines, want.Lines) || !slices.Equal(p.links, want.Links) {
		t.Errorf("after %d chunks there are %d lines and %d links, not %d and %d", chunks, len(p.Lines), len(p.links), len(want.Lines), len(want.Links))
	}
}

// TestCodeIsColoredWhenTheArticleIsWhole checks that an article with code is whole before
// its code is coloured, that colouring changes the lines, and that it is
// stored with colours.
func TestCodeIsColoredWhenTheArticleIsWhole(t *testing.T) {
	s := newScreen(t, 120, 40)
	body := markup.Body{Raw: `<p>before</p><pre><code class="language-go">func main() {}</code></pre><p>after</p>`}
	key, o := pageKey{id: 1, width: 60}, renderOptions{width: 60, theme: style.New(true, "")}
	keyword := "\x1b[" + o.theme.Article.Of(style.InkKeyword)
	a := &s.m.article
	a.show(feed.Item{ID: 1}, key)
	msg := firstLines(body, key, o)
	msg.first, msg.loading = true, a.loading
	cmd := a.take(msg)
	if !a.Whole || cmd == nil || strings.Contains(a.Lines[2].Text, keyword) {
		t.Fatalf("whole %v, line %q", a.Whole, a.Lines[2].Text)
	}
	if _, ok := a.pages.get(key); ok {
		t.Error("the page is stored without colours")
	}
	if cmd = a.take(cmd().(articleLoaded)); cmd != nil {
		t.Error("there are further pieces")
	}
	if p, ok := a.pages.get(key); !ok || !strings.Contains(p.Lines[2].Text, keyword+"mfunc") || len(p.Lines) != 5 {
		t.Errorf("stored %v: %v", ok, p.Lines)
	}
}

// TestLinesOfAnEarlierLoad checks that a piece of an article that was left and is loaded
// again changes nothing. A piece that colours code would end the new load early.
func TestLinesOfAnEarlierLoad(t *testing.T) {
	s := newScreen(t, 120, 40)
	body := longBody(300 << 10)
	body.Raw = `<pre><code class="language-go">func main() {}</code></pre>` + body.Raw
	key, o := pageKey{id: 1, width: 60}, renderOptions{width: 60, theme: style.New(true, "")}
	a := &s.m.article
	begin := func() tea.Cmd {
		a.show(feed.Item{ID: 1}, key)
		msg := firstLines(body, key, o)
		msg.first, msg.loading = true, a.loading
		return a.take(msg)
	}
	cmd := begin()
	for !a.Whole {
		cmd = a.take(cmd().(articleLoaded))
	}
	late := cmd().(articleLoaded)
	a.show(feed.Item{ID: 2}, pageKey{id: 2, width: 60})
	begin()
	lines := len(a.Lines)
	if a.take(late) != nil || a.Whole || len(a.Lines) != lines {
		t.Errorf("a late piece was taken: whole %v, %d lines instead of %d", a.Whole, len(a.Lines), lines)
	}
	if _, ok := a.pages.get(key); ok {
		t.Error("an article that is not whole was stored")
	}
}

// BenchmarkLongArticle measures the time until the first lines of a long article can be
// shown, and the longest time until the next chunk.
func BenchmarkLongArticle(b *testing.B) {
	for name, size := range map[string]int{"30KB": 30 << 10, "300KB": 300 << 10, "3MB": 3 << 20} {
		body, l := longBody(size), renderOptions{width: 76}
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
