package ui

import (
	"strings"
	"testing"
)

// edit changes the text of the exercise article, an hour later.
func (s *screen) edit() {
	s.clock.t = s.clock.t.Add(3600e9)
	item := &s.source.docs[natoURL].Items[1]
	item.Title = "Largest maritime exercise gets underway"
	item.Body.Raw = strings.Replace(item.Body.Raw, "More than thirty ships are", "Exactly 34 ships are", 1) + "<p>日本語も一語ずつ。</p>"
	s.press("R")
}

// TestEditsAreShownByWord checks that removed and added words are marked, with and without colours,
// and that the text can be shown again.
func TestEditsAreShownByWord(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}} {
		s := newScreen(t, size.w, size.h, func(d *Deps, _ *fakeSource) { d.Settings.NoColor = true })
		s.press("t", "type:nato", "enter", "j", "enter", "g", "d")
		s.expect("has not edited this item")
		s.edit()
		s.press("q")
		s.expect("Largest maritime", "edited · More than thirty")
		s.press("enter", "g", "d")
		s.expect("[-Major-] {+Largest+} maritime", "[-More than thirty-] {+Exactly 34+} ships", "gd shows the text")
		s.golden("edited-" + size.name)
		s.expectWidth()
		s.press("G")
		s.expect("{+日本語も一語ずつ。+}")
		s.press("esc")
		s.expect("Exactly 34", "gd shows how")
		s.expectNot("[-")
		s.press("g", "d", "g", "d")
		s.expectNot("[-")
		s.press("q", "z", "d")
		s.expect("±")
	}
}

// TestEditsInColour checks that words are struck out and underlined on a terminal with colours, on
// every line.
func TestEditsInColour(t *testing.T) {
	s := newScreen(t, 60, 40)
	s.edit()
	s.press("t", "type:nato", "enter", "j", "enter", "g", "d")
	s.expectNot("[-")
	s.m.dirty = true
	content := s.m.View().Content
	for _, want := range []string{s.m.theme.Removed + "Major", s.m.theme.Added + "Largest"} {
		if !strings.Contains(content, want) {
			t.Errorf("%q is not on the screen: %q", want, content)
		}
	}
	s.expectWidth()
}
