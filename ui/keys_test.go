package ui

import (
	"strings"
	"testing"
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
	s.expect("1 starred")
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
