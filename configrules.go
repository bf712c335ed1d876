package main

import (
	"reflect"

	"dateline/feed/query"
	"dateline/feed/text"
)

// checkRules notes the rules that could not be carried out or not be told apart.
func (p *problems) checkRules(rules []RuleConfig) {
	options := limitedOf(reflect.TypeFor[RuleConfig]())
	seen := map[string]bool{}
	for i := range rules {
		r, before := &rules[i], len(p.list)
		r.Name = text.Clean(r.Name)
		switch {
		case r.Name == "":
			p.add(p.place("rules", i, "name"), "a rule needs a name, by which a hidden item can say what hid it")
		case seen[r.Name]:
			p.add(p.place("rules", i, "name"), "there is a rule %q already; give this one another name", r.Name)
		}
		seen[r.Name] = true
		p.checkQueryText(r.Query, "rules", i, "query")
		if !r.Hide && !r.Read && !r.Star && !r.Notify && len(r.Labels) == 0 {
			p.add(p.place("rules", i), "the rule does nothing; give it hide, read, star or notify = true, or labels")
		}
		p.checkOptions(options, reflect.ValueOf(*r), "rules", i)
		for n, label := range r.Labels {
			if r.Labels[n] = text.Clean(label); r.Labels[n] == "" {
				p.add(p.place("rules", i, "labels", n), "a label must not be empty")
			}
		}
		if _, err := endOf(r.Until); err != nil {
			p.add(p.place("rules", i, "until"), "%v", err)
		}
		if len(p.list) > before {
			continue
		}
		rule, err := r.rule()
		if err == nil {
			err = query.Check(rule)
		}
		if err != nil {
			p.add(p.place("rules", i, "query"), "%v", err)
		}
	}
}
