package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// addUnknown notes an option that does not exist, with the one that was
// probably meant, or the table it belongs in.
func (p *problems) addUnknown(e *toml.DecodeError) {
	key := e.Key()
	name := key[len(key)-1]
	at := p.offset(e)
	where := span{at, at + len(name)}
	top := namesOf(reflect.TypeFor[Config]())
	per := namesOf(reflect.TypeFor[FeedOptions]())
	own := namesOf(reflect.TypeFor[FeedConfig]())
	here := top
	if len(key) > 1 {
		here = nil
		if t, ok := typeAt(key[:len(key)-1]); ok {
			here = namesOf(t)
		}
	}
	switch hint := nearest(name, here); {
	case len(key) > 1 && slices.Contains(top, name):
		p.add(where, "%q is no option of [%s]; it stands at the top of the file, above the first [table]", name, key[0])
	case slices.Contains(per, name):
		p.add(where, "%q is no option here; it belongs in [defaults] or in a [[feeds]] table", name)
	case slices.Contains(own, name) && (len(key) == 1 || key[0] == "defaults"):
		p.add(where, "%q is no option here; it belongs in a [[feeds]] table, so that only that feed's server has to do with it", name)
	case hint != "":
		p.add(where, "unknown option %q; did you mean %q?", name, hint)
	default:
		p.add(where, "unknown option %q; known here are %s", name, strings.Join(here, ", "))
	}
}

// decodeMessage says in the reader's words what a decoding error is about.
func decodeMessage(e *toml.DecodeError) string {
	text := strings.TrimPrefix(e.Error(), "toml: ")
	key := e.Key()
	if !strings.HasPrefix(text, "cannot ") || len(key) == 0 {
		return text
	}
	t, ok := typeAt(key)
	if !ok {
		return text
	}
	return fmt.Sprintf("%s must be %s", key[len(key)-1], want(t))
}

// want describes the values of a type.
func want(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return `a time span such as "30m", "6h" or "1d"`
	case t == reflect.TypeFor[Interval]():
		return `a time span such as "30m", "6h" or "1d", or "auto"`
	case t == reflect.TypeFor[Command]():
		return `a list of strings such as ["firefox", "%u"], or one string`
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
			return "tables, each headed [[…]]"
		}
		return `a list of strings such as ["world", "science"]`
	case reflect.Map:
		return "a table whose values are strings"
	default:
		return "a table of options"
	}
}

// typeAt is the type of the option that a key without array numbers leads to.
func typeAt(key []string) (reflect.Type, bool) {
	t := reflect.TypeFor[Config]()
	for _, name := range key {
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Map:
			t = elem(t.Elem())
		case reflect.Struct:
			options := optionsOf(t)
			i := slices.IndexFunc(options, func(o option) bool { return o.name == name })
			if i < 0 {
				return nil, false
			}
			t = elem(options[i].field.Type)
		default:
			return nil, false
		}
	}
	return t, true
}

// namesOf lists the options of a struct, or of the structs in a slice.
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
