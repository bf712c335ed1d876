package parse

import (
	"crypto/rand"
	"reflect"
	"strconv"
	"strings"
)

// minLongText is the length in bytes from which a text is replaced by a
// placeholder.
const minLongText = 256

// longTexts keeps the long texts of a document away from gofeed, which would
// read each byte several times and copy the texts as often. Each is replaced by
// a placeholder until gofeed has finished. The placeholders begin with a random
// prefix, which the author of the document cannot know.
type longTexts struct {
	prefix string
	texts  []string
	// trimSpace reports whether gofeed removes white space at the ends of a text.
	trimSpace bool
}

func newLongTexts() *longTexts { return &longTexts{prefix: rand.Text()} }

// placeholder returns the placeholder of a long text, and any other text
// unchanged.
func (l *longTexts) placeholder(text string) string {
	if len(text) < minLongText {
		return text
	}
	l.texts = append(l.texts, text)
	return l.prefix + strconv.Itoa(len(l.texts)-1) + "."
}

// restore replaces the placeholders by their texts in a parsed document. doc is
// a pointer to the document.
func (l *longTexts) restore(doc any) {
	if len(l.texts) > 0 {
		l.restoreValue(reflect.ValueOf(doc))
	}
}

// restoreValue replaces the placeholders in v and all that it contains.
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

// restoreMap replaces the placeholders in a map. A string in a map must be set
// again, but a slice can be changed in place.
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

// expand returns s with its placeholders replaced by their texts.
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
