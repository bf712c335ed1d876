package query

import (
	"strings"

	"dateline/feed/text"
)

// Phrases are the words by which a query finds an item, so that they can be marked in its
// title and text.
type Phrases []Phrase

// Phrase is a word, or several words side by side.
type Phrase struct {
	// Field is where the words must be: FieldText, FieldTitle or FieldBody.
	Field Field
	// Tokens and Prefix are as [Term.Tokens] returns them.
	Tokens []string
	Prefix bool
}

// Phrases returns the words of the terms that must or may hold. It leaves out the terms of
// a negation, and those about other properties of items.
func (q Query) Phrases() Phrases {
	if q.Root == nil {
		return nil
	}
	return q.Root.phrases(nil)
}

func (n *Node) phrases(all Phrases) Phrases {
	switch n.Op {
	case Not:
		return all
	case And, Or:
		for _, k := range n.Kids {
			all = k.phrases(all)
		}
		return all
	}
	switch n.Term.Field {
	case FieldText, FieldTitle, FieldBody:
		if tokens, prefix := n.Term.Tokens(); len(tokens) > 0 {
			all = append(all, Phrase{n.Term.Field, tokens, prefix})
		}
	}
	return all
}

// InTitle returns the phrases that a title is searched for, and InBody those that a text is
// searched for.
func (p Phrases) InTitle() Phrases { return p.without(FieldBody) }
func (p Phrases) InBody() Phrases  { return p.without(FieldTitle) }

func (p Phrases) without(f Field) Phrases {
	var kept Phrases
	for _, phrase := range p {
		if phrase.Field != f {
			kept = append(kept, phrase)
		}
	}
	return kept
}

// Find returns where a text has one of the phrases, in order and without overlaps. A word
// of which only the prefix was typed counts as a whole.
func (p Phrases) Find(s string) []text.Range {
	if len(p) == 0 || s == "" {
		return nil
	}
	tokens := text.TokenPlaces(s)
	var found []text.Range
	for i := range tokens {
		for _, phrase := range p {
			if phrase.beginsAt(tokens[i:]) {
				found = append(found, text.Range{From: tokens[i].From, To: tokens[i+len(phrase.Tokens)-1].To})
			}
		}
	}
	return text.MergeRanges(found)
}

// beginsAt reports whether tokens begin with the phrase.
func (p Phrase) beginsAt(tokens []text.Token) bool {
	if len(tokens) < len(p.Tokens) {
		return false
	}
	for i, want := range p.Tokens {
		if got := tokens[i].Text; got != want && !(p.Prefix && i == len(p.Tokens)-1 && strings.HasPrefix(got, want)) {
			return false
		}
	}
	return true
}

// Passage returns the part of a text, of at most size bytes, around the first place that has
// one of the phrases, on one line. It begins with a word at most lead bytes before that.
// inside reports whether it begins inside the text. The passage is empty if no place has one.
func (p Phrases) Passage(s string, lead, size int) (passage string, inside bool) {
	found := p.Find(s)
	if len(found) == 0 {
		return "", false
	}
	from := 0
	if hit := found[0].From; hit > lead {
		from = hit
		if i := strings.IndexAny(s[hit-lead:hit], " \n\t"); i >= 0 {
			from = hit - lead + i + 1
		}
	}
	return text.Clean(text.Truncate(s[from:], size)), from > 0
}
