package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dateline/feed"
	"dateline/ui"
)

// check notes what the decoder can't know: words and numbers out of range,
// addresses that are none, feeds given twice, queries that can't be read.
func (p *problems) check(c *Config, o outline) {
	p.checkOptions(optionsOf(reflect.TypeFor[Config]()), reflect.ValueOf(*c), o)
	p.checkFeedOptions(c.Defaults, o, "defaults")
	p.checkFeeds(c.Feeds, o)
	for i, q := range c.Queries {
		p.checkQuery(q, o, i)
	}
	p.checkRules(c.Rules, o)
	p.checkKeys(c, o)
}

// checkOptions holds every option of a struct against its tags. Places are
// looked up for mistakes only: a thousand feeds have many options and few of
// those.
func (p *problems) checkOptions(options []option, v reflect.Value, o outline, path ...any) {
	for _, opt := range options {
		at := func() span { return o.place(append(slices.Clone(path), opt.name)...) }
		value := reflect.Indirect(v.FieldByIndex(opt.field.Index))
		if !value.IsValid() {
			continue
		}
		// The decoder hands a number or a truth value over as text.
		if isTextList(value.Type()) && !value.IsNil() && !strings.ContainsRune(`"'[`, rune(p.doc[at().from])) {
			p.add(at(), "%s must be %s", opt.name, want(value.Type()))
		}
		if words := strings.Fields(opt.field.Tag.Get("oneof")); len(words) > 0 && !slices.Contains(words, value.String()) {
			hint := ""
			if near := nearest(value.String(), words); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			p.add(at(), `%s must be "%s"%s`, opt.name, strings.Join(words, `" or "`), hint)
		}
		if value.Kind() != reflect.Int {
			continue
		}
		if low, err := strconv.ParseInt(opt.field.Tag.Get("min"), 10, 64); err == nil && value.Int() < low {
			p.add(at(), "%s must be at least %d", opt.name, low)
		}
		if high, err := strconv.ParseInt(opt.field.Tag.Get("max"), 10, 64); err == nil && value.Int() > high {
			p.add(at(), "%s must be at most %d", opt.name, high)
		}
	}
}

// isTextList says whether t is a list that can be written as one string.
func isTextList(t reflect.Type) bool {
	return t == reflect.TypeFor[Command]() || t == reflect.TypeFor[List]()
}

func (p *problems) checkQuery(q QueryConfig, o outline, i int) {
	if strings.TrimSpace(q.Name) == "" {
		p.add(o.place("queries", i, "name"), "a saved query needs a name")
	}
	p.checkQueryText(q.Query, o.place("queries", i, "query"))
}

// checkQueryText notes what is wrong with a query that stands at a place.
func (p *problems) checkQueryText(text string, at span) {
	_, err := feed.ParseQuery(text)
	if err == nil {
		return
	}
	var wrong *feed.QueryError
	if !errors.As(err, &wrong) {
		p.add(at, "%v", err)
		return
	}
	p.add(inString(p.doc, at, wrong.Column), "in the query: %s", wrong.Msg)
}

// inString is the place of a column of a string's value: exact in a string
// without escapes, else the string as a whole.
func inString(doc []byte, at span, column int) span {
	raw := string(doc[at.from:at.to])
	if len(raw) < 2 || strings.Contains(raw, `\`) || strings.HasPrefix(raw, `"""`) || strings.HasPrefix(raw, "'''") {
		return at
	}
	inner := []rune(raw[1 : len(raw)-1])
	before := len(string(inner[:min(max(column-1, 0), len(inner))]))
	return span{at.from + 1 + before, at.to - 1}
}

func (p *problems) checkKeys(c *Config, o outline) {
	for key, value := range c.Keys {
		at := o.place("keys", key)
		actions, ok := actionsOf(value)
		if !ok {
			p.add(at, `%q must be an action, a list of actions, or false`, key)
		} else if err := ui.CheckKeys("", map[string][]string{key: actions}); err != nil {
			p.add(at, "%v", err)
		}
	}
}

// bindings are the actions of each key in [keys]; no actions means that the
// key is taken away.
func (c Config) bindings() map[string][]string {
	m := make(map[string][]string, len(c.Keys))
	for key, value := range c.Keys {
		m[key], _ = actionsOf(value)
	}
	return m
}

func actionsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case bool:
		return nil, !v
	case string:
		return []string{v}, v != ""
	case []any:
		var actions []string
		for _, a := range v {
			s, ok := a.(string)
			if !ok || s == "" {
				return nil, false
			}
			actions = append(actions, s)
		}
		return actions, len(actions) > 0
	}
	return nil, false
}
