package text

import (
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// DiffKind is the kind of a [DiffPart].
type DiffKind int

// The kinds of parts: in both texts, only in the old one, only in the new one.
const (
	DiffSame DiffKind = iota
	DiffRemoved
	DiffAdded
)

// DiffPart is a piece of text that both texts or only one of them contain. The
// parts that are not Removed, joined, are the new text.
type DiffPart struct {
	Kind DiffKind
	Text string
}

// Diff compares two plain texts word by word and returns the parts in order.
// Each line is a paragraph. White space is ignored. A removed part comes before
// the part that replaces it.
func Diff(old, now string) []DiffPart {
	// Whole lines are compared first. That keeps the comparison of words short
	// and exact.
	oldLines, newLines := textLines(old), textLines(now)
	var d diffWriter
	at := 0
	for _, hunk := range lcs.DiffLines(oldLines, newLines) {
		d.addSame(newLines[at:hunk.ReplStart])
		d.compareWords(oldLines[hunk.Start:hunk.End], newLines[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.addSame(newLines[at:])
	return d.parts
}

// textLines returns the lines of s that are not blank, with single spaces
// between words.
func textLines(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		if words := strings.Fields(line); len(words) > 0 {
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// diffWriter collects the parts of a difference.
type diffWriter struct {
	parts []DiffPart
	// started reports whether a paragraph of the new text has been written.
	started bool
}

// add appends text to the last part if that has the same kind, or adds a part.
func (d *diffWriter) add(op DiffKind, text string) {
	if n := len(d.parts); n > 0 && d.parts[n-1].Kind == op {
		d.parts[n-1].Text += text
		return
	}
	d.parts = append(d.parts, DiffPart{op, text})
}

// addSame adds paragraphs that both texts contain.
func (d *diffWriter) addSame(paragraphs []string) {
	for _, p := range paragraphs {
		if d.started {
			p = "\n" + p
		}
		d.add(DiffSame, p)
		d.started = true
	}
}

// compareWords adds the difference between two lists of paragraphs.
func (d *diffWriter) compareWords(old, now []string) {
	oldWords, newWords := splitWords(old, len(d.parts) > 0), splitWords(now, d.started)
	at := 0
	for _, hunk := range lcs.DiffLines(wordTexts(oldWords), wordTexts(newWords)) {
		d.addWords(DiffSame, newWords[at:hunk.ReplStart])
		d.addWords(DiffRemoved, oldWords[hunk.Start:hunk.End])
		d.addWords(DiffAdded, newWords[hunk.ReplStart:hunk.ReplEnd])
		at = hunk.ReplEnd
	}
	d.addWords(DiffSame, newWords[at:])
	d.started = d.started || len(now) > 0
}

// addWords adds words as one part.
func (d *diffWriter) addWords(op DiffKind, all []diffWord) {
	var b strings.Builder
	for _, t := range all {
		b.WriteString(t.before)
		b.WriteString(t.text)
	}
	if b.Len() > 0 {
		d.add(op, b.String())
	}
}

// diffWord is a word, a character of a script without spaces, or a line feed
// between two paragraphs. before is the space before it, or "".
type diffWord struct{ before, text string }

// splitWords splits paragraphs into words. inside reports whether text precedes the
// first paragraph.
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

// splitUnspaced splits a word before and after each character of a script
// without spaces, together with its marks.
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

// wordTexts returns the words without the spaces before them.
func wordTexts(all []diffWord) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = t.text
	}
	return out
}
