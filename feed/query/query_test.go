package query

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// shape returns a query's tree as a text that shows all of its parts.
func shape(q Query) string {
	var write func(n *Node) string
	write = func(n *Node) string {
		if n == nil {
			return "all"
		}
		if n.Op == Leaf {
			t := n.Term
			s := string(t.Field) + "|" + t.Text + string(t.Is) + string(t.Has) + t.When.String()
			if t.Phrase {
				s += "!"
			}
			return s
		}
		kids := make([]string, len(n.Kids))
		for i, k := range n.Kids {
			kids[i] = write(k)
		}
		return [...]string{And: "and", Or: "or", Not: "not"}[n.Op] + "(" + strings.Join(kids, ", ") + ")"
	}
	return write(q.Root)
}

// queryReading is a test case: a query, its meaning as [shape] returns it, and how it
// prints. If print is empty, the query prints as it was typed.
type queryReading struct{ in, want, print string }

// TestParseQuery checks how adjacent terms, alternatives, negations and groups nest.
func TestParseQuery(t *testing.T) {
	checkReadings(t, []queryReading{
		{"", "all", ""},
		{"  \t ", "all", ""},
		{"word", "|word", ""},
		{`"a phrase"`, "|a phrase!", ""},
		{`"quo\"te and back\\slash \n"`, `|quo"te and back\slash n!`, `"quo\"te and back\\slash n"`},
		{"is:unread tag:world since:2d", "and(is|unread, tag|world, since|2d)", ""},
		{`"grain deal" -feed:lwn`, "and(|grain deal!, not(feed|lwn))", ""},
		{"(author:smith or title:budget) has:enclosure", "and(or(author|smith, title|budget), has|enclosure)", ""},
		{"a OR b or c", "or(|a, |b, |c)", "a or b or c"},
		{"a b or c d", "or(and(|a, |b), and(|c, |d))", ""},
		{"(a b) c", "and(|a, |b, |c)", "a b c"},
		{"((a))", "|a", "a"},
		{"-(a b)", "not(and(|a, |b))", ""},
		{"-(a or b) c", "and(not(or(|a, |b)), |c)", ""},
		{"--a", "not(not(|a))", ""},
		{"-(-a)", "not(not(|a))", "--a"},
		{"-(-(a b))", "not(not(and(|a, |b)))", "--(a b)"},
		{"a-b c++ node.js", "and(|a-b, |c++, |node.js)", ""},
		{"a,b tag:x,y", "and(|a,b, tag|x,y)", ""},
	})
}

