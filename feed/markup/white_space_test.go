package markup

import (
	"strings"
	"testing"
)

// TestWhiteSpaceByStyle checks that the lines and blanks that a style keeps stay without it.
// In the results "|" is a line break and "_" a no-break space.
func TestWhiteSpaceByStyle(t *testing.T) {
	for raw, want := range map[string]string{
		"<p style='white-space:pre-wrap'>a\n  b   c\n\nd</p>":                                  "a|__b__ c||d",
		"<p style='white-space:pre-line'>a\n  b   c\n\nd</p>":                                  "a|  b   c||d",
		"<div style='WHITE-SPACE : Pre !important; white-space: normal'>a\nb</div>":            "a|b",
		"<li style='color:red;white-space:/* x */break-spaces'>a\nb</li>":                      "a|b",
		"<span style='white-space:pre'>a\nb</span>c":                                           "a|bc",
		"<font style='white-space:pre'>a\nb</font>":                                            "a|b",
		"<td>x</td><h2 style='white-space:pre-line'>a\nb</h2>":                                 "x<>a|b",
		"<div style='white-space: preserve nowrap'>a\nb</div>":                                 "a|b",
		"<div style='white-space-collapse: preserve-breaks'>a\nb</div>":                        "a|b",
		"<div style='white-space:pre-wrap'>&#9;a&#13;&#10;b</div>":                             "____a|b",
		"<div style='white-space:pre-wrap'>" + strings.Repeat("\n", 50) + "a\n\n\n\n\nb</div>": "a||b",
		// it is inherited, and what is inside may differ
		"<div style='white-space:pre-wrap'><b>a\n<i>b\nc</i></b>\n d</div>":                                "a|b|c|_d",
		"<div style='white-space:pre-wrap'>a\n<p style='white-space:normal'>b\nc</p>\n<p>d\ne</p>\n</div>": "a<>b\nc<>\n<>d|e<>\n",
		"<ul style='white-space:pre-line'>\n<li>a\nb</li>\n<li>c</li>\n</ul>":                              "\n<>a|b<>\n<>c<>\n",
		// what joins lines
		"<p>a\nb</p>":                            "a\nb",
		"<p style='white-space:nowrap'>a\nb</p>": "a\nb",
		"<p style='white-space:normal'>a\nb</p>": "a\nb",
		"<p style='white-space:bogus'>a\nb</p>":  "a\nb",
		"<p style='xwhite-space:pre'>a\nb</p>":   "a\nb",
		"<pre style='white-space:normal'>a\nb":   "a\nb",
		// code stays as it is
		"<pre style='white-space:pre-wrap'>a\n  b\tc</pre>":                        "a\n  b\tc",
		"<pre style='white-space:pre-line'>a  b\n   c&nbsp; <b> d</b> \n\ne</pre>": "a b\nc_  d\n\ne",
		"<div style='white-space:pre'><pre>a\n  b</pre>c\nd":                       "a\n  b<>c|d",
	} {
		safe := Body{Raw: raw}.Safe().String()
		got := strings.NewReplacer("<br/>", "|", "\u00a0", "_").Replace(safe)
		for _, tag := range []string{"ul", "li", "p", "div", "h2", "pre", "span", "b", "i"} {
			got = strings.ReplaceAll(got, "</"+tag+">", "<>")
			for at := strings.Index(got, "<"+tag); at >= 0; at = strings.Index(got, "<"+tag) {
				end := strings.IndexByte(got[at:], '>')
				got = got[:at] + "<>" + got[at+end+1:]
			}
		}
		for strings.Contains(got, "<><>") {
			got = strings.ReplaceAll(got, "<><>", "<>")
		}
		inline := strings.Contains(raw, "<b>") || strings.Contains(raw, "<span")
		if inline {
			got = strings.ReplaceAll(got, "<>", "")
		}
		got = strings.TrimSuffix(strings.TrimPrefix(got, "<>"), "<>")
		if got != want {
			t.Errorf("%q\n got %q from %q\nwant %q", raw, got, safe, want)
		}
		if again := (Body{Raw: safe}).Safe().String(); again != safe {
			t.Errorf("%q is not stable: %q", safe, again)
		}
		mustBeSafe(t, safe)
	}
	// The lines of a cell stay although those of others are joined.
	got := Body{Raw: "<table style='white-space:pre-line'><tr><td style='color:red'>a\nb<td>c</table>"}.Safe().String()
	if want := `<td style="white-space: pre-line; color: red">a<br/>b</td><td>c</td>`; !strings.Contains(got, want) {
		t.Errorf("%q has no %q", got, want)
	}
	if got := (Body{Raw: "<pre style='white-space:normal'>a\nb</pre>"}).Safe().String(); strings.Contains(got, "<pre") {
		t.Errorf("%q is code", got)
	}
}

// TestStyleValue checks how styles are read.
func TestStyleValue(t *testing.T) {
	for style, want := range map[string]string{
		"display:block": "block", "DISPLAY: Block ;": "block", "display:none;display:block": "block", "display:block !important;display:none": "block",
		"display:none ! important; display : block!important": "block", "/*display:none*/display/**/:block": "block", "display": "", "display:": "", "x-display:block": "",
		"display:block;/*": "block", "": "",
	} {
		root := parseBody(t, `<p style="`+style+`">x</p>`)
		if got := styleValue(root.FirstChild, "display"); got != want {
			t.Errorf("%q gives %q, want %q", style, got, want)
		}
	}
}
