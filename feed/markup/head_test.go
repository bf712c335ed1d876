package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The head of a long body ends neither in a tag nor in a character, and a short
// body is its own head.
func TestHead(t *testing.T) {
	long := strings.Repeat(`<p title="a title">wörds</p>`, 100)
	for n := 1; n < 200; n++ {
		head, cut := Body{Raw: long, Base: "https://example.org/"}.Head(n)
		if !cut || len(head.Raw) > n || head.Base == "" || !strings.HasPrefix(long, head.Raw) {
			t.Fatalf("%d bytes: %q, %v", n, head, cut)
		}
		if open := strings.Count(head.Raw, "<") - strings.Count(head.Raw, ">"); n > 28 && open != 0 {
			t.Fatalf("%d bytes end in a tag: %q", n, head.Raw)
		}
		if head, _ := (Body{Raw: strings.Repeat("ö", 400)}).Head(n); !utf8.ValidString(head.Raw) {
			t.Fatalf("%d bytes end in a character: %q", n, head.Raw)
		}
	}
	if head, cut := (Body{Raw: long}).Head(len(long)); cut || head.Raw != long {
		t.Errorf("a short body was cut to %q", head.Raw)
	}
}
