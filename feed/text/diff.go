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
	var d diffWriter
	at := 0
	for _, hunk := range lcs.DiffLines(was, is) {
		d.addSame(is[at:hunk.ReplStart])
		d.compareWords(was[hunk.Start:hunk.End], is[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.addSame(is[at:])
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

// diffWriter puts a difference together.
type diffWriter struct {
	parts []DiffPart
	// started says that a paragraph of the new text has been written.
	started bool
}

// add writes text, in the last part if that is of the same kind.
func (d *diffWriter) add(op DiffOp, text string) {
	if n := len(d.parts); n > 0 && d.parts[n-1].Op == op {
		d.parts[n-1].Text += text
		return
	}
	d.parts = append(d.parts, DiffPart{op, text})
}

func (d *diffWriter) addSame(paragraphs []string) {
	for _, p := range paragraphs {
		if d.started {
			p = "\n" + p
		}
		d.add(Same, p)
		d.started = true
	}
}

// compareWords compares paragraphs that changed.
func (d *diffWriter) compareWords(old, now []string) {
	was, is := splitWords(old, len(d.parts) > 0), splitWords(now, d.started)
	at := 0
	for _, hunk := range lcs.DiffLines(wordTexts(was), wordTexts(is)) {
		d.addWords(Same, is[at:hunk.ReplStart])
		d.addWords(Removed, was[hunk.Start:hunk.End])
		d.addWords(Added, is[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.addWords(Same, is[at:])
	d.started = d.started || len(now) > 0
}

func (d *diffWriter) addWords(op DiffOp, all []diffWord) {
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

// splitWords cuts paragraphs up; inside says that text stands before the first.
func splitWords(paragraphs []string, inside bool) []diffWord {
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
			for piece := range splitUnspaced(word) {
				out = append(out, diffWord{before, piece})
				before = ""
			}
		}
	}
	return out
}

// splitUnspaced cuts a word before and after each character that is a word by itself.
func splitUnspaced(word string) func(yield func(string) bool) {
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

func wordTexts(all []diffWord) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = t.text
	}
	return out
}
