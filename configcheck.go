package main

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dateline/feed/query"
	"dateline/ui"
)

// check notes what the decoder can't know: words and numbers out of range,
// addresses that are none, feeds given twice, queries that can't be read.
func (p *problems) check(c *Config) {
	p.checkOptions(limitedOf(reflect.TypeFor[Config]()), reflect.ValueOf(*c))
	p.checkFeedOptions(c.Defaults, "defaults")
	p.checkFeeds(c.Feeds)
	for i, q := range c.Queries {
		p.checkQuery(q, i)
	}
	p.checkRules(c.Rules)
	p.checkKeys(c)
}

// limited is an option whose value the decoder lets pass unseen.
type limited struct {
	option
	// words are those allowed, nil for any.
	words []string
	// low and high bound a number.
	low, high int64
	textList  bool
}

// limitedOf lists the options of a struct that have limits: a thousand feeds are
// held against each of them.
func limitedOf(t reflect.Type) []limited {
	var list []limited
	for _, o := range optionsOf(t) {
		l := limited{option: o, words: strings.Fields(o.field.Tag.Get("oneof")), low: math.MinInt64, high: math.MaxInt64, textList: isTextList(o.field.Type)}
		if low, err := strconv.ParseInt(o.field.Tag.Get("min"), 10, 64); err == nil {
			l.low = low
		}
		if high, err := strconv.ParseInt(o.field.Tag.Get("max"), 10, 64); err == nil {
			l.high = high
		}
		if len(l.words) > 0 || l.textList || l.low > math.MinInt64 || l.high < math.MaxInt64 {
			list = append(list, l)
		}
	}
	return list
}

// checkOptions holds a struct against the limits of its options. Places are
// looked up for mistakes only.
func (p *problems) checkOptions(options []limited, v reflect.Value, path ...any) {
	for _, opt := range options {
		value := reflect.Indirect(v.FieldByIndex(opt.field.Index))
		if !value.IsValid() {
			continue
		}
		at := func() span { return p.place(append(slices.Clone(path), opt.name)...) }
		// The decoder hands a number or a truth value over as text.
		if opt.textList && !value.IsNil() && !strings.ContainsRune(`"'[`, rune(p.doc[at().from])) {
			p.add(at(), "%s must be %s", opt.name, want(value.Type()))
		}
		if len(opt.words) > 0 && !slices.Contains(opt.words, value.String()) {
			hint := ""
			if near := nearest(value.String(), opt.words); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			p.add(at(), `%s must be "%s"%s`, opt.name, strings.Join(opt.words, `" or "`), hint)
		}
		if value.Kind() != reflect.Int {
			continue
		}
		if value.Int() < opt.low {
			p.add(at(), "%s must be at least %d", opt.name, opt.low)
		}
		if value.Int() > opt.high {
			p.add(at(), "%s must be at most %d", opt.name, opt.high)
		}
	}
}

// isTextList says whether t is a list that can be written as one string.
func isTextList(t reflect.Type) bool {
	return t == reflect.TypeFor[Command]() || t == reflect.TypeFor[List]()
}

func (p *problems) checkQuery(q QueryConfig, i int) {
	if strings.TrimSpace(q.Name) == "" {
		p.add(p.place("queries", i, "name"), "a saved query needs a name")
	}
	p.checkQueryText(q.Query, "queries", i, "query")
}

// checkQueryText notes what is wrong with a query that stands at a place.
func (p *problems) checkQueryText(text string, path ...any) {
	_, err := query.Parse(text)
	if err == nil {
		return
	}
	at := p.place(path...)
	var wrong *query.Error
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

func (p *problems) checkKeys(c *Config) {
	for key, value := range c.Keys {
		actions, ok := actionsOf(value)
		if !ok {
			p.add(p.place("keys", key), `%q must be an action, a list of actions, or false`, key)
		} else if err := ui.CheckKeys("", map[string][]string{key: actions}); err != nil {
			p.add(p.place("keys", key), "%v", err)
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
