package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// check adds the mistakes that the decoder does not find: words and numbers out of
// range, invalid addresses, duplicate feeds, invalid queries and others.
func (p *problems) check(c *Config) {
	p.checkOptions(limitedOptions(reflect.TypeFor[Config]()), reflect.ValueOf(*c))
	p.checkFeedOptions(c.Defaults, "defaults")
	p.checkFeeds(c.Feeds)
	p.checkQueries(c.Queries)
	p.checkRules(c.Rules)
	p.checkAccounts(c.AccountTables)
	p.checkSync(c.Sync)
	p.checkKeys(c)
	p.checkTheme(c)
	p.checkColors(c)
	p.checkCommands(c)
}

// limitedOption is an option whose values are limited in a way that the decoder does not
// check.
type limitedOption struct {
	option
	// words are the allowed words, nil if every word is.
	words []string
	// low and high are the bounds of a number.
	low, high int64
	// textList is true for a list that can be written as one string.
	textList bool
}

// limitedOptions returns the limited options of a struct. It is called once for all
// feeds, since reading the tags takes time.
func limitedOptions(t reflect.Type) []limitedOption {
	var list []limitedOption
	for _, o := range optionsOf(t) {
		l := limitedOption{option: o, words: strings.Fields(o.field.Tag.Get("oneof")), low: math.MinInt64, high: math.MaxInt64, textList: isTextList(o.field.Type)}
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

// checkOptions adds the values of a struct that are out of the limits of its options.
// path leads to the struct's table.
func (p *problems) checkOptions(options []limitedOption, v reflect.Value, path ...any) {
	for _, opt := range options {
		value := reflect.Indirect(v.FieldByIndex(opt.field.Index))
		if !value.IsValid() {
			continue
		}
		at := func() span { return p.locate(append(slices.Clone(path), opt.name)...) }
		// The decoder accepts a number or a boolean as text.
		if opt.textList && !value.IsNil() && !strings.ContainsRune(`"'[`, rune(p.doc[at().from])) {
			p.add(at(), "%s must be %s", opt.name, validValues(value.Type()))
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

// isTextList reports whether t is a list that can be written as one string.
func isTextList(t reflect.Type) bool {
	return t == reflect.TypeFor[Command]() || t == reflect.TypeFor[List]()
}
