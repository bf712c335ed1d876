package text

import (
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// DiffOp says which of two texts a [DiffPart] stands in.
type DiffOp int

// The operations of a difference.
const (
	Same DiffOp = iota
	Removed
	Added
)

// DiffPart is a stretch of text that two texts share or that only one has. The
// parts that are not Removed make the new text when they are put together.
type DiffPart struct {
	Op   DiffOp
	Text string
}

// Diff compares two plain texts word by word, their lines as paragraphs. Blanks
// count for nothing. What was removed stands before what came in its place.
func Diff(old, now string) []DiffPart {
	// Whole lines first: the search for common words then stays short and exact.
	was, is := textLines(old), textLines(now)
	var d differ
	at := 0
	for _, hunk := range lcs.DiffLines(was, is) {
		d.same(is[at:hunk.ReplStart])
		d.words(was[hunk.Start:hunk.End], is[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.same(is[at:])
	return d.parts
}

// textLines are the lines of a text that hold something, with their blanks
// made even.
func textLines(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		if words := strings.Fields(line); len(words) > 0 {
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// differ puts a difference together.
type differ struct {
	parts []DiffPart
	// begun says that a paragraph of the new text has been written.
	begun bool
}

// add writes text, in the last part if that is of the same kind.
func (d *differ) add(op DiffOp, text string) {
	if n := len(d.parts); n > 0 && d.parts[n-1].Op == op {
		d.parts[n-1].Text += text
		return
	}
	d.parts = append(d.parts, DiffPart{op, text})
}

func (d *differ) same(paragraphs []string) {
	for _, p := range paragraphs {
		if d.begun {
			p = "\n" + p
		}
		d.add(Same, p)
		d.begun = true
	}
}

// words compares paragraphs that changed.
func (d *differ) words(old, now []string) {
	was, is := diffWords(old, len(d.parts) > 0), diffWords(now, d.begun)
	at := 0
	for _, hunk := range lcs.DiffLines(texts(was), texts(is)) {
		d.write(Same, is[at:hunk.ReplStart])
		d.write(Removed, was[hunk.Start:hunk.End])
		d.write(Added, is[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.write(Same, is[at:])
	d.begun = d.begun || len(now) > 0
}

func (d *differ) write(op DiffOp, all []diffWord) {
	var b strings.Builder
	for _, t := range all {
		b.WriteString(t.before)
		b.WriteString(t.text)
	}
	if b.Len() > 0 {
		d.add(op, b.String())
	}
}

// diffWord is a word, a character of a script that writes no blanks, or the break
// between two paragraphs, with the blank before it.
type diffWord struct{ before, text string }

// diffWords cuts paragraphs up; inside says that text stands before the first.
func diffWords(paragraphs []string, inside bool) []diffWord {
	var out []diffWord
	for i, p := range paragraphs {
		if i > 0 || inside {
			out = append(out, diffWord{text: "\n"})
		}
		for n, word := range strings.Fields(p) {
			before := ""
			if n > 0 {
				before = " "
			}
			for piece := range pieces(word) {
				out = append(out, diffWord{before, piece})
				before = ""
			}
		}
	}
	return out
}

// pieces cuts a word before and after each character that is a word by itself.
func pieces(word string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i, r := range word {
			if !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
				unicode.Is(unicode.Mn, r) {
				continue
			}
			if i > start && !yield(word[start:i]) {
				return
			}
			end := i + len(string(r))
			for _, mark := range word[end:] {
				if !unicode.Is(unicode.Mn, mark) {
					break
				}
				end += len(string(mark))
			}
			if !yield(word[i:end]) {
				return
			}
			start = end
		}
		if start < len(word) {
			yield(word[start:])
		}
	}
}

func texts(all []diffWord) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = t.text
	}
	return out
}
