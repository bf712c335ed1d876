package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// TestListNumbers checks the numbers that HTML gives to the items of a list.
func TestListNumbers(t *testing.T) {
	for raw, want := range map[string]string{
		"<ol><li>x<li>x": "1 2", "<ol start=9><li>x<li>x": "9 10", "<ol start=0><li>x<li>x": "0 1", "<ol start=-1><li>x<li>x<li>x": "-1 0 1",
		"<ol reversed><li>x<li>x<li>x": "3 2 1", "<ol reversed start=1><li>x<li>x": "1 0", "<ol REVERSED=reversed><li>x<li>x": "2 1", "<ol reversed=''><li>x<li>x": "2 1",
		"<ol type=a><li>x<li>x": "a b", "<ol type=A start=26><li>x<li>x": "Z AA", "<ol type=i start=3><li>x<li>x": "iii iv", "<ol type=I reversed start=10><li>x<li>x": "X IX",
		"<ol type=a start=702><li>x<li>x": "zz aaa", "<ol type=a start=0><li>x<li>x": "0 a", "<ol type=I start=3999><li>x<li>x": "MMMCMXCIX 4000", "<ol type=i start=-1><li>x<li>x<li>x": "-1 0 i",
		"<ol><li value=10>x<li>x<li value=5>x<li>x": "10 11 5 6", "<ol reversed><li>x<li value=10>x<li>x": "3 10 9", "<ol><li type=a>x<li type=I>x<li>x": "a II 3",
		"<ol start=' 3abc'><li>x": "3", "<ol start='+3'><li>x": "3", "<ol start=x><li value=x>x": "1", "<ol start=3.9><li>x": "3", "<ol type=disc><li>x": "1", "<ol type=1><li>x": "1",
		"<ol start=99999999999999999999><li>x": "1", "<ol start=9223372036854775807><li>x<li>x": "1 2", "<ol start=2147483647><li>x<li>x": "2147483647 2147483648", "<ol start=-2147483648><li>x": "-2147483648",
		"<ol style='list-style-type:lower-alpha'><li>x": "a", "<ol style='list-style: upper-roman inside'><li>x": "I", "<ol type=a style='list-style-type:decimal'><li>x": "1",
	} {
		root := parseBody(t, Body{Raw: raw}.Safe().String())
		ol := root.FirstChild
		items := 0
		for c := range ol.ChildNodes() {
			if c.DataAtom == atom.Li {
				items++
			}
		}
		numbers := NumbersOf(ol, items)
		var got []string
		for c := range ol.ChildNodes() {
			if c.DataAtom == atom.Li {
				got = append(got, numbers.Take(c))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

// TestTaskBoxes checks that the boxes of a list of tasks become text, and no other control.
func TestTaskBoxes(t *testing.T) {
	for raw, want := range map[string]string{
		"<ul><li><input type=checkbox disabled> a</li></ul>":                   "<ul><li>[\u00a0] a</li></ul>",
		"<ul><li><input type=CheckBox checked=''>a</li></ul>":                  "<ul><li>[x] a</li></ul>",
		"<ul><li><p><label><input type=checkbox checked>a</label></p></ul>":    "<ul><li><p>[x] a</p></li></ul>",
		"<ul><li><input type=checkbox><b>a</b></li></ul>":                      "<ul><li>[\u00a0] <b>a</b></li></ul>",
		"<ul><li><input type=checkbox hidden>a<input type=radio>b<input></ul>": "<ul><li>ab</li></ul>",
		"<ul><li><input type=checkbox style='display:none'>a</ul>":             "<ul><li>a</li></ul>",
		"<p><input type=checkbox>a</p>":                                        "<p>a</p>",
	} {
		got := Body{Raw: raw}.Safe().String()
		if got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
		mustBeSafe(t, got)
	}
}
