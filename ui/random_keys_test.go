package ui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// TestAnyKeysAtAnySize presses, clicks and resizes at random, on plain feeds and on an article
// of headings, notes, tables and pictures. Every line must stay as wide as the terminal.
func TestAnyKeysAtAnySize(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 7} {
		monkey(t, newScreen(t, 120, 40), seed, 400)
		monkey(t, richScreen(t, []string{"blocks", "kitty", "sixel", "off"}[seed%4]), seed, 200)
	}
}

// richScreen opens a screen on an article with everything that a key can lead to.
func richScreen(t *testing.T, protocol string) *screen {
	t.Helper()
	s, _ := pictureScreen(t, "always", protocol, func(d *Deps) { d.Settings.Layout = "auto" })
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, `<h%[1]d id="h%[2]d">Heading 見出し %[2]d שלום</h%[1]d><p>Nato <a href="https://x.example/%[2]d">na</a><a href="https://y.example/">to 全角</a>
			and<sup><a href="#n%[2]d">%[2]d</a></sup> <img src="https://p.example/stair.png" width="400" height="300" alt="A stair">.</p>
			<details><summary>More</summary><table><tr><th>nato</th><td><a href="#h0">up</a></td></tr></table></details><p id="n%[2]d">&#x10EEEE;&#x305; Note e&#x301;</p>`, 1+i%6, i)
	}
	item := testItem("Everything", s.clock.now(), b.String())
	s.source.docs[natoURL] = testDoc("Photos", "", "https://p.example/", []feed.Article{item})
	s.press("R", "g", "u", "enter")
	return s
}

func monkey(t *testing.T, s *screen, seed uint64, presses int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	var keys []string
	for _, a := range actions(new(Model)) {
		if a.name != "quit" && a.name != "suspend" && a.name != "redraw" {
			keys = append(keys, a.keys...)
		}
	}
	keys = append(keys, "type:nato", "type:is:unread (", "enter", "enter", "esc", "esc", "backspace", "3", "y", "n", "ctrl+p", "ctrl+n", "type:fj")
	tiny := [][2]int{{0, 0}, {1, 1}, {10, 3}, {2, 60}, {200, 2}, {500, 200}, {40, 12}}
	for range presses {
		switch r.IntN(21) {
		case 0:
			s.send(tea.WindowSizeMsg{Width: 20 + r.IntN(200), Height: 6 + r.IntN(60)})
		case 1:
			at := tea.Mouse{X: r.IntN(max(s.m.width, 1)), Y: r.IntN(max(s.m.height, 1)), Button: tea.MouseLeft}
			s.send(tea.MouseClickMsg(at))
			at.X += r.IntN(9) - 4
			s.send(tea.MouseMotionMsg(at))
			s.send(tea.MouseReleaseMsg(at))
		case 2:
			size := tiny[r.IntN(len(tiny))]
			s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		case 3:
			s.send(tea.MouseWheelMsg{X: r.IntN(max(s.m.width, 1)), Y: r.IntN(max(s.m.height, 1)), Button: tea.MouseWheelDown})
		default:
			s.pressWritten(keys[r.IntN(len(keys))])
		}
		if s.m.width >= 40 && s.m.height >= 12 {
			s.expectWidth()
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// pressWritten presses a key, or the keys of a sequence such as "gg".
func (s *screen) pressWritten(key string) {
	if named := keyPress(key); len(key) > 1 && named.Text != "" && len([]rune(key)) != 1 && key[0] != 't' {
		for _, r := range key {
			s.press(string(r))
		}
		return
	}
	s.press(key)
}
