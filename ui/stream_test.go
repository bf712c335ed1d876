package ui

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/corpus"
)

// sequenceKinds are all sequences that dateline and Bubble Tea write. Any other sequence is an
// error. A list of forbidden sequences would not be complete.
var sequenceKinds = []*regexp.Regexp{
	regexp.MustCompile(`^\x1b\[[0-9]*(;[0-9]+)?[HABCDEFGdXPLMSTJKb@]$`),                                 // moving, erasing, shifting, repeating
	regexp.MustCompile(`^\x1b(M|\[[0-9]+;[0-9]+r)$`),                                                    // scrolling a part of the screen
	regexp.MustCompile(`^\x1b\[\?(1|7|25|1000|1002|1003|1004|1006|1049|2004|2026|2027|2031|2048)[hl]$`), // modes
	regexp.MustCompile(`^\x1b\[\?[0-9]+\$p$`),                                                           // is a mode known?
	regexp.MustCompile(`^\x1b\[[0-9]* q$`),                                                              // the cursor's shape
	regexp.MustCompile(`^\x1b\[>(4(;[02])?m|[0-9]*u|[0-9]*q)$`),                                         // keyboard, name of the terminal
	regexp.MustCompile(`^\x1b\[[=<?][0-9;]*u$`),                                                         // keyboard
	regexp.MustCompile(`^\x1b\](10|11|12);\?(\a|\x1b\\)$`),                                              // which colours?
	regexp.MustCompile(`^\x1b\]11[012](\a|\x1b\\)$`),                                                    // colours as they were
	regexp.MustCompile(`^\x1b\]9;4;[0-4](;[0-9]+)?(\a|\x1b\\)$`),                                        // progress
	regexp.MustCompile(`^\x1b\][02];(dateline( \([0-9,]+\))?)?(\a|\x1b\\)$`),                            // the window's title
	regexp.MustCompile(`^\x1b\]9;dateline: [^;]+\a$`),                                                   // notifications
	regexp.MustCompile(`^\x1b\]777;notify;dateline;[^;]+\a$`),
	regexp.MustCompile(`^\x1b\]99;i=dateline:d=0;dateline\a$`),
	regexp.MustCompile(`^\x1b\]99;i=dateline:p=body;[^;]+\a$`),
	regexp.MustCompile(`^\x1bP\+q[0-9A-F]+\x1b\\$`), // what can the terminal do?
}

var (
	styleKind = regexp.MustCompile(`^\x1b\[[0-9;:]*m$`)
	linkKind  = regexp.MustCompile(`^\x1b\]8;(?:id=[0-9a-z-]+)?;((?:https?|gemini|mailto|ftps?|sftp|magnet|ircs?|xmpp|tel|sms|news|nntp|geo|sip|gopher|matrix):[^ ]+)?(?:\a|\x1b\\)$`)
	clipKind  = regexp.MustCompile(`^\x1b\]52;c;([A-Za-z0-9+/=]+)(?:\a|\x1b\\)$`)
	tmuxKind  = regexp.MustCompile(`(?s)^\x1bPtmux;((?:\x1b\x1b|[^\x1b])+)\x1b\\$`)
	// alienStyle is blinking, concealment and a colour, none of them dateline's.
	alienStyle = regexp.MustCompile(`^\x1b\[[568][;m]|38;5;201`)
)

// foreign returns everything in a stream of bytes that is not dateline's own, with the text before
// it, which shows the field. A page may only have styles, links and lines.
func foreign(stream string, page bool) []string {
	var found []string
	for rest := stream; rest != ""; {
		text, _, _ := strings.Cut(rest, "\x1b")
		why := unfitText(text, page)
		size := len(text)
		if why == "" && size < len(rest) {
			size += sequenceLen(rest[size:])
			why = unfitSequence(rest[len(text):size], page)
		}
		at := len(stream) - len(rest)
		rest = rest[size:]
		if why != "" {
			found = append(found, fmt.Sprintf("%s in %q", why, stream[max(at-80, 0):min(at+size, at+160, len(stream))]))
		}
	}
	return found
}

// unfitText returns what is wrong with text between sequences.
func unfitText(text string, page bool) string {
	if !page {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\b", "")
	} else if strings.Contains(text, "\t") {
		return "a tab"
	}
	return corpus.FindUnsafe(text)
}

