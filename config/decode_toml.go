package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode returns the configuration of the document, and adds the document's mistakes to
// the list of problems. The decoder stops at the first value of a wrong type. So that all
// mistakes are reported at once, such a value is blanked out and the document is read again.
func (p *problems) decode() Config {
	doc := bytes.Clone(p.doc)
	for {
		c := defaultConfig()
		d := toml.NewDecoder(bytes.NewReader(doc)).DisallowUnknownFields()
		err := d.Decode(&c)
		var unknown *toml.StrictMissingError
		if errors.As(err, &unknown) {
			for i := range unknown.Errors {
				p.addUnknown(&unknown.Errors[i])
			}
			return c
		}
		var wrong *toml.DecodeError
		if !errors.As(err, &wrong) {
			if err != nil {
				p.add(span{}, "%v", err)
			}
			return c
		}
		at := p.offset(wrong)
		where, message := p.around(at), decodeMessage(wrong)
		if line := p.earlierHeader(where); line > 0 && strings.HasSuffix(message, " already exists") {
			message = fmt.Sprintf("the table [%s] is in line %d already; write its options there", p.doc[where.from:where.to], line)
		}
		p.add(where, "%s", message)
		if !p.blank(doc, at) {
			return c
		}
	}
}

// earlierHeader returns the line of the first header of a table, counted from 1, if a second
// header of that table is at where. Otherwise it returns 0. Nobody looks for the first one in a
// file that "dateline config example" printed.
func (p *problems) earlierHeader(where span) (line int) {
	o, _ := p.outline()
	name, first := p.doc[where.from:where.to], -1
	for _, s := range o.statements {
		switch {
		case s.pair || !bytes.Equal(p.doc[s.from:s.to], name):
		case s.from < where.from && first < 0:
			first = s.from
		case s.from == where.from && first >= 0:
			return 1 + bytes.Count(p.doc[:first], []byte("\n"))
		}
	}
	return 0
}

// blank overwrites the key and value at an offset of doc with spaces and keeps the
// line ends. It reports whether there is a key at the offset.
func (p *problems) blank(doc []byte, at int) bool {
	o, _ := p.outline()
	for _, s := range o.statements {
		if !s.pair || at < s.from || at >= s.to || doc[s.from] == ' ' {
			continue
		}
		for i := s.from; i < s.to; i++ {
			if doc[i] != '\n' && doc[i] != '\r' {
				doc[i] = ' '
			}
		}
		return true
	}
	return false
}

// offset returns the byte offset of a decoding error in the document.
func (p *problems) offset(e *toml.DecodeError) int {
	row, column := e.Position()
	at := 0
	for range row - 1 {
		at += bytes.IndexByte(p.doc[at:], '\n') + 1
	}
	return min(at+column-1, len(p.doc))
}

// around returns the smallest value or header that contains an offset.
func (p *problems) around(at int) span {
	best := span{at, at}
	o, _ := p.outline()
	for _, s := range o.values {
		if s.from <= at && at < s.to && (best.to == at || s.to-s.from < best.to-best.from) {
			best = s
		}
	}
	if best.from < at {
		best.from = at
	}
	return best
}

// addUnknown adds an option that does not exist. The message names the option
// that was probably meant, or the table that the option belongs in.
func (p *problems) addUnknown(e *toml.DecodeError) {
	key := e.Key()
	name := key[len(key)-1]
	at := p.offset(e)
	where := span{at, at + len(name)}
	topNames := namesOf(reflect.TypeFor[Config]())
	feedOptionNames := namesOf(reflect.TypeFor[FeedOptions]())
	feedNames := namesOf(reflect.TypeFor[Feed]())
	hereNames := topNames
	if len(key) > 1 {
		hereNames = nil
		if t, ok := typeAt(key[:len(key)-1]); ok {
			hereNames = namesOf(t)
		}
	}
	switch hint := nearest(name, hereNames); {
	case len(key) > 1 && slices.Contains(topNames, name):
		p.add(where, "%q is not an option of [%s]; move it to the top of the file, above the first [table]", name, key[0])
	case slices.Contains(feedOptionNames, name):
		p.add(where, "%q is not an option here; move it to [defaults] or to a [[feeds]] table", name)
	case slices.Contains(feedNames, name) && (len(key) == 1 || key[0] == "defaults"):
		p.add(where, "%q is not an option here; move it to the [[feeds]] table of the feed that it is for", name)
	case hint != "":
		p.add(where, "unknown option %q; did you mean %q?", name, hint)
	default:
		p.add(where, "unknown option %q; the options here are %s", name, strings.Join(hereNames, ", "))
	}
}

// decodeMessage returns a decoding error as a user message.
func decodeMessage(e *toml.DecodeError) string {
	message := strings.TrimPrefix(e.Error(), "toml: ")
	key := e.Key()
	if !strings.HasPrefix(message, "cannot ") || len(key) == 0 {
		return message
	}
	t, ok := typeAt(key)
	if !ok {
		return message
	}
	return fmt.Sprintf("%s must be %s", key[len(key)-1], validValues(t))
}

// validValues describes the values that an option of a type can have.
func validValues(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return `a time span such as "30m", "6h" or "1d"`
	case t == reflect.TypeFor[Interval]():
		return `a time span such as "30m", "6h" or "1d", or "auto"`
	case t == reflect.TypeFor[Command]():
		return `a list of strings such as ["firefox", "%u"], or one string`
	case t == reflect.TypeFor[Color]():
		return `a colour: a name such as "red" or "bright blue", a number from 0 to 255, or "#rrggbb"`
	case t == reflect.TypeFor[List]():
		return `a list of strings such as ["one", "two"], or one string`
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.String:
		return `a string, in quotation marks`
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "tables that begin with [[…]]"
		}
		return `a list of strings such as ["world", "science"]`
	case reflect.Map:
		return "a table whose values are strings"
	default:
		return "a table of options"
	}
}

// typeAt returns the type of the option with a dotted key, whose names may be in
// another case. The key has no array indexes.
func typeAt(key []string) (reflect.Type, bool) {
	t := reflect.TypeFor[Config]()
	for _, name := range key {
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Map:
			t = withoutPointers(t.Elem())
		case reflect.Struct:
			options := optionsOf(t)
			i := slices.IndexFunc(options, func(o option) bool { return strings.EqualFold(o.name, name) })
			if i < 0 {
				return nil, false
			}
			t = withoutPointers(options[i].field.Type)
		default:
			return nil, false
		}
	}
	return t, true
}

// namesOf returns the names of the options of a struct, or of a slice's structs.
func namesOf(t reflect.Type) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, o := range optionsOf(t) {
		names = append(names, o.name)
	}
	return names
}
