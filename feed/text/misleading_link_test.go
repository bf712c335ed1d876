package text

import "testing"

// TestMisleadingLink checks that a link is misleading if its text names another site.
func TestMisleadingLink(t *testing.T) {
	for _, c := range []struct{ label, address, named, target string }{
		{"https://bank.example/login", "https://evil.example/", "bank.example", "evil.example"},
		{"bank.example", "https://evil.example/", "bank.example", "evil.example"},
		{"www.bank.example/a", "https://bank.example.evil.test/", "www.bank.example", "bank.example.evil.test"},
		{"Log in at https://bank.example now", "https://evil.example/", "bank.example", "evil.example"},
		{"(http://user@bank.example:8080/)", "http://evil.example/", "bank.example", "evil.example"},
		{"Bank.ORG", "https://xn--bnk-5ka.org/", "bank.org", "xn--bnk-5ka.org"},
		{"bänk.org", "https://bank.org/", "xn--bnk-qla.org", "bank.org"},
		{"https://bank.example", "https://127.0.0.1/", "bank.example", "127.0.0.1"},
		{"https://127.0.0.1/", "https://bank.example/", "127.0.0.1", "bank.example"},
		{"ann.github.io", "https://bob.github.io/", "ann.github.io", "bob.github.io"},
		{"https://\u200bbank.example\u202e", "https://evil.example/", "bank.example", "evil.example"},
		{"https://bank.example", "https://bank.example@evil.example/", "bank.example", "evil.example"},
		{"https://bank.example/…", "https://www.bank.example/long", "", ""},
		{"www.bank.example", "https://news.bank.example/", "", ""},
		{"BANK.example.", "https://bank.example./", "", ""},
		{"bänk.org", "https://xn--bnk-qla.org/", "", ""},
		{"README.md", "https://code.example/README.md", "", ""},
		{"node.js", "https://nodejs.org/", "", ""},
		{"version 1.2.3", "https://code.example/", "", ""},
		{"Read more", "https://x.example/", "", ""},
		{"e.g.", "https://x.example/", "", ""},
		{"Amazon.com rises", "https://news.example/", "", ""},
		{"https://", "https://news.example/", "", ""},
		{"ann@bank.example", "mailto:ann@bank.example", "", ""},
		{"", "", "", ""},
	} {
		if named, target := MisleadingLink(c.label, c.address); named != c.named || target != c.target {
			t.Errorf("%q to %s: %q, %q; want %q, %q", c.label, c.address, named, target, c.named, c.target)
		}
	}
}

// TestSafeMailLink checks that a mail link fills in only what the reader sees.
func TestSafeMailLink(t *testing.T) {
	for in, want := range map[string]string{
		"mailto:a@x.example?subject=Hello%20you&body=x&cc=b@x.example": "mailto:a@x.example?subject=Hello%20you&body=x&cc=b@x.example",
		"mailto:a@x.example?attach=/etc/passwd":                        "mailto:a@x.example",
		"MAILTO:a@x.example?subject=x&ATTACH=/etc/passwd":              "mailto:a@x.example?subject=x",
		"mailto:a@x.example?attachment=~/.ssh/id_rsa&subject=x":        "mailto:a@x.example?subject=x",
		"mailto:a@x.example?%61ttach=/etc/passwd":                      "mailto:a@x.example",
		"mailto:a@x.example?subject=x&amp;attach=/etc/passwd":          "mailto:a@x.example?subject=x",
		"mailto:a@x.example?subject=x?attach=/etc/passwd":              "mailto:a@x.example?subject=x%3Fattach=/etc/passwd",
		"mailto:a@x.example&attach=/etc/passwd":                        "mailto:a@x.example%26attach%3D/etc/passwd",
		"mailto:a@x.example?subject=x#&attach=/etc/passwd":             "mailto:a@x.example?subject=x",
		"mailto:a@x.example?subject=x',attachment='/etc/passwd":        "mailto:a@x.example?subject=x%27,attachment=%27/etc/passwd",
		"mailto:a@x.example?bcc=evil@x.example&from=b&x-header=y&body": "mailto:a@x.example",
		"mailto:?to=a@x.example":                                       "mailto:?to=a@x.example",
		"mailto://a@x.example":                                         "mailto:a@x.example",
		"mailto:-attach/etc/passwd":                                    "mailto:attach/etc/passwd",
		"mailto:?attach=/etc/passwd":                                   "",
		"mailto:":                                                      "",
	} {
		got, ok := SafeURL(in)
		if got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", in, got, ok, want)
		}
		if again, _ := SafeURL(got); again != got {
			t.Errorf("%s: not stable: %s, %s", in, got, again)
		}
	}
}
