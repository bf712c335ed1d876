package article

import (
	"fmt"
	"strings"
	"testing"
)

// TestNoControlCharacterComesOut protects the terminal: in every place and spelling
// only styles and hyperlinks of this package come out.
func TestNoControlCharacterComesOut(t *testing.T) {
	bad := []string{
		"\x1b]52;c;eA==\a", "\x1b[2J", "\x1b[31mred", "\u009b2J", "\u009d0;x\u009c", "\x9b2J", "\x1bPq\x1b\\", "\x1b_Ga=T\x1b\\", "\x1b]8;;http://evil\x1b\\",
		"\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\U000E0041", "\U000E004C\U000E0031\U000E007F", "\U000E0044", "\a\b\v\f\x00\x7f", "\ufeff", "\U0010EEEE", "\u200b",
		"&#27;[2J", "&#x1b;]52;c;x&#7;", "&amp;#27;", "&#x202e;", "&#155;", "&#xE0041;",
	}
	places := []string{
		"<p>a%sb</p>", "<h1>%s</h1>", "<pre>a%sb</pre>", "<p><code>%s</code></p>", "<ul><li>%s</li></ul>", `<p><a href="https://e.org/%s">x</a></p>`,
		`<p><a href="https://e.org/" title="%s">%[1]s</a></p>`, `<img src="https://e.org/%s.png">`, `<img src="/x" alt="%s" title="%[1]s">`,
		"<table><tr><th>%s</th><th>a</th></tr><tr><td>%[1]s</td><td>b</td></tr></table>", `<pre><code class="language-%s">x</code></pre>`,
		`<pre class="brush: %s">x</pre>`, `<pre><code class="language-go">a := "%s" // %[1]s</code></pre>`, `<table><caption>%s</caption><tr><td>a</td><td>%[1]s</td></tr></table>`,
		`<ruby>%s<rt>%[1]s</rt></ruby>`, "<p>x<sup>%s</sup></p>",
		"<p>https://e.org/%s/x</p>", "<dl><dt>%s</dt><dd>%[1]s</dd></dl>", `<video src="https://e.org/%s.mp4"></video>`, "<blockquote cite='%s'>x</blockquote>",
	}
	for _, b := range bad {
		for _, p := range places {
			h := safe(fmt.Sprintf(p, b))
			r := Render(h, full(60))
			for _, line := range r.Lines {
				checkBytes(t, line.Text, p, b)
				for _, picture := range line.Pictures {
					checkClean(t, picture.URL+picture.Alt, p, b)
				}
			}
			for _, l := range r.Links {
				checkClean(t, l.URL+l.Text, p, b)
			}
			checkClean(t, strings.ReplaceAll(Text(h, 60), "\n", ""), p, b)
		}
	}
}

// checkBytes removes styles and hyperlinks from a line and fails if a control character
// remains.
func checkBytes(t *testing.T, line, place, bad string) {
	t.Helper()
	rest := line
	for {
		before, after, found := strings.Cut(rest, "\x1b")
		checkClean(t, before, place, bad)
		if !found {
			return
		}
		end := -1
		switch {
		case strings.HasPrefix(after, "["):
			end = strings.IndexFunc(after[1:], func(r rune) bool { return r != ';' && (r < '0' || r > '9') })
			if end >= 0 && after[1+end] != 'm' {
				end = -1
			}
			end += 2
		case strings.HasPrefix(after, "]8;;\a"):
			end = len("]8;;\a")
		case strings.HasPrefix(after, "]8;id="):
			if end = strings.Index(after, "\a"); end > 0 {
				_, address, _ := strings.Cut(after[:end], ";https://")
				checkClean(t, address, place, bad)
				if strings.Contains(address, "evil") && !strings.HasPrefix(address, "e.org/") {
					end = -1
				}
			}
			end++
		}
		if end <= 1 {
			t.Fatalf("%q in %s gave %q", bad, place, line)
		}
		rest = after[end:]
	}
}

func checkClean(t *testing.T, s, place, bad string) {
	t.Helper()
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r <= 0x9f || r == 0x61c || r >= 0x200b && r <= 0x200f && r != 0x200d && r != 0x200c || r >= 0x2028 && r <= 0x202e ||
			r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r >= 0xe0000 && r <= 0xe007f || r == 0x10eeee {
			t.Fatalf("%q in %s: %U in %q", bad, place, r, s)
		}
	}
}

// TestHugeBlocksComeInPieces checks that no input makes a piece large: long lists,
// tables, paragraphs and words.
func TestHugeBlocksComeInPieces(t *testing.T) {
	for name, raw := range map[string]string{
		"list": "<ul>" + strings.Repeat("<li>item</li>", 8_000) + "</ul>", "definitions": "<dl>" + strings.Repeat("<dt>a</dt><dd>b</dd>", 5_000) + "</dl>",
		"table": "<table>" + strings.Repeat("<tr><td>one</td><td>two</td></tr>", 4_000) + "</table>", "text": "<p>" + strings.Repeat("word ", 60_000) + "</p>",
		"wide table": "<table>" + strings.Repeat("<tr>"+strings.Repeat("<td>x</td>", 60)+"</tr>", 150) + "</table>", "word": "<p>" + strings.Repeat("x", 300<<10) + "</p>",
		"addresses": "<p>" + strings.Repeat("http://", 40_000) + "</p>", "spans": "<table>" + strings.Repeat("<tr>"+strings.Repeat("<td colspan=9999 rowspan=9999>x</td>", 20)+"</tr>", 200) + "</table>",
		"code": strings.Repeat("<pre><code class=language-nosuch>x</code></pre>", 5_000), "quotes": strings.Repeat(strings.Repeat("<blockquote>", 8)+"x"+strings.Repeat("</blockquote>", 8), 2_000),
	} {
		list := pieces(raw, full(76))
		sum, longest := 0, 0
		for _, p := range list {
			sum, longest = sum+len(p.Lines), max(longest, len(p.Lines))
		}
		if len(list) < 5 || longest > sum/3 {
			t.Errorf("%s: %d pieces, %d of %d lines in one", name, len(list), longest, sum)
		}
	}
}