// TestForeignSigns checks that signs of other query languages mean what they mean there, and
// that words which only contain such signs stay words.
func TestForeignSigns(t *testing.T) {
	checkReadings(t, []queryReading{
		{"!shorts", "not(|shorts)", "-shorts"},
		{"film !shorts", "and(|film, not(|shorts))", "film -shorts"},
		{`!"a b" !is:unread !(a or b) ！x ¬x`, "and(not(|a b!), not(is|unread), not(or(|a, |b)), not(|x), not(|x))",
			`-"a b" -is:unread -(a or b) -x -x`},
		{"!!a !-a -!a", "and(not(not(|a)), not(not(|a)), not(not(|a)))", "--a --a --a"},
		{"film NOT shorts", "and(|film, not(|shorts))", "film -shorts"},
		{"NOT is:read NOT (a b) NOT NOT c", "and(not(is|read), not(and(|a, |b)), not(not(|c)))", "-is:read -(a b) --c"},
		{"NOT(a) AND(b)", "and(not(|a), |b)", "-a b"},
		{"long AND film", "and(|long, |film)", "long film"},
		{"a AND NOT b OR c", "or(and(|a, not(|b)), |c)", "a -b or c"},
		{"(a AND b) && c", "and(|a, |b, |c)", "a b c"},
		{"sort:title AND a", "|a", "a sort:title"},
		{"film | shorts", "or(|film, |shorts)", "film or shorts"},
		{"a || b |c| d", "or(|a, |b, |c, |d)", "a or b or c or d"},
		{"(a)|(b) tag:x | tag:y", "or(|a, and(|b, tag|x), tag|y)", "a or b tag:x or tag:y"},
		{"–shorts —shorts −is:read ‐a －b", "and(not(|shorts), not(|shorts), not(is|read), not(|a), not(|b))", "-shorts -shorts -is:read -a -b"},
		{"rock & roll", "and(|rock, |roll)", "rock roll"},
		{"wow! R&D AT&T wow!! a!b text!! &c", "and(|wow!, |R&D, |AT&T, |wow!!, |a!b, |text!!, |&c)", ""},
		{"not this and that Not And", "and(|not, |this, |and, |that, |Not, |And)", ""},
		{"a–b c~ 2<3 a=b <3 k≥2", "and(|a–b, |c~, |2<3, |a=b, |<3, |k≥2)", ""},
		{`"!a" "NOT" "a | b" "&&" tag:"!x" tag:"a|b" "~a" "=" "tag=x"`,
			"and(|!a!, |NOT!, |a | b!, |&&!, tag|!x, tag|a|b, |~a!, |=!, |tag=x!)", ""},
		{"https://x.example/?a=b&c=d link:?a=1&b=2 link:-x", "and(|https://x.example/?a=b&c=d, link|?a=1&b=2, link|-x)", ""},
	})
}

// TestForeignSignErrors checks that a sign which has no meaning is refused at its column, and
// that the message says how to write it.
func TestForeignSignErrors(t *testing.T) {
	checkErrors(t, []queryMistake{
		{"is:!unread", 4, "write -is:unread"},
		{"a tag:!world", 7, "write -tag:world"},
		{"title:!!x", 7, "write -title:x"},
		{"title:~x", 7, "write -title:x"},
		{"since:!2d", 7, "write -since:2d"},
		{"! shorts", 1, "! needs a term right after it"},
		{"film !", 6, "! needs a term right after it"},
		{"(!)", 2, "right after it"},
		{"a – b", 3, "– needs a term right after it"},
		{"~shorts", 1, "-word leaves out"},
		{"a ~ b", 3, "-word leaves out"},
		{"title !~ x", 7, "-word leaves out"},
		{`title != "x"`, 7, "-word leaves out"},
		{"unread = yes", 8, "write a field with a colon"},
		{"a =~ b", 3, "write a field with a colon"},
		{"age < 7", 5, "write a field with a colon"},
		{"tag!=world", 4, "write -tag:world"},
		{"a feed!~lwn", 7, "write -feed:lwn"},
		{"Tag=world", 4, "write tag:world"},
		{"is==read", 3, "write is:read"},
		{`title="x"`, 6, "write title:"},
		{"film|shorts", 5, `"|" needs spaces round it`},
		{"tag:a|b", 6, "as in tag:a | tag:b"},
		{"tag:a||b", 6, `"||" needs spaces round it`},
		{`"a"|"b"`, 4, "needs spaces round it"},
		{"a&&b", 2, "needs spaces round it"},
		{"tag:a&&b", 6, "needs spaces round it"},
		{"film |", 6, `"|" needs a term on both sides`},
		{"| film", 1, `"|" needs a term on both sides`},
		{"a |", 3, "on both sides"},
		{"a || || b", 3, "on both sides"},
		{"AND a", 1, `"AND" needs a term on both sides`},
		{"a AND", 3, `"AND" needs a term on both sides`},
		{"a AND AND b", 7, "on both sides"},
		{"a && OR b", 3, "on both sides"},
		{"a OR AND b", 6, "on both sides"},
		{"(a &&) b", 4, "on both sides"},
		{"-AND", 2, "on both sides"},
		{"a NOT", 3, `"NOT" needs a term after it`},
		{"NOT OR a", 1, `"NOT" needs a term after it`},
		{"(NOT)", 2, `"NOT" needs a term after it`},
		{"NOT limit:3", 5, "applies to the whole query"},
		{strings.Repeat("!", 200) + "a", 102, "nested too deeply"},
		{strings.Repeat("NOT ", 200) + "a", 405, "nested too deeply"},
	})
}

