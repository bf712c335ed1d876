package main

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
	"dateline/ui"
)

// check notes what the decoder can't know: words and numbers out of range,
// addresses that are none, feeds given twice, queries that can't be read.
func (p *problems) check(c *Config, o outline) {
	p.checkOptions(optionsOf(reflect.TypeFor[Config]()), reflect.ValueOf(*c), o)
	if at := o.place("browser"); at.to > 0 && !strings.ContainsRune(`"'[`, rune(p.doc[at.from])) {
		p.add(at, "browser must be %s", want(reflect.TypeFor[Command]()))
	}
	options := optionsOf(reflect.TypeFor[FeedOptions]())
	p.checkFeedOptions(options, c.Defaults, o, "defaults")
	seen := map[string]bool{}
	for i := range c.Feeds {
		f := &c.Feeds[i]
		f.URL = strings.TrimSpace(f.URL)
		f.Name = feed.Clean(f.Name)
		p.checkFeedOptions(options, f.FeedOptions, o, "feeds", i)
		if err := checkFeedURL(f.URL); err != nil {
			p.add(o.place("feeds", i, "url"), "%v", err)
		} else if seen[f.URL] {
			p.add(o.place("feeds", i, "url"), "the feed %s is here already; take one of the two away", f.URL)
		}
		seen[f.URL] = true
		for n, tag := range f.Tags {
			if f.Tags[n] = feed.Clean(tag); f.Tags[n] == "" {
				p.add(o.place("feeds", i, "tags", n), "a tag must not be empty")
			}
		}
	}
	for i, q := range c.Queries {
		p.checkQuery(q, o, i)
	}
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

func (p *problems) checkFeedOptions(options []option, f FeedOptions, o outline, path ...any) {
	p.checkOptions(options, reflect.ValueOf(f), o, path...)
	for name, d := range map[string]*Duration{"interval": f.Interval, "timeout": f.Timeout} {
		at := func() span { return o.place(append(slices.Clone(path), name)...) }
		switch {
		case d == nil:
		case d.err != nil:
			p.add(at(), "%s: %v", name, d.err)
		case d.Duration < time.Second:
			p.add(at(), `%s must be at least "1s"`, name)
		}
	}
	if !isHeaderValue(valueOf(f.UserAgent)) {
		p.add(o.place(append(slices.Clone(path), "user_agent")...), "user_agent can't be sent: it has to be one line without control characters")
	}
	for name, value := range f.Headers {
		if !isToken(name) || !isHeaderValue(value) {
			p.add(o.place(append(slices.Clone(path), "headers", name)...), "%q is not a header that can be sent: a name has letters, digits and dashes, a value is one line", name)
		}
	}
}

// isToken says whether s can name a header (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// isHeaderValue says whether s is one line that a header can have as its value.
func isHeaderValue(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// checkFeedURL says what keeps s from being a feed's address.
func checkFeedURL(s string) error {
	if s == "" {
		return errors.New("a feed needs its address: url = \"https://…\"")
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("%q is not an address that can be read; copy it again from the feed's page", s)
	case s == guideURL:
		return nil
	case u.Scheme == "builtin":
		return fmt.Errorf("there is no built-in feed %q; the only one is %s", s, guideURL)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("%q is not a feed's address; it must begin with https:// or http://, followed by a host", s)
	}
	return nil
}

func (p *problems) checkQuery(q QueryConfig, o outline, i int) {
	if strings.TrimSpace(q.Name) == "" {
		p.add(o.place("queries", i, "name"), "a saved query needs a name")
	}
	at := o.place("queries", i, "query")
	_, err := feed.ParseQuery(q.Query)
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
