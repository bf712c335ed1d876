package mode

import (
	"testing"

	"dateline/feed/corpus"
	"dateline/feed/text"
	"dateline/ui/style"
)

// TestOverlayOverAnyText checks that each line stays as wide as the screen, whatever character
// the edge of the overlay cuts.
func TestOverlayOverAnyText(t *testing.T) {
	th := style.New(true, "unicode")
	for n := range corpus.HostileItems() {
		for w := 40; w < 120; w += 7 {
			var page []string
			for _, content := range []string{corpus.HostileText("日本e\u0301", n), corpus.HostileText("👩\u200d🚀 ", n)} {
				for range 6 {
					page = append(page, style.Pad(style.Fit(text.Clean(content), w-len(page)%4, ""), w))
				}
			}
			s := &Overlay{Title: "Overlay", Rows: []Row{{Left: "a"}, {Left: "b"}}}
			s.filterBy("")
			for _, line := range s.Over(page, w, th) {
				if got := style.Width(line); got != w {
					t.Fatalf("%d cells on a screen of %d: %q", got, w, line)
				}
			}
		}
	}
}
