package ui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/text"
	"dateline/ui/mode"
)

// keymap finds the actions of a key or a sequence of keys such as "gg". A
// sequence is written as its keys with spaces between them.
type keymap struct {
	actions  map[string][]*action
	prefixes map[string]bool
	table    []action
	// keys holds the keys of each action that has some, by its name: as the help page shows
	// them, in the order of the action table.
	keys map[string][]string
	// hinted are the actions that the status line of each pane may show, in its order.
	hinted [3][]hintedAction
}

// hintedAction is an action that the status line may show.
type hintedAction struct {
	*action
	// key is its first key as it is written, and keys as it is pressed.
	key, keys string
}

// lookup returns the actions bound to the keys typed so far, and whether more keys
// could follow.
func (k keymap) lookup(typed []string) (bound []*action, more bool) {
	s := strings.Join(typed, " ")
	return k.actions[s], k.prefixes[s]
}

// keyFor returns the first key of an action by its name; empty if it has none.
func (k keymap) keyFor(name string) string {
	if keys := k.keys[name]; len(keys) > 0 {
		return keys[0]
	}
	return ""
}

// tips returns what keys do, for a message. pairs are an action and the words for what it does,
// one after the other. Actions without a key are left out.
func (k keymap) tips(pairs ...string) string {
	var tips []string
	for _, h := range k.tipHints(pairs...) {
		tips = append(tips, h.text())
	}
	return strings.Join(tips, ", ")
}

// tipHints returns the parts of [keymap.tips].
func (k keymap) tipHints(pairs ...string) []hint {
	var tips []hint
	for i := 0; i+1 < len(pairs); i += 2 {
		if key := k.keyFor(pairs[i]); key != "" {
			tips = append(tips, hint{mustSplit(key), titled(key), pairs[i+1]})
		}
	}
	return tips
}

// titled returns a key as messages show it.
func titled(key string) string {
	if key == "enter" || key == "esc" {
		return strings.ToUpper(key[:1]) + key[1:]
	}
	return key
}

// withTips returns a note, and behind a separator what keys do, as [keymap.tips] returns it. If
// none of the actions has a key, it returns the note. In the status line the tips can be clicked.
func (e *env) withTips(note, separator string, pairs ...string) string {
	tips := e.keymap.tipHints(pairs...)
	if len(tips) == 0 {
		return note
	}
	for i, h := range tips {
		if i == 0 {
			note += separator
		} else {
			note += ", "
		}
		note += h.text()
		e.status.offer(h)
	}
	return note
}

// keyRank returns the position of a key among the keys of an action. Keys of the
// configuration follow the keys of the table.
func keyRank(a *action, key string) int {
	if i := slices.Index(a.keys, key); i >= 0 {
		return i
	}
	return len(a.keys)
}

// newKeymap binds the keys of the table, then of a preset, then of the user's bindings.
// bindings maps a key to the names of actions. An empty list unbinds the key.
func newKeymap(table []action, preset string, bindings map[string][]string) (keymap, error) {
	k := keymap{actions: map[string][]*action{}, prefixes: map[string]bool{}, table: table}
	byName := map[string]*action{}
	for i := range k.table {
		a := &k.table[i]
		byName[a.name] = a
		for _, key := range a.keys {
			k.actions[mustSplit(key)] = []*action{a}
		}
	}
	extra, ok := presets[preset]
	if !ok {
		return k, fmt.Errorf("unknown keymap %q; use %q or %q", preset, "dateline", "newsboat")
	}
	for key, name := range extra {
		k.actions[mustSplit(key)] = []*action{byName[name]}
	}
	for key, names := range bindings {
		if err := k.bind(byName, key, names); err != nil {
			return k, err
		}
	}
	k.index()
	return k, nil
}

// index fills prefixes, keys and hinted from actions.
func (k *keymap) index() {
	k.keys = map[string][]string{}
	for seq, bound := range k.actions {
		for _, a := range bound {
			k.keys[a.name] = append(k.keys[a.name], showKeys(seq))
		}
		for i := range seq {
			if seq[i] == ' ' {
				k.prefixes[seq[:i]] = true
			}
		}
	}
	for i := range k.table {
		a := &k.table[i]
		slices.SortFunc(k.keys[a.name], func(x, y string) int {
			return cmp.Or(keyRank(a, x)-keyRank(a, y), strings.Compare(x, y))
		})
		k.keys[a.name] = slices.Compact(k.keys[a.name]) // a key may name an action twice
	}
	for in := range k.hinted {
		k.hinted[in] = k.hintedIn(area(in))
	}
}

func (k keymap) bind(byName map[string]*action, key string, names []string) error {
	seq, err := splitKeys(key)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		delete(k.actions, seq)
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
	k.actions[seq] = bound
	return nil
}

// CheckKeys returns an error if the preset, a key or an action of a configuration does
// not exist.
func CheckKeys(preset string, bindings map[string][]string) error {
	_, err := newKeymap(actions(new(Model)), preset, bindings)
	return err
}

