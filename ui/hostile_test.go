package ui

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// attacks are sequences that a terminal would obey or that would hide text.
// Each carries the word OWNED where it could show.
var attacks = []string{
	"\x1b]52;c;T1dORUQ=\x07", "\x1b]0;OWNED\x07", "\x1b[2J", "\x1bP+q544e\x1b\\", "\x1b_Gi=31;OWNED\x1b\\",
	"\u009b31m", "\u009d52;c;T1dORUQ=\u009c", "\x9b31m", "\u202e", "\u2066", "\U000e0041", "\u2028", "\x07", "\b\b\b", "\r", "\x7f", "\v", "\f",
	"&#27;]52;c;T1dORUQ=&#7;", "&amp;#27;[2J", "&#x9b;31m", "&#x202e;",
}

// forbidden are bytes that may not be in the stream inside or outside of
// dateline's own sequences.
var forbidden = []string{
	"\x1b]52;c;T1dORUQ", "\x1b]0;OWNED", "\x1b[2Jx", "\x1bP", "\x1b_", "\u009b", "\u009d", "\u202e", "\u2066", "\U000e0041", "\u2028", "\x07\x07", "\x7f", "\v", "\f", "\b",
}

// hostileRSS puts the attacks into every field that reaches the screen.
func hostileRSS() string {
	bad := strings.Join(attacks, "x")
	var b strings.Builder
	b.WriteString(`<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Evil` + bad + `</title><description>D` + bad +
		`</description><link>http://evil.example/` + bad + `</link><item><title>Item` + bad + `</title><dc:creator>A` + bad +
		`</dc:creator><link>http://evil.example/a` + bad + `</link><guid>g` + bad + `</guid><category>c` + bad + `</category><description><![CDATA[<p>Body` + bad +
		`</p><a href="http://evil.example/` + bad + `" title="` + bad + `">link` + bad + `</a><a href="javascript:alert(1)">js</a><img src="http://e.example/i.png" alt="alt` + bad +
		`"><pre><code>code` + bad + `</code></pre><table><tr><td>cell` + bad + `</td></tr></table>]]></description></item></channel></rss>`)
	return b.String()
}

// output is a terminal that keeps every byte.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
	// program, if any, is made to paint all anew while a text is waited for: what
	// is drawn over what was there comes out in parts.
	program *tea.Program
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (o *output) waitFor(t *testing.T, text string) {
	t.Helper()
	for i, deadline := 1, time.Now().Add(60*time.Second); time.Now().Before(deadline); i++ {
		if strings.Contains(o.String(), text) {
			return
		}
		if i%50 == 0 && o.program != nil {
			o.program.Send(tea.ClearScreen())
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%q never came out:\n%q", text, o.String())
}

// TestNothingHostileReachesTheTerminal protects the reader's terminal at the
// last border there is: the bytes that the whole program writes.
func TestNothingHostileReachesTheTerminal(t *testing.T) {
	const url = "https://evil.example/feed"
	doc, err := feed.Parse([]byte(hostileRSS()), feed.Origin{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Join(attacks, "x")
	s := newScreen(t, 120, 40, func(_ *Deps, f *fakeSource) {
		f.subs = []feed.Subscription{{URL: url, Tags: []string{"Evil"}}}
		f.docs[url] = doc
		f.found = []feed.Candidate{{URL: "https://evil.example/" + bad, Title: bad}, {URL: "https://evil.example/2", Title: bad}}
	})
	var out output
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := tea.NewProgram(s.m, tea.WithContext(ctx), tea.WithOutput(&out), tea.WithInput(nil), tea.WithWindowSize(120, 40),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "COLORTERM=truecolor", "TTY_FORCE=1"}), tea.WithoutSignals())
	out.program = p
	done := make(chan error, 1)
	go func() { _, err := p.Run(); done <- err }()
	out.waitFor(t, "Item")
	for _, k := range []string{"enter", "i", "esc", "U", "esc", "t", "esc", "X", "esc", "y", "Y", "z", "d", "a"} {
		p.Send(keyPress(k))
	}
	p.Send(tea.PasteMsg{Content: "evil.example" + bad})
	p.Send(keyPress("enter"))
	out.waitFor(t, "This page offers 2 feeds")
	p.Send(tea.PasteMsg{Content: bad})
	p.Send(keyPress("esc"))
	p.Send(keyPress("/"))
	p.Send(tea.PasteMsg{Content: bad + "ENDOFTEST"})
	out.waitFor(t, "ENDOFTEST")
	p.Quit()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	stream := out.String()
	for _, f := range forbidden {
		if i := strings.Index(stream, f); i >= 0 {
			t.Errorf("%q came out: …%q…", f, stream[max(i-60, 0):min(i+60, len(stream))])
		}
	}
	if strings.Contains(stream, "javascript:") {
		t.Error("a javascript: link came out")
	}
}