// TestParseQueryFields checks the values that each field accepts.
func TestParseQueryFields(t *testing.T) {
	checkReadings(t, []queryReading{
		{`feed:"The Go Blog" tag:"a b" label:later`, "and(feed|The Go Blog, tag|a b, label|later)", ""},
		{`feed:=https://x.org/a?b=c,d link:/2026/`, "and(feed:=|https://x.org/a?b=c,d, link|/2026/)", ""},
		{`feed:="https://x.org/(a)"`, "feed:=|https://x.org/(a)", ""},
		{`feed:"=odd"`, "feed|=odd", ""},
		{`account:Home account:"my server" -account:""`, "and(account|Home, account|my server, not(account|))", ""},
		{`title:"one two" title:one text:x`, "and(title|one two!, title|one, text|x)", ""},
		{`title:or author:-x`, "and(title|or, author|-x)", ""},
		{`"or" "-x" "title:y"`, "and(|or!, |-x!, |title:y!)", ""},
		{"TITLE:Go IS:Unread HAS:Image", "and(title|Go, is|unread, has|image)", "title:Go is:unread has:image"},
		{"has:enclosures has:images has:comment has:fulltexts", "and(has|enclosure, has|image, has|comments, has|fulltext)",
			"has:enclosure has:image has:comments has:fulltext"},
		{"is:labeled is:labelled", "and(is|labelled, is|labelled)", "is:labelled is:labelled"},
		{"since:Mon before:TODAY since:2026-11-23 since:yesterday", "and(since|monday, before|today, since|2026-11-23, since|yesterday)",
			"since:monday before:today since:2026-11-23 since:yesterday"},
		{"since:45m since:6h since:3w since:1MO since:1y", "and(since|45m, since|6h, since|3w, since|1mo, since|1y)",
			"since:45m since:6h since:3w since:1mo since:1y"},
		{"https://x.org/a", "|https://x.org/a", ""},
		{"Ukraine: news", "and(|Ukraine:, |news)", ""},
		{"10:30 ::", "and(|10:30, |::)", ""},
		{`foo"bar"(baz)`, "and(|foo, |bar!, |baz)", `foo "bar" baz`},
		{"東京 地震", "and(|東京, |地震)", ""},
		{"a sort:-date b limit:3/feed", "and(|a, |b)", "a b sort:-date limit:3/feed"},
		{"limit:50 sort:LENGTH", "all", "sort:length limit:50"},
		{"sort:-random", "all", "sort:random"},
		{"a or b sort:title", "or(|a, |b)", ""},
		{"a\xffb", "|a\ufffdb", "a\ufffdb"},
	})
}

// checkReadings parses and prints queries and compares both with the expected results.
func checkReadings(t *testing.T, readings []queryReading) {
	t.Helper()
	for _, c := range readings {
		q, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if got := shape(q); got != c.want {
			t.Errorf("Parse(%q) means %s, want %s", c.in, got, c.want)
		}
		if c.print == "" {
			c.print = strings.TrimSpace(c.in)
		}
		if got := q.String(); got != c.print {
			t.Errorf("Parse(%q) prints %q, want %q", c.in, got, c.print)
		}
		roundTrip(t, q)
	}
}

// roundTrip checks that parsing a printed query gives the same query.
func roundTrip(t *testing.T, q Query) {
	t.Helper()
	again, err := Parse(q.String())
	if err != nil {
		t.Fatalf("%q does not read back: %v", q, err)
	}
	if !reflect.DeepEqual(again, q) {
		t.Fatalf("%q reads back as %q (%s, was %s)", q, again, shape(again), shape(q))
	}
}

