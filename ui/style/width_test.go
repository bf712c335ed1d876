package style

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestFitAgreesWithTheTerminal protects alignment: the fast way of measuring and cutting has the
// same result as the slow way, for every kind of script.
func TestFitAgreesWithTheTerminal(t *testing.T) {
	for _, s := range []string{
		"", "plain", "café déjà vu – “quoted” … · done", "новости недели", "Ελληνικά", "日本語の見出し", "שלום עולם", "e\u0301 combining",
		"👩‍👩‍👧‍👦 family", "soft\u00adhyphen", "●★▌│─", "ไทย", "हिन्दी", "\x1b[1mbold\x1b[m", "\x1b[38;5;12m● é\x1b[0m\x1b[2m x", "\x1b[1me\u0301", "\x1b[3", "\x1b[2Jx", "\x1b[?1mq", "ﷺ wide", "☺\ufe0f", "x\u0483y",
	} {
		s := strings.Repeat(s+" ", 3)
		if got, want := Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
		for w := range 40 {
			got := Fit(s, w, "…")
			if want := removeDoubleEllipsis(ansi.Truncate(s, w, "…"), "…"); got != want && w > 0 {
				t.Errorf("Fit(%q, %d) = %q, want %q", s, w, got, want)
			}
		}
	}
}

// TestFitCutsOnce checks that a text that is cut twice at the same point ends in one ellipsis.
func TestFitCutsOnce(t *testing.T) {
	for _, s := range []string{"also in Feed 0…", "auch in 新聞…"} {
		if got, want := Fit(s+" · more", ansi.StringWidth(s)+1, "…"), s; got != want {
			t.Errorf("Fit(%q) = %q, want %q", s+" · more", got, want)
		}
	}
}
