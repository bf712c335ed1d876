package config

import (
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"dateline/feed/query"
	"dateline/feed/text"
)

// checkRules adds the mistakes in [[rules]] tables to the list of problems, and cleans names and labels.
func (p *problems) checkRules(rules []Rule) {
	options := limitedOptions(reflect.TypeFor[Rule]())
	seen := map[string]bool{}
	for i := range rules {
		r, before := &rules[i], len(p.list)
		r.Name = text.Clean(r.Name)
		switch {
		case r.Name == "":
			p.add(p.locate("rules", i, "name"), "a rule needs a name; items that it hides show it; add name = \"…\"")
		case seen[r.Name]:
			p.add(p.locate("rules", i, "name"), "there is already a rule %q; use another name", r.Name)
		}
		seen[r.Name] = true
		p.checkQueryText(r.Query, "rules", i, "query")
		if !r.Hide && !r.Read && !r.Star && !r.Notify && len(r.Labels) == 0 {
			p.add(p.locate("rules", i), "the rule does nothing; add hide, read, star or notify = true, or labels")
		}
		p.checkOptions(options, reflect.ValueOf(*r), "rules", i)
		for n, label := range r.Labels {
			if r.Labels[n] = text.Clean(label); r.Labels[n] == "" {
				p.add(p.locate("rules", i, "labels", n), "a label must not be empty; remove it")
			}
		}
		if _, err := endOf(r.Until); err != nil {
			p.add(p.locate("rules", i, "until"), "%v", err)
		}
		if len(p.list) > before {
			continue
		}
		rule, err := r.rule()
		if err == nil {
			err = query.Check(rule)
		}
		if err != nil {
			p.add(p.locate("rules", i, "query"), "%v", err)
		}
	}
}

// ParsedRules returns the parsed [[rules]] tables, including expired rules. A rule with
// a mistake is left out.
func (c Config) ParsedRules() []query.Rule {
	var rules []query.Rule
	for _, r := range c.Rules {
		if rule, err := r.rule(); err == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

func (r Rule) rule() (query.Rule, error) {
	q, err := query.Parse(r.Query)
	if err != nil {
		return query.Rule{}, err
	}
	until, err := endOf(r.Until)
	return query.Rule{
		Name: r.Name, Query: q,
		Hide: r.Hide, Read: r.Read, Star: r.Star, Labels: r.Labels, Notify: r.Notify,
		Until: until,
	}, err
}

var errNoDate = errors.New("until must be a date such as 2026-12-31")

// endOf returns the time at which a rule ends. value is a day, as a TOML date or a
// string, or a TOML date with a time. For a day the rule ends with that day. The
// time is zero if value is nil.
func endOf(value any) (time.Time, error) {
	switch v := value.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return v, nil
	case toml.LocalDateTime:
		return v.AsTime(time.Local), nil
	case toml.LocalDate:
		return v.AsTime(time.Local).AddDate(0, 0, 1), nil
	case string:
		day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(v), time.Local)
		if err != nil {
			return time.Time{}, errNoDate
		}
		return day.AddDate(0, 0, 1), nil
	}
	return time.Time{}, errNoDate
}