// sequenceLen returns the length of the sequence (ECMA-48) at the start of s.
func sequenceLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] < 0x20 || s[i] >= 0x40 {
				return i + 1
			}
		}
		return len(s)
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == '\a' && s[1] == ']':
				return i + 1
			case s[i] == '\x1b' && i+1 < len(s) && s[i+1] == '\x1b' && s[1] == 'P':
				i++
			case s[i] == '\x1b':
				return min(i+2, len(s))
			}
		}
		return len(s)
	}
	return 2
}

// unfitSequence returns what is wrong with a sequence.
func unfitSequence(s string, page bool) string {
	if styleKind.MatchString(s) {
		if alienStyle.MatchString(s) {
			return "a style that is not dateline's"
		}
		return ""
	}
	if m := linkKind.FindStringSubmatch(s); m != nil {
		return corpus.FindUnsafe(m[1])
	}
	if page {
		return "a sequence"
	}
	if m := clipKind.FindStringSubmatch(s); m != nil {
		text, err := base64.StdEncoding.DecodeString(m[1])
		switch {
		case err != nil:
			return err.Error()
		case string(text) == corpus.Owned || strings.ContainsAny(string(text), "\n\t"):
			return fmt.Sprintf("%q for the clipboard", text)
		}
		return corpus.FindUnsafe(string(text))
	}
	if m := tmuxKind.FindStringSubmatch(s); m != nil {
		return strings.Join(foreign(strings.ReplaceAll(m[1], "\x1b\x1b", "\x1b"), false), "; ")
	}
	for _, kind := range sequenceKinds {
		if kind.MatchString(s) {
			return corpus.FindUnsafe(strings.Trim(s, "\x1b\a"))
		}
	}
	return "a sequence"
}

// TestForeignKnowsAttacks checks the scanner of the other tests: it finds each attack and accepts
// dateline's own sequences.
func TestForeignKnowsAttacks(t *testing.T) {
	for _, attack := range corpus.Attacks() {
		steers := corpus.FindUnsafe(attack) != "" && strings.Trim(attack, "\r\n\b") != ""
		got := foreign("text"+attack+"text", false)
		switch attack {
		case "\x1b[31m", "\x1b[99;1H", "\x1b[2J", "\x1b[?25l", "\x1b[?1049l", "\x1b[>4;2m", "\x1b[1;3r", "\x1bM", "\x1b]10;?\a", "\x1b]9;4;1;50\a":
			steers = false // dateline's own as well: on the page they are refused
		case "\x1b]8;;http://owned.example\x1b\\OWNED\x1b]8;;\x1b\\":
			steers = false
		}
		if steers != (len(got) > 0) {
			t.Errorf("%+q: %q", attack, got)
		}
		if onPage := foreign("text"+attack+"text", true); corpus.FindUnsafe(attack) != "" && len(onPage) == 0 &&
			attack != "\x1b[31m" && !strings.Contains(attack, "]8;;") {
			t.Errorf("%+q is let through on a page", attack)
		}
	}
	own := "\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J\x1b[1;38;5;75mNews\x1b[m\r\n\x1b]2;dateline (1,234)\a" +
		"\x1b]8;id=3;https://example.org/a%20b\a[1]\x1b]8;;\a" + ansi.SetSystemClipboard("Title – https://example.org/") +
		ansi.TmuxPassthrough(ansi.Notify("dateline: 2 new: A — B")) + "\x1b]9;4;1;50\a\x1b[?2026$p"
	if got := foreign(own, false); len(got) > 0 {
		t.Errorf("dateline's own: %q", got)
	}
	for _, bad := range []string{"\x1b]52;c;T1dORUQ=\a", "\x1b]0;dateline OWNED\a", "\x1b]8;;javascript:x\a", "\x1b]8;;https://e.org/\u202e\a",
		ansi.SetSystemClipboard("a\x1bb"), ansi.SetSystemClipboard("a\u200bb"), ansi.TmuxPassthrough("\x1b]0;x\a"), "\x1b]9;dateline: a\u202eb\a", "\x1b[?5h"} {
		if len(foreign(bad, false)) == 0 {
			t.Errorf("%+q is let through", bad)
		}
	}
}
