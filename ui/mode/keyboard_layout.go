package mode

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// Typed returns a key press as its keyboard layout means it. Bubble Tea confuses the layout
// with that of the US if the terminal reports both (kitty keyboard protocol, alternate keys):
// it names a key with ctrl after its place, and gives a letter with shift the letter of its
// place. at is the key at the same place of a US keyboard; false if it is the same key or not
// known.
//
// The place is what the terminal reports. If it reports nothing, a Cyrillic or Greek letter
// stands on the key of the usual layout for it.
func Typed(k tea.KeyPressMsg) (typed, at tea.KeyPressMsg, known bool) {
	at, known = atPlace(k)
	if k.BaseCode == 0 {
		return k, at, known
	}
	if unicode.IsLetter(k.Code) && k.Text != "" && k.Text == string(k.BaseCode) && k.Mod.Contains(tea.ModShift) {
		k.Text = string(unicode.ToUpper(k.Code))
	}
	if k.Code < utf8.RuneSelf {
		k.BaseCode = 0
	}
	return k, at, known
}

// atPlace returns the key at the place of k on a US keyboard; false if it is the same key or
// not known.
func atPlace(k tea.KeyPressMsg) (tea.KeyPressMsg, bool) {
	r := k.Code
	if text, size := utf8.DecodeRuneInString(k.Text); k.BaseCode == 0 && size > 0 && size == len(k.Text) {
		r = text
	}
	shift := k.Mod.Contains(tea.ModShift) || unicode.IsUpper(r)
	place := k.BaseCode
	if place <= ' ' || place >= utf8.RuneSelf {
		place = placeOf(unicode.ToLower(r))
	}
	if place == 0 || place == unicode.ToLower(r) {
		return k, false
	}
	shown := place
	if shift {
		shown = shiftedUS(place)
	}
	at := tea.KeyPressMsg{Code: place, Mod: k.Mod}
	if k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		at.Text = string(shown)
	}
	return at, true
}

// The keys of a US keyboard, and the letters on them in the Russian and the Greek layout, in
// the same order. A space stands for a key without a letter of its own.
const (
	keysUS     = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	keysRussia = "ёйцукенгшщзхъфывапролджэячсмитьбю"
	keysGreece = "  ςερτυθιοπ  ασδφγηξκλ  ζχψωβνμ  "
)

// placeOf returns the key of a US keyboard on which a small letter stands in another layout; 0
// if it is unknown.
func placeOf(r rune) rune {
	if r < utf8.RuneSelf {
		return 0
	}
	// The Ukrainian and the Belarusian layout differ from the Russian one in these.
	switch r {
	case 'і':
		return 's'
	case 'ї':
		return ']'
	case 'є':
		return '\''
	case 'ґ':
		return '\\'
	case 'ў':
		return 'o'
	}
	for _, layout := range []string{keysRussia, keysGreece} {
		if i := strings.IndexRune(layout, r); i >= 0 {
			return rune(keysUS[utf8.RuneCountInString(layout[:i])])
		}
	}
	return 0
}

// shiftedUS returns what a key of a US keyboard writes with shift.
func shiftedUS(key rune) rune {
	const plain, shifted = "`1234567890-=[]\\;',./", "~!@#$%^&*()_+{}|:\"<>?"
	if i := strings.IndexRune(plain, key); i >= 0 {
		return rune(shifted[i])
	}
	return unicode.ToUpper(key)
}