// TestParseQueryErrors checks that each mistake is reported at its column, with a message
// that says what to do.
func TestParseQueryErrors(t *testing.T) {
	checkErrors(t, []queryMistake{
		{"titel:x", 1, "did you mean title:?"},
		{"a foo:bar", 3, `there is no field "foo"`},
		{`foo:"bar"`, 1, "Put quotes round it"},
		{"title:", 1, "needs a value"},
		{"a title: x", 3, "needs a value"},
		{`tag:""`, 5, "nothing between the quotes"},
		{`account:`, 1, "needs a value"},
		{`account:"`, 9, "never closed"},
		{`é "abc`, 3, "never closed"},
		{`"abc\`, 1, "never closed"},
		{`a (b or c`, 3, "never closed"},
		{"a) b", 2, "has no ("},
		{"a ()", 3, "nothing between the parentheses"},
		{"(sort:date)", 2, "applies to the whole query"},
		{"-limit:3", 2, "applies to the whole query"},
		{"or a", 1, "on both sides"},
		{"a or", 3, "on both sides"},
		{"a or or b", 3, "on both sides"},
		{"(a or) b", 4, "on both sides"},
		{"a or sort:date", 3, "on both sides"},
		{"-or", 2, "on both sides"},
		{"a - b", 3, "right after it"},
		{"a -", 3, "right after it"},
		{"(-)", 2, "right after it"},
		{"is:unraed", 4, "did you mean unread?"},
		{"has:pictures", 5, "It takes enclosure image fulltext comments"},
		{"sort:dat", 6, "did you mean date?"},
		{"sort:date sort:title", 11, "twice"},
		{"limit:3 limit:4", 9, "twice"},
		{"limit:0", 7, "write limit:50"},
		{"limit:+3", 7, "write limit:50"},
		{"limit:/feed", 7, "write limit:50"},
		{"limit:99999999999999999999", 7, "write limit:50"},
		{"since:2", 7, "write a span like 45m"},
		{"since:2mon", 7, "write a span"},
		{"since:2026-13-01", 7, "write a span"},
		{"before:100000d", 8, "too long ago"},
		{strings.Repeat("(", 200) + "a", 102, "nested too deeply"},
		{strings.Repeat("-", 200) + "a", 102, "nested too deeply"},
	})
}

// queryMistake is a test case: a malformed query, the column of the mistake, and a part of
// the message.
type queryMistake struct {
	in     string
	column int
	has    string
}

// checkErrors checks that queries are refused at the expected column.
func checkErrors(t *testing.T, mistakes []queryMistake) {
	t.Helper()
	for _, c := range mistakes {
		_, err := Parse(c.in)
		var qe *Error
		if !errors.As(err, &qe) {
			t.Errorf("Parse(%q): error %v, want an *Error", c.in, err)
			continue
		}
		if qe.Column != c.column || !strings.Contains(qe.Msg, c.has) {
			t.Errorf("Parse(%q): column %d: %s; want column %d and %q", c.in, qe.Column, qe.Msg, c.column, c.has)
		}
	}
}

// TestQueryAnd checks that a combined query requires both of its parts.
func TestQueryAnd(t *testing.T) {
	for _, c := range []struct{ q, p, want string }{
		{"", "", ""},
		{"a", "", "a"},
		{"", "a", "a"},
		{"a or b", "c or d", "(a or b) (c or d)"},
		{"a b", "c d", "a b c d"},
		{"a sort:title limit:3", "b", "a b sort:title limit:3"},
		{"a sort:title limit:3/feed", "b sort:-date limit:9", "a b sort:-date limit:9"},
	} {
		q, p := mustParse(t, c.q), mustParse(t, c.p)
		got := q.And(p)
		if got.String() != c.want {
			t.Errorf("%q and %q = %q, want %q", c.q, c.p, got, c.want)
		}
		roundTrip(t, got)
		if q.String() != c.q || p.String() != c.p {
			t.Errorf("joining changed %q or %q", c.q, c.p)
		}
	}
}

func mustParse(t testing.TB, s string) Query {
	t.Helper()
	q, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return q
}

// TestShowsHidden checks which queries select hidden and snoozed items.
func TestShowsHidden(t *testing.T) {
	for in, want := range map[string]bool{
		"": false, "a is:unread": false, "is:hidden": true, "a (b or is:snoozed)": true,
		"-is:hidden": false, "--is:hidden": true, "-(a or -is:snoozed)": true,
	} {
		if got := mustParse(t, in).ShowsHidden(); got != want {
			t.Errorf("%q shows hidden: %v, want %v", in, got, want)
		}
	}
}

// TestConjuncts checks which conditions of a query must all hold.
func TestConjuncts(t *testing.T) {
	for in, want := range map[string][]string{
		"": nil, "a": {"a"}, "a or b": {"a or b"}, "a (b or c) -d": {"a", "b or c", "-d"},
	} {
		var got []string
		for _, n := range mustParse(t, in).Conjuncts() {
			got = append(got, n.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("conjuncts of %q are %q, want %q", in, got, want)
		}
	}
}

// TestTermTokens checks that the last word of a term is a prefix unless it is quoted.
func TestTermTokens(t *testing.T) {
	for _, c := range []struct {
		in, want string
		prefix   bool
	}{
		{"Budget", "budget", true},
		{"é", "e", false},
		{"c++", "c", false},
		{"++", "", false},
		{"node.js", "node js", true},
		{"a-b", "a b", true},
		{"東京", "東 京", false},
		{"東京tv", "東 京 tv", true},
		{`"grain deal"`, "grain deal", false},
	} {
		tokens, prefix := mustParse(t, c.in).Root.Term.Tokens()
		if got := strings.Join(tokens, " "); got != c.want || prefix != c.prefix {
			t.Errorf("tokens of %q: %q, prefix %v; want %q, %v", c.in, got, prefix, c.want, c.prefix)
		}
	}
}

// TestQueryLength checks that a query has a limit, which bounds the time of a search.
func TestQueryLength(t *testing.T) {
	if _, err := Parse(strings.Repeat("a or ", maxTerms-1) + "a"); err != nil {
		t.Error(err)
	}
	var wrong *Error
	if _, err := Parse(strings.Repeat("a ", maxTerms) + "b"); !errors.As(err, &wrong) || wrong.Column != 2*maxTerms+1 {
		t.Errorf("too many terms give %v", err)
	}
	if _, err := Parse(strings.Repeat("é", maxLength+1)); !errors.As(err, &wrong) || wrong.Column != maxLength+1 {
		t.Errorf("too long a query gives %v", err)
	}
}

// FuzzParseQuery checks that no input makes the parser panic, and that each valid query
// can be printed and parsed again.
func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{
		`is:unread (tag:world or -"a \"b\\") since:2d sort:-date limit:3/feed`, `feed:="a b" feed:"=x" a:"b`,
		"- -( or ) (()", "Title:\x00 \u00a0é -or", "before:mon has:images limit:1", "a: b:c http://x", `feed:=" "`, `account:"" account:"b"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err == nil {
			if printed := q.String(); len(printed) <= maxLength {
				roundTrip(t, q)
			}
			return
		}
		var qe *Error
		if n := len([]rune(s)); !errors.As(err, &qe) || qe.Column < 1 || qe.Column > n+1 {
			t.Fatalf("Parse(%q): %v: not a column of the query", s, err)
		}
	})
}

func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(`(author:smith or title:"grain deal") is:unread -feed:lwn since:2d limit:50`); err != nil {
			b.Fatal(err)
		}
	}
}
