package text

import "testing"

// TestSameAddress checks which spellings of an address are the same, and which addresses
// are not.
func TestSameAddress(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"HTTP://A.example/x", "http://a.example/x", true},
		{"http://LOCALHOST:8765/s", "http://localhost:8765/s", true},
		{"http://a.example:80/x", "http://a.example/x", true},
		{"HTTPS://a.example:443/x", "https://A.EXAMPLE/x", true},
		{"https://a.example", "https://a.example/", true},
		{"https://a.example?q=1", "https://a.example/?q=1", true},
		{"https://a.example/x#top", "https://a.example/x", true},
		{"https://ann:pw@a.example/x", "https://a.example/x", true},
		{"https://häuser.example/x", "https://xn--huser-gra.example/x", true},
		{"https://HÄUSER.example/x", "https://häuser.example/x", true},
		{"https://a.example/%c3%a4%7e", "https://a.example/%C3%A4~", true},
		{"https://a.example/?q=%2f", "https://a.example/?q=%2F", true},
		{" https://a.example/x ", "https://a.example/x", true},
		{"http://[::1]:80/x", "http://[::1]/x", true},

		{"https://a.example/X", "https://a.example/x", false},
		{"https://a.example/?Q=1", "https://a.example/?q=1", false},
		{"https://a.example/x/", "https://a.example/x", false},
		{"https://a.example/a%2Fb", "https://a.example/a/b", false},
		{"http://a.example/x", "https://a.example/x", false},
		{"http://a.example:443/x", "http://a.example/x", false},
		{"http://a.example:8080/x", "http://a.example/x", false},
		{"https://www.a.example/x", "https://a.example/x", false},
		{"exec:prog #a", "exec:prog #b", false},
		{"file:///A", "file:///a", false},
	} {
		if got := SameAddress(c.a, c.b); got != c.same {
			t.Errorf("SameAddress(%q, %q) = %v: keys %q and %q", c.a, c.b, got, AddressKey(c.a), AddressKey(c.b))
		}
	}
}