// presets hold the keys that differ from those of the action table.
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

// modified reports whether a word has an unknown modifier, as in "hyper+x": at least two
// letters, a plus and something else. "g+" is two keys.
func modified(word string) bool {
	before, after, found := strings.Cut(word, "+")
	return found && after != "" && utf8.RuneCountInString(before) > 1
}

// mustSplit is splitKeys for keys that are written in this package. It panics if they
// are malformed.
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

// nearest returns a hint at the known name that is most similar to name.
func nearest(name string, known map[string]*action) string {
	near := text.Nearest(name, slices.Sorted(maps.Keys(known)))
	if text.EditDistance(name, near) > 3 {
		return "; the guide's page on keys lists them all"
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// keyboard collects the keys of a sequence and the number before it.
type keyboard struct {
	*env
	*geometry
	keymap
	typed []string
	count int
	// links opens links by their numbers.
	links linkNumber
	// unknown are the last keys that did nothing, which the status line has said.
	unknown string
}

// linkNumber is the number of a link that is being typed. A digit waits for another one only
// if the article has a link of such a number.
type linkNumber struct {
	typed int
	// generation numbers the waits.
	generation int
	// last returns the largest number of a link in the article.
	last func() int
	open func(int) tea.Cmd
}

// linkPause is how long the number of a link waits for another digit.
const linkPause = time.Second

// linkPaused reports that no other digit came.
type linkPaused struct{ generation int }

// typeLink adds a digit to the number of a link. The link is opened at once if no link has a
// longer number, or else by Enter or after linkPause.
func (k *keyboard) typeLink(digit int) tea.Cmd {
	l := &k.links
	l.typed = l.typed*10 + digit
	l.generation++
	if l.typed*10 > l.last() {
		return k.openTyped()
	}
	k.status.waiting(k.waitingText())
	generation := l.generation
	return k.after(k.ctx, linkPause, func(time.Time) tea.Msg { return linkPaused{generation} })
}

// openTyped opens the link whose number was typed.
func (k *keyboard) openTyped() tea.Cmd {
	n := k.links.typed
	k.links.typed = 0
	k.status.waiting("")
	return k.links.open(n)
}

// linkPaused opens the link whose number was typed, if no other key came.
func (k *keyboard) linkPaused(msg linkPaused) tea.Cmd {
	if k.links.typed == 0 || msg.generation != k.links.generation {
		return nil
	}
	return k.openTyped()
}

// continuesLink reports whether a key is another digit of a link's number.
func (k *keyboard) continuesLink(key string) bool {
	return k.links.typed > 0 && len(key) == 1 && key >= "0" && key <= "9"
}

// press adds a key to the keys typed so far. If they are complete, it acts.
func (k *keyboard) press(key string) tea.Cmd {
	switch {
	case k.continuesLink(key):
		return k.typeLink(int(key[0] - '0'))
	case k.links.typed > 0 && key == "enter":
		return k.openTyped()
	}
	if k.links.typed > 0 {
		k.links.typed = 0
		if key == "esc" {
			return nil
		}
	}
	if k.isCount(key) {
		k.count = min(k.count*10+int(key[0]-'0'), 99999)
		k.status.waiting(k.waitingText())
		return nil
	}
	k.typed = append(k.typed, key)
	bound, more := k.lookup(k.typed)
	if more && len(bound) == 0 {
		k.status.waiting(k.waitingText())
		return nil
	}
	typed, n := k.typed, max(k.count, 1)
	if len(typed) == 1 && len(key) == 1 && key >= "1" && key <= "9" {
		n = int(key[0] - '0')
	}
	k.typed, k.count = nil, 0
	if len(bound) == 0 {
		if key != "esc" {
			k.explainUnknown(typed)
		}
		return nil
	}
	k.unknown = ""
	return k.act(bound, n)
}

// explainUnknown says that keys do nothing, and names the nearest key that does something: the
// same letter in the other case, or else the same letter in another sequence. It does not say
// so again if the same keys are typed again at once.
func (k *keyboard) explainUnknown(typed []string) {
	seq := strings.Join(typed, " ")
	if seq == k.unknown {
		return
	}
	k.unknown = seq
	what := showKeys(seq) + " does nothing here"
	if near, a := k.nearestKeys(typed); a != nil {
		tip := hint{near, titled(showKeys(near)), "is: " + a.help}
		k.status.offer(tip)
		k.status.say(k.withTips(what+"; "+tip.text(), "; ", "help", "shows all keys"))
		return
	}
	k.status.say(k.withTips(what, "; ", "help", "shows all keys"))
}

// nearestKeys returns the keys nearest to keys that do nothing, and what they do; nil if there
// are none.
func (k *keyboard) nearestKeys(typed []string) (near string, does *action) {
	last := typed[len(typed)-1]
	if utf8.RuneCountInString(last) != 1 {
		return "", nil
	}
	before, other := strings.Join(typed[:len(typed)-1], " "), strings.ToLower(last)
	if other == last {
		other = strings.ToUpper(last)
	}
	candidates := []string{strings.TrimLeft(before+" "+other, " ")}
	for _, letter := range []string{last, other} {
		candidates = append(candidates, letter)
		for _, seq := range slices.Sorted(maps.Keys(k.actions)) {
			if strings.HasSuffix(seq, " "+letter) {
				candidates = append(candidates, seq)
			}
		}
	}
	for _, seq := range candidates {
		if bound := k.actions[seq]; len(bound) > 0 && (bound[0].why == nil || bound[0].why() == "") {
			return seq, bound[0]
		}
	}
	return "", nil
}

// bound reports whether a key would do something after the keys typed so far.
func (k *keyboard) bound(key string) bool {
	actions, more := k.lookup(append(slices.Clone(k.typed), key))
	return len(actions) > 0 || more || k.isCount(key)
}

// suspends reports whether a key does nothing but suspend the program, and is no text. Such a
// key also works in prompts and overlays.
func (k *keyboard) suspends(key tea.KeyPressMsg) bool {
	bound := k.actions[mode.KeyName(key)]
	return key.Text == "" && len(bound) == 1 && bound[0].name == "suspend"
}

// isCount reports whether a key is a digit of a number before a key. In an article the
// digits open its links.
func (k *keyboard) isCount(key string) bool {
	if len(key) != 1 || key < "0" || key > "9" || len(k.typed) > 0 {
		return false
	}
	return k.focus != areaArticle && (key != "0" || k.count > 0)
}

// waitingText returns the unfinished number and keys for the status line.
func (k *keyboard) waitingText() string {
	s := strings.Join(k.typed, "")
	if n := max(k.count, k.links.typed); n > 0 {
		s = text.Number(n) + s
	}
	return s + k.theme.Glyphs.Ellipsis
}

// forget drops the keys typed so far and reports whether there were any.
func (k *keyboard) forget() bool {
	waiting := len(k.typed) > 0 || k.count > 0
	k.typed, k.count = nil, 0
	return waiting
}

// act carries out actions one after the other. If one cannot be done now, it shows the
// reason and stops.
func (k *keyboard) act(bound []*action, n int) tea.Cmd {
	var cmds []tea.Cmd
	for _, a := range bound {
		if a.why != nil {
			if reason := a.why(); reason != "" {
				k.status.say(reason)
				break
			}
		}
		cmds = append(cmds, a.do(n))
	}
	return tea.Batch(cmds...)
}

// keyList opened the list of all keys. rows holds the action of each row; nil for a heading.
type keyList struct{ rows []*action }

// showHelp lists every action with its keys. The chosen action is carried out.
func (m *Model) showHelp() tea.Cmd {
	rows, does := helpRows(m.keys.keymap)
	m.modes.OpenOverlay(&mode.Overlay{
		Title: "Keys", Rows: rows, Choose: true, Wrap: true, Tips: []mode.Hint{{Key: "enter", Word: "do it"}},
	}, keyList{does})
	return nil
}

func (l keyList) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	m.modes.Close()
	return m.keys.act([]*action{l.rows[chosen.Row]}, 1)
}

// readOnly opened an overlay that is only for reading.
type readOnly struct{}

func (readOnly) answered(m *Model, a mode.Answer) tea.Cmd {
	if _, entered := a.(mode.Accepted); entered {
		m.modes.Close()
	}
	return nil
}

// helpRows returns the rows of the help page, and the action of each; nil for a heading.
func helpRows(k keymap) (rows []mode.Row, does []*action) {
	for _, section := range sections {
		rows, does = append(rows, mode.Row{Heading: section}), append(does, nil)
		for i := range k.table {
			if a := &k.table[i]; a.section == section {
				rows, does = append(rows, mode.Row{Left: helpKeys(k.keys[a.name]), Right: a.help}), append(does, a)
			}
		}
	}
	return rows, does
}

func helpKeys(keys []string) string {
	if len(keys) == 0 {
		return "(no key)"
	}
	return strings.Join(spanned(keys), " ")
}

// spanned writes the nine digits as a range.
func spanned(keys []string) []string {
	if len(keys) == 9 && keys[0] == "1" {
		return []string{"1 - 9"}
	}
	return keys
}

// KeyTable returns the keys as Markdown, for the guide's page on keys.
func KeyTable() string {
	k, err := newKeymap(actions(new(Model)), "", nil)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| Key | What it does | Name |\n|---|---|---|\n", section)
		for i := range k.table {
			a := &k.table[i]
			if a.section != section {
				continue
			}
			var keys []string
			for _, key := range spanned(k.keys[a.name]) {
				keys = append(keys, "`"+strings.ReplaceAll(key, "|", `\|`)+"`")
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` |\n", strings.Join(keys, " "), a.help, a.name)
		}
	}
	return b.String()
}
