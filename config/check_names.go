package config

import (
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// checkNames adds the names of options and tables that differ from the real name only
// in case. TOML is case-sensitive (https://toml.io/en/v1.0.0#keys), but the decoder
// takes Url for url. The outline of a document does not, so neither the place of a
// mistake nor an edit would find such a value. checkNames reports whether there are no
// such names.
func (p *problems) checkNames() bool {
	n := nameChecker{problems: p, known: map[reflect.Type]map[string]reflect.Type{}}
	before := len(p.list)
	top := reflect.TypeFor[Config]()
	table := top
	var parser unstable.Parser
	parser.Reset(p.doc)
	for parser.NextExpression() {
		e := parser.Expression()
		if e.Kind == unstable.KeyValue {
			n.checkPair(table, e)
			continue
		}
		table = n.checkKey(top, e)
	}
	return len(p.list) == before
}

// nameChecker checks the names of one document.
type nameChecker struct {
	*problems
	// known maps a struct to the types of its options by their names.
	known map[reflect.Type]map[string]reflect.Type
}

// checkPair checks the names in a key with its value. t is the type of the table around
// it, nil if the table has no fixed names.
func (n nameChecker) checkPair(t reflect.Type, pair *unstable.Node) {
	n.checkValue(n.checkKey(t, pair), pair.Value())
}

// checkValue checks the names in the inline tables of a value of type t.
func (n nameChecker) checkValue(t reflect.Type, value *unstable.Node) {
	if t == nil || value.Kind != unstable.Array && value.Kind != unstable.InlineTable {
		return
	}
	for it := value.Children(); it.Next(); {
		if child := it.Node(); child.Kind == unstable.KeyValue {
			n.checkPair(t, child)
		} else {
			n.checkValue(t, child)
		}
	}
}

// checkKey checks the parts of a key or of a header below a table of type t. It returns
// the type of what the key names, nil if that has no fixed names.
func (n nameChecker) checkKey(t reflect.Type, e *unstable.Node) reflect.Type {
	for it := e.Key(); it.Next(); {
		if t != nil && t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t == nil || t.Kind() != reflect.Struct {
			return nil
		}
		names := n.namesIn(t)
		name := string(it.Node().Data)
		next, ok := names[name]
		if !ok {
			n.addMisspelled(names, name, spanOf(it.Node().Raw))
			return nil
		}
		t = next
	}
	return t
}

// addMisspelled adds a name if it differs from a real name only in case. The decoder
// has added other unknown names.
func (n nameChecker) addMisspelled(names map[string]reflect.Type, name string, at span) {
	for real := range names {
		if strings.EqualFold(real, name) {
			n.add(at, "unknown option %q; did you mean %q?", name, real)
			return
		}
	}
}

// namesIn returns the types of the options of a struct by their names. The type is
// without pointers.
func (n nameChecker) namesIn(t reflect.Type) map[string]reflect.Type {
	names, ok := n.known[t]
	if !ok {
		names = map[string]reflect.Type{}
		for _, o := range optionsOf(t) {
			names[o.name] = withoutPointers(o.field.Type)
		}
		n.known[t] = names
	}
	return names
}
