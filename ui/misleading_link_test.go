package ui

import (
	"strings"
	"testing"
)

// TestMisleadingLinkWarnsFirst checks that a link whose text names another site says where
// it leads before it opens, by number and from the list.
func TestMisleadingLinkWarnsFirst(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.clock.t = s.clock.t.Add(3600e9)
	item := &s.source.docs[natoURL].Items[1]
	item.Body.Raw = `<p>See <a href="https://evil.example/x">https://bank.example/login</a> or <a href="https://b.example/">more</a>.</p>` + item.Body.Raw
	s.press("R", "t", "type:nato", "enter", "j", "enter", "1")
	s.expect("says bank.example but leads to evil.example")
	if len(s.opened) > 0 {
		t.Fatalf("opened %q", s.opened)
	}
	s.press("2", "1")
	if got := strings.Join(s.opened, " "); got != "https://b.example/" {
		t.Fatalf("opened %q: another link between is no answer", got)
	}
	s.press("1")
	if got := strings.Join(s.opened, " "); got != "https://b.example/ https://evil.example/x" {
		t.Fatalf("opened %q", got)
	}
	s.press("U")
	s.expect("leads to evil.example, not to: ")
	s.press("enter")
	if len(s.opened) != 2 {
		t.Fatalf("the list opened %q at once", s.opened)
	}
	s.press("enter")
	if len(s.opened) != 3 {
		t.Errorf("opened %q", s.opened)
	}
}
