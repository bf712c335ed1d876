package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/ui/article"
)

// TestEveryActionHasOneMeaning checks the table of actions: names and keys are unique,
// every key is valid, and every section is on the help page.
func TestEveryActionHasOneMeaning(t *testing.T) {
	names, keys := map[string]bool{}, map[string]string{}
	for _, a := range actions(new(Model)) {
		if names[a.name] {
			t.Errorf("two actions are called %s", a.name)
		}
		names[a.name] = true
		if a.help == "" || a.do == nil || !strings.Contains(strings.Join(sections, ","), a.section) {
			t.Errorf("%s lacks help, work or a section", a.name)
		}
		for _, key := range a.keys {
			seq, err := splitKeys(key)
			if err != nil {
				t.Errorf("%s: %v", a.name, err)
			}
			if other := keys[seq]; other != "" {
				t.Errorf("%s and %s share the key %s", a.name, other, key)
			}
			keys[seq] = a.name
		}
	}
	for seq := range keys {
		for other := range keys {
			if strings.HasPrefix(other, seq+" ") {
				t.Errorf("%q hides behind %q", other, seq)
			}
		}
	}
}

// TestPresetsNameActions protects the presets from misspelt names.
func TestPresetsNameActions(t *testing.T) {
	for name := range presets {
		if err := CheckKeys(name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for key, action := range presets[name] {
			if err := CheckKeys("", map[string][]string{key: {action}}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestRebinding checks the user's own keys: bound, unbound, several actions on a key, and
// errors with the most similar name.
func TestRebinding(t *testing.T) {
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) {
		d.Settings.Keys = map[string][]string{"x": {"toggle-star", "toggle-read"}, "d": {}, "g space": {"go-starred"}}
	})
	s.press("x")
	s.expect("Starred              1")
	s.press("d")
	s.expect("d does nothing here")
	s.press("g", "space")
	s.expect("Starred ", "1 of 1")
	for keys, want := range map[string]string{"togle-star": `did you mean "toggle-star"?`, "quite": `did you mean "quit"?`} {
		err := CheckKeys("", map[string][]string{"x": {keys}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", keys, err)
		}
	}
	if err := CheckKeys("emacs", nil); err == nil {
		t.Error("an unknown preset passes")
	}
	for _, key := range []string{"ctrl+banana", "hyper+x", "g meta+x", "ctr+pgdown"} {
		if err := CheckKeys("", map[string][]string{key: {"quit"}}); err == nil {
			t.Errorf("the unknown key %q passes", key)
		}
	}
	if err := CheckKeys("", map[string][]string{"g+": {"quit"}, "+": {"open"}, "ctrl++": {"last"}}); err != nil {
		t.Errorf("a plus is a key like others: %v", err)
	}
}

// TestKeysOfOtherLayouts checks that a letter of another keyboard layout acts as the key at its
// place, that what the configuration binds comes first, and that text stays text.
func TestKeysOfOtherLayouts(t *testing.T) {
	s := newScreen(t, 120, 40, func(d *Deps, _ *fakeSource) { d.Settings.Keys = map[string][]string{"ж": {"toggle-star"}} })
	at := func() int { return s.m.headlines.List.Index() }
	start := at()
	s.press("о", "о", "л")
	if at() != start+1 {
		t.Errorf("о о л moved from %d to %d", start, at())
	}
	s.press("п", "п")
	if at() != 0 {
		t.Errorf("пп moved to %d", at())
	}
	s.press("g", "п", "П")
	if at() == 0 {
		t.Error("П did not move to the end")
	}
	s.press("п", "п", "3", "о")
	if at() != 3 {
		t.Errorf("3о moved to %d", at())
	}
	s.send(tea.KeyPressMsg{Code: 'ש', BaseCode: 'j', ShiftedCode: 'j', Text: "ש"})
	if at() != 4 {
		t.Errorf("a key with a reported place moved to %d", at())
	}
	s.press("ж")
	if row, _ := s.m.headlines.List.Current(); !row.Starred {
		t.Error("the key of the configuration did nothing")
	}
	s.press("日")
	s.expect("日 does nothing here")
	s.press(".", "type:о")
	s.send(tea.KeyPressMsg{Code: '.', BaseCode: '/', ShiftedCode: '/', Text: "."})
	s.press("type:тест")
	s.expect("тест")
	if got, _ := s.m.modes.Prompt().Text(); got != "тест" {
		t.Errorf("the prompt has %q", got)
	}
	s.press("esc", "esc")
	s.press("enter", "Ч") // X asks whether to unsubscribe; н is the key of y
	s.expect("Unsubscribe from")
	s.press("т")
	s.expectNot("Unsubscribe from")
	s.press("type:?сорт")
	s.expect("Keys: сорт")
}

// TestLinkNumbers checks that a link with a number of two digits can be opened by its number,
// and that a digit waits only if it can be the first of two.
func TestLinkNumbers(t *testing.T) {
	for _, c := range []struct {
		links int
		keys  string
		want  string
	}{
		{9, "1 2", "1 2"},
		{12, "1 2", "12"},
		{12, "2", "2"},
		{12, "1 enter", "1"},
		{12, "1 0", "10"},
		{12, "1 pause", "1"},
		{12, "1 1 pause", "11"},
		{12, "1 esc 2", "2"},
		{12, "1 j 2", "2"},
		{12, "1 2 3", "12 3"},
		{120, "1 2 0", "120"},
		{120, "1 2 enter", "12"},
		{120, "1 2 pause", "12"},
		{120, "9 9", "99"},
	} {
		s := newScreen(t, 120, 40)
		s.press("enter")
		s.m.article.links = nil
		for n := range c.links {
			s.m.article.links = append(s.m.article.links, article.Link{N: n + 1, URL: fmt.Sprintf("https://a.example/%d", n+1)})
		}
		for key := range strings.FieldsSeq(c.keys) {
			if key == "pause" {
				s.send(linkPaused{s.m.keys.links.generation})
				continue
			}
			s.press(key)
		}
		got := strings.ReplaceAll(strings.Join(s.opened, " "), "https://a.example/", "")
		if got != c.want {
			t.Errorf("%d links, keys %s: opened %q, want %q", c.links, c.keys, got, c.want)
		}
	}
}

// TestChoiceFollowsSubscriptions checks that the list of sources drops a feed that was removed,
// and keeps what was typed.
func TestChoiceFollowsSubscriptions(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.press("t", "type:go blog")
	s.expect("Go to: go blog", "The Go Blog")
	if err := s.source.Unsubscribe(t.Context(), goURL); err != nil {
		t.Fatal(err)
	}
	s.run(s.m.sources.load())
	s.expect("Go to: go blog", "nothing matches")
}

// TestMessagesNameTheBoundKeys checks that the footer and the messages name the keys that the
// configuration binds, and no key of an action that has none.
func TestMessagesNameTheBoundKeys(t *testing.T) {
	s := newScreen(t, 160, 40, func(d *Deps, _ *fakeSource) {
		d.Settings.Keys = map[string][]string{
			"u": nil, "ctrl+y": {"undo"}, "ctrl+r": nil, "ctrl+t": {"redo"}, "?": nil, "f1": nil, "gy": nil, "F": {"copy-feed"},
			"zu": nil, "b": {"open-browser"}, "o": nil, "t": nil, "z": {"choose-source"}, "U": nil,
		}
	})
	s.press("j")
	s.expect("ctrl+y undo")
	s.expectNot("u undo", "? help")
	s.press("D")
	s.expect("hidden, ctrl+y undoes")
	s.press("ctrl+y")
	s.expect("no longer hidden, ctrl+t redoes")
	s.press("ctrl+t")
	s.expect("now hidden, ctrl+y undoes")
	s.press("!")
	s.expect("! does nothing here")
	s.expectNot("shows all keys")
	s.press("z", "type:nato", "enter")
	s.press("F")
	s.expect("copied")
	s.press("j", "enter", "9")
	s.expect("there is no link 9")
	s.expectNot("lists the links")
	s.press("esc", "esc", "g", "s")
	s.expect("Nothing is starred.", "s stars an item")
	s.press("tab", "g", "a", "tab", "X")
	s.run(s.m.browser.open("https://a.example/", false))
	s.run(s.m.browser.show(opened{err: errors.New("none")}))
	s.expect("y copies the address")
}
