package corpus

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Owned is the word that attacks try to show. If it is alone in a title, on the clipboard or
// in a notification, an attack was successful.
const Owned = "OWNED"

// Attacks returns texts that control a terminal, hide text or change its width. They have
// all spellings that a file can contain: bytes, UTF-8, entities escaped once or twice,
// percent encoding and JSON escapes.
func Attacks() []string {
	list := []string{
		"\x1b]52;c;T1dORUQ=\x07", "\x1b]0;OWNED\x07", "\x1b]2;OWNED\x1b\\", "\x1b]9;OWNED\x07", "\x1b]9;4;1;50\x07", "\x1b]99;;OWNED\x1b\\", "\x1b]777;notify;OWNED;x\x07",
		"\x1b]8;;http://owned.example\x1b\\OWNED\x1b]8;;\x1b\\", "\x1b]4;1;?\x07", "\x1b]10;?\x07", "\x1b]1337;File=inline=1:T1dORUQ=\x07", "\x1b]133;A\x07", "\x1b]50;OWNED\x07",
		"\x1b[2J", "\x1b[5;8mOWNED\x1b[m", "\x1b[38;5;201mOWNED", "\x1b[31m", "\x1b[99;1H", "\x1b[6n", "\x1b[c", "\x1b[?1049l", "\x1b[?25l", "\x1b[21t", "\x1b[>4;2m", "\x1b[3g", "\x1b[1;3r", "\x1b[4h", "\x1b[8;1;1t",
		"\x1bP+q544e\x1b\\", "\x1bP$qm\x1b\\", "\x1bPq#0~\x1b\\", "\x1bPtmux;\x1b\x1b]52;c;T1dORUQ=\x07\x1b\\", "\x1b_Gi=31;OWNED\x1b\\", "\x1b^OWNED\x1b\\", "\x1bXOWNED\x1b\\",
		"\x1bc", "\x1b(0", "\x1b#8", "\x1b7\x1b8", "\x1bM", "\x1b=", "\x1b", "\x1b\x1b[", "\x1b%@", "\x1b[", "\x1b]", "\x1b]0;OWNED",
		"\u009b31m", "\u009d52;c;T1dORUQ=\u009c", "\u009d0;OWNED\u009c", "\u0090q\u009c", "\u009fG;\u009c", "\u0084\u0085\u008d", "\u009eOWNED\u009c", "\u0098OWNED\u009c",
		"\x9b31m", "\x9d0;OWNED\x9c", "\x90q\x9c", "\xc2", "\xe2\x80", "\xc0\x9b", "\xf8\x88\x80\x80\x80", "\xed\xa0\x80",
		"\x00", "\x05", "\x07", "\b\b\b", "\t\t", "\n\n", "\v", "\f", "\r", "\r\n", "\x0e", "\x0f", "\x18", "\x1a", "\x7f", "\x1d",
		"\u202e", "\u202a\u202b\u202c\u202d", "\u2066\u2067\u2068\u2069", "\u200e\u200f", "\u061c",
		"\u200b", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2061\u2062\u2063\u2064", "\u2065", "\u206a\u206b\u206c\u206d\u206e\u206f", "\u2028", "\u2029",
		"\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4\u17b5", "\U000e0041\U000e007f", "\U000e0001", "\U000e0100\U000e01ef", "\ufff9OWNED\ufffaOWNED\ufffb", "\ufffe\uffff\ufdd0",
		"\U0001d173\U0001d17a", "\U0001bca0", "\U0010eeee\u0305\u0305", "\U000e004c\U000e0031\U000e007f", "\U000fff1b\U000fff5b\U000fff28",
		"e" + strings.Repeat("\u0301\u0316", 30), "x" + strings.Repeat("\u200d", 40), "o" + strings.Repeat("\u20dd\ufe0f", 20),
		"&#27;]52;c;T1dORUQ=&#7;", "&amp;#27;[2J", "&amp;amp;#27;[2J", "&#x9b;31m", "&#155;2J", "&#x202e;", "&amp;#x202e;", "&ZeroWidthSpace;&shy;&lrm;&NoBreak;", "&#xe0041;&#x10eeee;", "&#0;&#8;",
		"%1b[2J%1b%5d0;OWNED%07", "%e2%80%ae", "%c2%9b2J", `\u001b[2J`, `\u202e`, `\x1b[2J`, `${HOME}`, "%s%n%!d",
		`"><script>OWNED</script>`, `' onx='`, "<b>", "]]>", "-->", "`OWNED`", "](javascript:OWNED)",
	}
	for c := rune(0x80); c < 0xa0; c++ {
		list = append(list, string(c)+"OWNED")
	}
	return list
}

// A field contains a window of windowSize attacks, because rendering all of them takes too
// long. The window of the next item starts windowStep attacks later, so the windows of
// HostileItems items contain all attacks.
const (
	windowSize = 12
	windowStep = 5
)

// HostileItems returns the number of items that a hostile feed needs to have each attack in
// each field and in each part of its bodies.
func HostileItems() int { return (len(Attacks()) + windowStep - 1) / windowStep }

// HostileText returns a field's name followed by the attacks for item n.
func HostileText(field string, n int) string { return attackWindow(field, n*windowStep, windowSize) }

// attackWindow returns a field's name followed by size attacks, from index first on. The name
// is repeated after each attack.
func attackWindow(field string, first, size int) string {
	list := Attacks()
	var b strings.Builder
	b.WriteString(field)
	for i := range size {
		b.WriteString(list[(first+i)%len(list)] + field)
	}
	return b.String()
}

// FindUnsafe describes the first part of a text that must not reach a terminal. It is empty if
// there is none. Line feeds and tabs are allowed. Unfit shares no code with the sanitizing
// of dateline, so it can test it.
func FindUnsafe(text string) string {
	marks := 0 // consecutive combining marks and joiners
	for i, r := range text {
		if r >= ' ' && r < 0x7f {
			marks = 0
			continue
		}
		bad := ""
		switch {
		case r == '\n' || r == '\t':
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			bad = fmt.Sprintf("the byte %#02x", text[i])
		case unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point):
			if r != 0x34f && (r < 0x1161 || r > 0x11ff) {
				bad = fmt.Sprintf("%U", r)
			}
		case r == 0x200c || r == 0x200d:
		case unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			bad = fmt.Sprintf("%U", r)
		case r >= 0xe0100 && r <= 0xe01ef, r == 0x10eeee:
			bad = fmt.Sprintf("%U", r)
		}
		if !unicode.Is(unicode.M, r) && r != 0x200c && r != 0x200d {
			marks = 0
		} else if marks++; marks > 10 {
			bad = fmt.Sprintf("the %dth mark on a character", marks)
		}
		if bad != "" {
			return bad
		}
	}
	return ""
}

// HostileTextAll returns a field's name followed by all attacks.
func HostileTextAll(field string) string { return attackWindow(field, 0, len(Attacks())) }
