package text

import (
	"strings"
	"testing"
)

// TestSplitLogin checks that the login is split from an address and that nothing
// else of the address changes.
func TestSplitLogin(t *testing.T) {
	for _, c := range []struct{ in, address, user, password string }{
		{"https://ann:pw@a.example/x?y=1@2#z", "https://a.example/x?y=1@2#z", "ann", "pw"},
		{"HTTP://ann:p%40w%2F%3a:%C3%A9@a.example:81", "HTTP://a.example:81", "ann", "p@w/::é"},
		{"https://ann:p@w:100%@a.example/", "https://a.example/", "ann", "p@w:100%"},
		{"https://token@a.example/", "https://a.example/", "token", ""},
		{"https://:token@a.example/", "https://a.example/", "", "token"},
		{"https://@a.example/", "https://a.example/", "", ""},
		{"https://a.example/@ann", "https://a.example/@ann", "", ""},
		{"https://a.example?mail=x@y", "https://a.example?mail=x@y", "", ""},
		{"exec:tell http://ann:pw@a.example/", "exec:tell http://ann:pw@a.example/", "", ""},
		{"builtin:guide", "builtin:guide", "", ""},
		{"", "", "", ""},
	} {
		address, user, password := SplitLogin(c.in)
		if address != c.address || user != c.user || password != c.password {
			t.Errorf("SplitLogin(%q) = %q, %q, %q", c.in, address, user, password)
		}
	}
}

// TestKeepLogin checks that a login is copied only to addresses on the same
// server.
func TestKeepLogin(t *testing.T) {
	const login = "http://ann:p%40w@a.example/old"
	for address, want := range map[string]string{
		"http://a.example/new":        "http://ann:p%40w@a.example/new",
		"https://A.example/new":       "https://ann:p%40w@A.example/new",
		"http://bob:pw@a.example/new": "http://bob:pw@a.example/new",
		"http://b.example/new":        "http://b.example/new",
		"http://a.example:81/new":     "http://a.example:81/new",
		"builtin:guide":               "builtin:guide",
	} {
		if got := CopyLogin(address, login); got != want {
			t.Errorf("KeepLogin(%q) = %q, want %q", address, got, want)
		}
	}
	if got := CopyLogin("http://a.example/new", "https://ann:pw@a.example/"); got != "http://a.example/new" {
		t.Errorf("a step down took the login along: %s", got)
	}
	if got := CopyLogin("http://a.example/", "http://a.example/"); got != "http://a.example/" {
		t.Errorf("no login became %s", got)
	}
}

// TestFileURL checks which addresses an item may offer.
func TestFileURL(t *testing.T) {
	for in, want := range map[string]string{
		"/a": "https://x.example/a", "https://y.example/": "https://y.example/", "magnet:?xt=urn:btih:1": "magnet:?xt=urn:btih:1",
		"ftp://x.example/a b": "ftp://x.example/a%20b", "IRC://x.example/c": "IRC://x.example/c", "tel:+49": "tel:+49",
		"mailto:a@x.example": "", "javascript:x": "", "data:text/html,x": "", "file:///etc/passwd": "", "": "", "ms-settings:x": "",
	} {
		if got := FileURL("https://x.example/b/", in); got != want {
			t.Errorf("FileURL(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestSafeURL checks that only four schemes pass and that nothing in an address
// can end a terminal sequence.
func TestSafeURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://x.example/a?b=c#d":                        "https://x.example/a?b=c#d",
		" HTTP://x.example ":                               "HTTP://x.example",
		"mailto:a@x.example":                               "mailto:a@x.example",
		"gemini://x.example/":                              "gemini://x.example/",
		"https://x.example/a b\x1b\\\u009c":                "https://x.example/a%20b%1B\\%C2%9C",
		"mailto:a\x9d0;x\x9c@x.example":                    "mailto:a\ufffd0;x\ufffd@x.example",
		"https://x.example/\u202egpj":                      "https://x.example/%E2%80%AEgpj",
		"https://x.example/a\u3000\u00adb":                 "https://x.example/a%E3%80%80%C2%ADb",
		"https://x.example/" + strings.Repeat("\u0301", 9): "https://x.example/" + strings.Repeat("\u0301", 8) + "%CC%81",
		"https://x.example/東京":                             "https://x.example/東京",
		"java\nscript:alert(1)":                            "",
		"javascript:alert(1)":                              "",
		"data:text/html,x":                                 "",
		"file:///etc/passwd":                               "",
		"//x.example/":                                     "",
		"/relative":                                        "",
		"https://":                                         "",
		"https://a%zz/":                                    "",
		"":                                                 "",
	} {
		got, ok := SafeURL(in)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("SafeURL(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

// TestASCIIURL checks that no byte of a letter is in an address for the terminal.
func TestASCIIURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/x?y=%20":    "https://a.example/x?y=%20",
		"https://bücher.example/˜/œ?q": "https://xn--bcher-kva.example/%CB%9C/%C5%93?q",
		"mailto:ä@a.example":           "mailto:%C3%A4@a.example",
	} {
		if got := ASCIIURL(in); got != want {
			t.Errorf("ASCIIURL(%q) = %q, want %q", in, got, want)
		}
	}
}
