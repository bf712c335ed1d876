package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecode checks that any bytes with any label become valid text without C1
// controls and without what XML forbids.
func FuzzDecode(f *testing.F) {
	for raw, contentType := range map[string]string{
		"plain": "", "\xef\xbb\xbf<a>": "text/xml", "\xff\xfe<\x00a\x00": "", "\x00<\x00a": "application/xml", "<\x00\x00\x00a\x00\x00\x00": "",
		"\x4c\x6f\xa7\x94": "", "caf\xe9 \x93x\x94": "text/xml; charset=latin1", "\x82\xa0\x82\xa2": "text/xml;charset=shift_jis",
		"<?xml version='1.0' encoding='euc-jp'?>\xa4\xa2": "", "\x1b$B$\"\x1b(B": "text/xml; charset=iso-2022-jp", "\xed\xa0\xbd\xed\xb8\x80": "",
		"\xc2\x85\xef\xbf\xbe\x7f": "charset=\"utf-8", "<?xml encoding=\"utf-16\"?>x": "text/html; charset=nonsense",
	} {
		f.Add([]byte(raw), contentType)
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		out := Decode(raw, contentType)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return isForbiddenInXML(r) || isC1(r) }) {
			t.Errorf("%q under %q is %q", raw, contentType, out)
		}
	})
}

// FuzzClean checks that cleaning leaves nothing unsafe and that cleaning again
// changes nothing.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", " a\x1b[2Jb\u009b ", "\u202eevil\u2066", "x\u200d\ufe0fy", "a\xffb\n\tc", "&#27;<b>x</b>", "e" + strings.Repeat("\u0301\u200d", 9) + " \u0301\u00ad"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) string{"Clean": Clean, "CleanText": CleanText, "PlainTitle": PlainTitle} {
			out := clean(s)
			if isUnsafe(out) {
				t.Errorf("%s(%q) = %q", name, s, out)
			}
			if name != "PlainTitle" && clean(out) != out {
				t.Errorf("%s(%q) = %q is not stable", name, s, out)
			}
		}
	})
}

// isUnsafe reports whether a text of several lines must not reach a terminal.
func isUnsafe(s string) bool {
	var marks MarkLimiter
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && IsUnsafeRune(r) || marks.Exceeds(r)
	})
}
