package article

import (
	"fmt"
	"strings"
	"testing"

	"dateline/feed/markup"
	"dateline/ui/style"
)

// prose returns an article of about size bytes with the usual mix of blocks.
func prose(size int) markup.SafeHTML {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `<h2>Section %d</h2><p>%s <a href="https://example.org/%d">a link</a> and <em>some</em> <strong>weight</strong>.</p>`,
			i, strings.Repeat("Thirty ships and seven countries train off the coast until October. ", 5), i)
		b.WriteString(`<ul><li>one <code>thing</code></li><li>another that is a little longer than the first, and then some</li></ul>`)
		b.WriteString(`<blockquote><p>Quoted words, with a second sentence. They go on for a while.</p></blockquote>`)
		if i%5 == 0 {
			b.WriteString(`<table><tr><th>Name</th><th>Count</th></tr><tr><td>ships</td><td>30</td></tr><tr><td>countries</td><td>7</td></tr></table>`)
		}
	}
	return markup.Body{Raw: b.String(), Base: "https://example.org/"}.Safe()
}

func code(size int) markup.SafeHTML {
	line := "\tif err := store.Save(ctx, answers...); err != nil { return fmt.Errorf(\"save: %w\", err) }\n"
	block := "<pre><code class=\"language-go\">" + strings.Repeat(line, 60<<10/len(line)) + "</code></pre>"
	return markup.Body{Raw: strings.Repeat(block, size/len(block)+1)}.Safe()
}

func BenchmarkRender(b *testing.B) {
	for _, c := range []struct {
		name string
		html markup.SafeHTML
	}{{"2KB", prose(2 << 10)}, {"30KB", prose(30 << 10)}, {"300KB", prose(300 << 10)}, {"code300KB", code(300 << 10)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Render(c.html, Options{Width: 76, Style: style.New(true, "").Article, Colors: true, Links: true})
			}
		})
	}
}

// BenchmarkFirst measures the time until the first lines of a long article can be shown.
func BenchmarkFirst(b *testing.B) {
	h := prose(300 << 10)
	b.ReportAllocs()
	for b.Loop() {
		Start(h, Options{Width: 76, Style: style.New(true, "").Article, Colors: true, Links: true}).Next()
	}
}
