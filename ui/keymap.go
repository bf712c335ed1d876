package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// keymap finds the actions of a key or a sequence of keys such as "gg". A
// sequence is written as its keys with blanks between them.
type keymap struct {
	bound    map[string][]*action
	prefixes map[string]bool
	table    []action
	hints    map[pane][]hint
	// named has the first key of each action that has one.
	named map[string]string
}

// lookup returns the actions bound to the keys typed so far, and whether more
// keys could follow.
func (k keymap) lookup(typed []string) (bound []*action, more bool) {
	s := strings.Join(typed, " ")
	return k.bound[s], k.prefixes[s]
}

// keysOf lists the keys of an action as a person writes them, shortest first.
func (k keymap) keysOf(a *action) []string {
	var keys []string
	for seq, bound := range k.bound {
		if slices.Contains(bound, a) {
			keys = append(keys, showKeys(seq))
		}
	}
	slices.SortFunc(keys, func(x, y string) int {
		if d := keyRank(a, x) - keyRank(a, y); d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	return keys
}

// keyFor is the first key of an action by its name; empty when it has none.
func (k keymap) keyFor(name string) string { return k.named[name] }

// keyRank puts keys in the order of the action table, own bindings behind.
func keyRank(a *action, key string) int {
	if i := slices.Index(a.keys, key); i >= 0 {
		return i
	}
	return len(a.keys)
}

// newKeymap binds the defaults, then a preset's keys, then the reader's own.
// bindings maps a key to the names of actions; an empty list unbinds it.
func newKeymap(preset string, bindings map[string][]string) (keymap, error) {
	k := keymap{bound: map[string][]*action{}, prefixes: map[string]bool{}, table: actions()}
	byName := map[string]*action{}
	for i := range k.table {
		a := &k.table[i]
		byName[a.name] = a
		for _, key := range a.keys {
			k.bound[mustSplit(key)] = []*action{a}
		}
	}
	extra, ok := presets[preset]
	if !ok {
		return k, fmt.Errorf("unknown keymap %q; use %q or %q", preset, "dateline", "newsboat")
	}
	for key, name := range extra {
		k.bound[mustSplit(key)] = []*action{byName[name]}
	}
	for key, names := range bindings {
		if err := k.bind(byName, key, names); err != nil {
			return k, err
		}
	}
	k.index()
	return k, nil
}

// index prepares what is looked up at every key and frame.
func (k *keymap) index() {
	for seq := range k.bound {
		for i := range seq {
			if seq[i] == ' ' {
				k.prefixes[seq[:i]] = true
			}
		}
	}
	k.hints, k.named = map[pane][]hint{}, map[string]string{}
	for i := range k.table {
		a := &k.table[i]
		keys := k.keysOf(a)
		if len(keys) == 0 {
			continue
		}
		k.named[a.name] = keys[0]
		if a.hint == "" {
			continue
		}
		for _, p := range a.in {
			k.hints[p] = append(k.hints[p], hint{keys[0], a.hint})
		}
	}
}

func (k keymap) bind(byName map[string]*action, key string, names []string) error {
	seq, err := splitKeys(key)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		delete(k.bound, seq)
		return nil
	}
	var bound []*action
	for _, name := range names {
		a, ok := byName[name]
		if !ok {
			return fmt.Errorf("key %q: unknown action %q%s", key, name, nearest(name, byName))
		}
		bound = append(bound, a)
	}
	k.bound[seq] = bound
	return nil
}

// CheckKeys says what is wrong with a keymap preset and the bindings of a
// configuration: a key that does not exist, an action that does not exist.
func CheckKeys(preset string, bindings map[string][]string) error {
	_, err := newKeymap(preset, bindings)
	return err
}

// presets hold what differs from the action table's own keys.
var presets = map[string]map[string]string{
	"":         {},
	"dateline": {},
	"newsboat": {
		"N": "toggle-read", "ctrl+n": "next-unread", "ctrl+p": "previous-unread", "p": "previous-unread",
		"r": "refresh", "R": "refresh-all", "o": "open-browser", "C": "mark-all-read", "l": "toggle-show-read",
		"ctrl+t": "choose-source", "F": "filter", "ctrl+l": "redraw",
	},
}

var namedKeys = []string{
	"space", "enter", "tab", "esc", "backspace", "delete", "insert", "up", "down", "left", "right",
	"home", "end", "pgup", "pgdown", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

// splitKeys turns a written key ("gg", "ctrl+r", "g space") into a sequence.
func splitKeys(written string) (string, error) {
	var seq []string
	for word := range strings.FieldsSeq(written) {
		base := word
		for _, mod := range []string{"ctrl+", "alt+", "shift+"} {
			base = strings.TrimPrefix(base, mod)
		}
		switch {
		case slices.Contains(namedKeys, base):
			seq = append(seq, word)
		case base != word && utf8.RuneCountInString(base) == 1:
			seq = append(seq, word)
		case base != word || modified(base):
			return "", fmt.Errorf("unknown key %q; write it like %q, %q or %q", written, "ctrl+r", "gg", "pgdown")
		default:
			for _, r := range word {
				seq = append(seq, string(r))
			}
		}
	}
	if len(seq) == 0 {
		return "", fmt.Errorf("an empty key; write it like %q, %q or %q", "ctrl+r", "gg", "pgdown")
	}
	return strings.Join(seq, " "), nil
}

// modified says that a word names a modifier that is not one of ours, as in
// "hyper+x": a plus between at least two letters and something else. Keys that
// are typed one after the other, as in "g+", are none.
func modified(word string) bool {
	before, after, found := strings.Cut(word, "+")
	return found && after != "" && utf8.RuneCountInString(before) > 1
}

// mustSplit is for keys written in this package; a test covers them all.
func mustSplit(written string) string {
	seq, err := splitKeys(written)
	if err != nil {
		panic(err)
	}
	return seq
}

// showKeys writes a sequence the way the help page shows it.
func showKeys(seq string) string {
	keys := strings.Split(seq, " ")
	for _, k := range keys {
		if utf8.RuneCountInString(k) > 1 {
			return strings.Join(keys, " ")
		}
	}
	return strings.Join(keys, "")
}

// keyName is the name of a pressed key as the keymap knows it.
func keyName(k tea.KeyPressMsg) string {
	if k.Text != "" && k.Text != " " && k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return k.Text
	}
	return k.Keystroke()
}

// nearest suggests a name that is spelt almost like this one.
func nearest(name string, known map[string]*action) string {
	best, dist := "", 4
	for other := range known {
		if d := distance(name, other); d < dist || d == dist && other < best {
			best, dist = other, d
		}
	}
	if best == "" {
		return "; the guide's page on keys lists them all"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the number of letters to change, add or drop (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
