package parse

import (
	"crypto/rand"
	"reflect"
	"strconv"
	"strings"
)

// minLongText is the length in bytes from which a text is kept from the parser.
const minLongText = 256

// longTexts keeps the long texts of a document out of the parser, which would
// look at each of their bytes several times and copy them as often: a word
// stands for each, until the parser is done. The word begins with what nobody
// can know who writes the document.
type longTexts struct {
	prefix string
	texts  []string
	// trimSpace says that the parser takes white space off the ends of a text.
	trimSpace bool
}

func newLongTexts() *longTexts { return &longTexts{prefix: rand.Text()} }

// placeholder is the word for a text that is long, and the text itself otherwise.
func (l *longTexts) placeholder(text string) string {
	if len(text) < minLongText {
		return text
	}
	l.texts = append(l.texts, text)
	return l.prefix + strconv.Itoa(len(l.texts)-1) + "."
}

// restore puts the texts back in all that a parsed document, a pointer, holds.
func (l *longTexts) restore(doc any) {
	if len(l.texts) > 0 {
		l.restoreValue(reflect.ValueOf(doc))
	}
}

func (l *longTexts) restoreValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			l.restoreValue(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				l.restoreValue(f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			l.restoreValue(v.Index(i))
		}
	case reflect.Map:
		l.restoreMap(v)
	case reflect.String:
		if s := v.String(); len(s) > len(l.prefix) {
			v.SetString(l.expand(s))
		}
	}
}

// restoreMap replaces what a map holds: its values cannot be changed in place,
// though a slice among them can.
func (l *longTexts) restoreMap(m reflect.Value) {
	if m.Type().Elem().Kind() != reflect.String {
		for _, value := range m.Seq2() {
			l.restoreValue(value)
		}
		return
	}
	for key, value := range m.Seq2() {
		if s := value.String(); len(s) > len(l.prefix) {
			m.SetMapIndex(key, reflect.ValueOf(l.expand(s)).Convert(m.Type().Elem()))
		}
	}
}

// expand is s with what the words in it stand for.
func (l *longTexts) expand(s string) string {
	for {
		before, rest, found := strings.Cut(s, l.prefix)
		if !found {
			return s
		}
		number, after, _ := strings.Cut(rest, ".")
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(l.texts) {
			return s
		}
		if before == "" && after == "" {
			if l.trimSpace {
				return strings.TrimSpace(l.texts[i])
			}
			return l.texts[i]
		}
		s = before + l.texts[i] + after
	}
}
