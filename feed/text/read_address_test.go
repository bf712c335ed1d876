package text

import (
	"strings"
	"testing"
)

// TestReadURL checks that addresses are read as a browser reads them.
func TestReadURL(t *testing.T) {
	for _, c := range []struct{ base, ref, want string }{
		{"", "https://a.example/x?q=1#z", "https://a.example/x?q=1#z"},
		// What must not stand raw.
		{"", "https://a.example/a b?q=c d", "https://a.example/a%20b?q=c%20d"},
		{"", `https://a.example/"a"|<b>?q="c"|'d'`, "https://a.example/%22a%22%7C%3Cb%3E?q=%22c%22%7C%27d%27"},
		{"", "https://a.example/{a}^`b`?{q}", "https://a.example/%7Ba%7D%5E%60b%60?%7Bq%7D"},
		{"", "https://a.example/it's?q='", "https://a.example/it's?q=%27"},
		{"", "https://a.example/東京/a%2Fb?q=ä", "https://a.example/%E6%9D%B1%E4%BA%AC/a%2Fb?q=%C3%A4"},
		{"", "https://a.example/100%?q=50%25%", "https://a.example/100%25?q=50%25%25"},
		{"", "https://a.example/!$&'()*+,;=:@[]", "https://a.example/!$&'()*+,;=:@[]"},
		{"https://a.example/dir/page", "b c?d=e f", "https://a.example/dir/b%20c?d=e%20f"},
		{"https://a.example/d r/ü%2Fx/page", "b", "https://a.example/d%20r/%C3%BC%2Fx/b"},
		{"https://a.example/dir/page", "/s/plain?q=a b", "https://a.example/s/plain?q=a%20b"},
		// Blanks around an address, and lines within it.
		{"", " \t\r\n\u00a0\u200b\ufeffhttps://a.example/x \u200b\n", "https://a.example/x"},
		{"", "https://a.example/long\n\t/address", "https://a.example/long/address"},
		{"https://a.example/dir/page?q", "", "https://a.example/dir/page?q"},
		{"https://a.example/dir/page?q", " ", "https://a.example/dir/page?q"},
		{"https://a.example/dir/page?q", "#n1", "https://a.example/dir/page?q#n1"},
		{"https://a.example/dir/page?q", "?r", "https://a.example/dir/page?r"},
		{"https://a.example/dir/page", "//b.example/x", "https://b.example/x"},
		{" https://a.example/dir/page ", "x", "https://a.example/dir/x"},
		{"https://a.example/dir/page", "mailto:ann@a.example", "mailto:ann@a.example"},
		// Backslashes.
		{"", `https:\\a.example\dir\x?q=a\b`, `https://a.example/dir/x?q=a\b`},
		{"https://a.example/dir/page", `pictures\loaf.png`, "https://a.example/dir/pictures/loaf.png"},
		{"", `https://a.example\@b.example/`, "https://a.example/@b.example/"},
		{"", `magnet:?dn=a\b`, `magnet:?dn=a\b`},
		// Hosts.
		{"", "http://HÄN.example/feed", "http://xn--hn-via.example/feed"},
		{"", "HTTP://A.Example:8080/Feed", "http://a.example:8080/Feed"},
		{"", "http://ann:P%40w@HÄN.example:81/", "http://ann:P%40w@xn--hn-via.example:81/"},
		{"", "http://ｅｘａｍｐｌｅ。ｃｏｍ/", "http://example.com/"},
		{"", "http://straße.example/", "http://xn--strae-oqa.example/"},
		{"", "http://例え.テスト/x", "http://xn--r8jz45g.xn--zckzah/x"},
		{"", "http://my_shop.hän--x.example/", "http://my_shop.xn--hn--x-gra.example/"},
		{"", "http://a\u0308.example/", "http://xn--4ca.example/"},
		{"", "http://１２７.0.0.1:80/", "http://127.0.0.1:80/"},
		{"", "http://[::1]:8080/a b", "http://[::1]:8080/a%20b"},
		{"http://HÄN.example/a/", "b", "http://xn--hn-via.example/a/b"},
	} {
		got, err := ReadURL(c.base, c.ref)
		if err != nil || got.String() != c.want {
			t.Errorf("ReadURL(%q, %q) = %v, %v, want %s", c.base, c.ref, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "x", "/x", "//a.example/", "http://a b.example/", "https://a%zz.example/", "http://a.example:port/"} {
		if got, err := ReadURL("", bad); err == nil || strings.Contains(err.Error(), "parse ") {
			t.Errorf("ReadURL(%q) = %v, %v", bad, got, err)
		}
	}
	// No letter becomes the end of a host.
	for _, ref := range []string{"http://a.example℀b.example/", "http://a.example／b.example/", "http://a.example＠b.example/", "http://a.example：81/"} {
		if got, err := ReadURL("", ref); err == nil && strings.HasPrefix(got.Hostname(), "a.example") && len(got.Hostname()) == len("a.example") {
			t.Errorf("ReadURL(%q) = %v", ref, got)
		}
	}
}

// TestResolve checks that an address in a feed is resolved as a browser does it,
// and that letters of other scripts stay readable.
func TestResolve(t *testing.T) {
	const base = "https://a.example/dir/page"
	for _, c := range []struct{ base, ref, want string }{
		{base, "x y.png", "https://a.example/dir/x%20y.png"},
		{base, ` pictures\loaf.png `, "https://a.example/dir/pictures/loaf.png"},
		{base, "https://b.example/x ", "https://b.example/x"},
		{base, "https://b.example/東京", "https://b.example/東京"},
		{base, "https://詹姆斯.example/a", "https://詹姆斯.example/a"},
		{base, "https://HÄN。example/a", "https://hän.example/a"},
		{base, "https://b.example/a|b", "https://b.example/a|b"},
		{base, "a|b%2F'c'?d|e", "https://a.example/dir/a%7Cb%2F'c'?d%7Ce"},
		{base, "#n1", "https://a.example/dir/page#n1"},
		{base, "", ""},
		{base, " ", ""},
		{base, "a?u=http://b.example/50%", "https://a.example/dir/a?u=http://b.example/50%25"},
		{"", "x", "x"},
		{"dir/", "x", "x"},
		{"file:/home/ann/feed.xml", "x", "x"},
		{base, "javascript:alert(1)", "javascript:alert(1)"},
	} {
		if got := Resolve(c.base, c.ref); got != c.want {
			t.Errorf("Resolve(%q, %q) = %q, want %q", c.base, c.ref, got, c.want)
		}
	}
}
