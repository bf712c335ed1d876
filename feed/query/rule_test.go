package query

import (
	"strings"
	"testing"
	"time"
)

// TestCheckRule checks that a useless rule gives an error that says what to do, and that a
// useful rule gives none.
func TestCheckRule(t *testing.T) {
	rule := func(query string, change func(*Rule)) Rule {
		q, err := Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		r := Rule{Name: "ads", Query: q, Hide: true}
		if change != nil {
			change(&r)
		}
		return r
	}
	for _, query := range []string{"title:ad", "is:unread ad", "-label:x ad", "is:new", "has:image or is:starred", "feed:lwn has:enclosure since:2d"} {
		if err := Check(rule(query, nil)); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	for want, r := range map[string]Rule{
		"has no name":        rule("ad", func(r *Rule) { r.Name = "" }),
		"use plain text":     rule("ad", func(r *Rule) { r.Name = "a\x1bb" }),
		"has no query":       rule("", nil),
		"limit: or sort:":    rule("ad limit:3", nil),
		"does nothing":       rule("ad", func(r *Rule) { r.Hide = false }),
		"a label that is":    rule("ad", func(r *Rule) { r.Labels = []string{"x", ""} }),
		"asks for a label":   rule("ad label:x", nil),
		"asks for is:read":   rule("is:read", nil),
		"asks for has:fullt": rule("ad has:fulltext", nil),
	} {
		err := Check(r)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestRuleEnds checks that a rule applies until its end, or forever if it has none.
func TestRuleEnds(t *testing.T) {
	end := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	r := Rule{Until: end}
	if !r.Active(end.Add(-1)) || r.Active(end) || !(Rule{}).Active(end) {
		t.Error("a rule ends at the wrong time")
	}
}
