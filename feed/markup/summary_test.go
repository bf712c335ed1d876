package markup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"dateline/feed/text"
)

// TestSummaryMatchesText checks that Summarize finds what scanning the whole
// text finds.
func TestSummaryMatchesText(t *testing.T) {
	bodies := []string{
		"", " ", "plain &amp; simple\n\ntext", "<p>one<p>two", "a<b>b</b>c <i> d</i>", "x<br>y<td>z</td><img src=a.png>w",
		"<script>no</script>yes <style>no</style>", "<noscript>seen</noscript>", "<svg><text>no</text><p>yes</svg>",
		"don&rsquo;t&nbsp;stop&#8203;here \u200b\u202e\u0085 end", "\x01\x02a\x03b\xff\xfec", "新聞を読む<br>ニュース and words",
		"<p>" + strings.Repeat(" \n\u200b ", 2000) + "late</p>", strings.Repeat("😀", 299) + " <b>x</b> 😀😀😀",
		strings.Repeat("😀", 300) + " 😀", strings.Repeat("word, ", 90), "<p>" + strings.Repeat("é<b>x</b> ", 40_000),
		strings.Repeat("é", 200_000), "<i>" + strings.Repeat("€", 100_000) + "<img src=late.png>", "<!-- c --><![CDATA[x]]> <a title='>'>y</a>",
		"<pre><span style='display:block'>a;</span><span style=display:inline>b</span><div>c</div></pre>", "<img width=1 src=x.gif>", "<IMG WIDTH='1px' SRC=x>", `<img style="display&colon;none" src=x>`, "<img alt='width=1' src=x/>", "<p title='<img>'>", "a" + strings.Repeat("\u0301", 40) + " <b>b</b>\u0301", "\r\rcarriage\rreturns", "<pre>a\n\tb</pre>", "ไทย हिन्दी العربية",
	}
	files, err := filepath.Glob("../parse/testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if raw, err := os.ReadFile(name); err == nil {
			bodies = append(bodies, string(raw))
		}
	}
	for _, raw := range bodies {
		b := Body{Raw: raw}
		r := b.Scan()
		want := Summary{clipSummary(r.Text), text.CountWords(r.Text), r.HasImage}
		if got := b.Summarize(); got != want {
			t.Errorf("summary of %.60q is %+v, scanning its text gives %+v", raw, got, want)
		}
	}
}

// FuzzSummarize checks that Summarize keeps to its limits and that its result is
// clean.
func FuzzSummarize(f *testing.F) {
	for _, seed := range []string{"", "a < b", "<p>one<p>two &amp three", "<script>a<b</script >c", "<svg><p>d</svg>", "<!-->e-->f", "</>g", "<?h>i",
		"<img src=j width=1>", "<select><b>k</select>l", "<title/>m", "<A HREF='>'>n</A>", "<textarea>o</textarea", "&#x26;lt;p", "<div\n>q<b/>r"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		raw = text.Decode([]byte(raw), "")
		got := Body{Raw: raw}.Summarize()
		if utf8.RuneCountInString(got.Text) > summaryLength+1 || !utf8.ValidString(got.Text) || got.Text != text.Clean(got.Text) {
			t.Errorf("summary %q", got.Text)
		}
		if got.Words < 0 || got.Words > len(raw) {
			t.Errorf("%d words in %d bytes", got.Words, len(raw))
		}
	})
}
