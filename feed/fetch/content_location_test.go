package fetch

import (
	"net/url"
	"testing"
)

// Only a Content-Location that can be the base of links on this computer is
// used.
func TestContentLocation(t *testing.T) {
	at, err := url.Parse("http://10.0.0.7:8080/a/feed")
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"":                              "",
		"http://example.com/dir/":       "http://example.com/dir/",
		" /b/c.xml ":                    "http://10.0.0.7:8080/b/c.xml",
		"c.xml#top":                     "http://10.0.0.7:8080/a/c.xml",
		"https://10.0.0.7/x":            "https://10.0.0.7/x",
		"http://u:p@example.com/":       "http://example.com/",
		"http://[2001:db8::1]/":         "http://[2001:db8::1]/",
		"http://127.0.0.1/x":            "",
		"http://[::1]/":                 "",
		"http://[::ffff:192.168.1.1]/":  "",
		"http://169.254.169.254/latest": "",
		"http://0.0.0.0/":               "",
		"http://192.168.1.1/":           "",
		"http://localhost:3000/feed":    "",
		"http://app.LOCALHOST./":        "",
		"http://printer.local/":         "",
		"http://backend/feed":           "",
		"file:///etc/passwd":            "",
		"javascript:alert(1)":           "",
		"http://":                       "",
		"http://a b/":                   "",
		"%zz":                           "",
	} {
		if got := contentLocation(header, at); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
