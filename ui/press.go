package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// press sends a key to the prompt or sheet that is open, else to the actions
// bound to it.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	m.begin()
	switch {
	case m.prompt != nil:
		return m.promptKey(k)
	case m.sheet != nil:
		return m.sheetKey(k)
	}
	return m.keyTyped(keyName(k))
}

// begin notes that the reader does something: the answer to what they did
// before has been read.
func (m *Model) begin() {
	m.status.clear()
	m.refresh.result = ""
	m.session.touched = true
	m.idle.key = m.now()
}

// keyTyped adds a key to those typed so far and acts when they are complete.
func (m *Model) keyTyped(key string) tea.Cmd {
	if m.counts(key) {
		m.count = min(m.count*10+int(key[0]-'0'), 99999)
		m.status.waiting(m.waitingText())
		return nil
	}
	m.typed = append(m.typed, key)
	bound, more := m.keys.lookup(m.typed)
	if more && len(bound) == 0 {
		m.status.waiting(m.waitingText())
		return nil
	}
	typed, n := m.typed, max(m.count, 1)
	if len(typed) == 1 && len(key) == 1 && key >= "1" && key <= "9" {
		n = int(key[0] - '0')
	}
	m.typed, m.count = nil, 0
	if len(bound) == 0 {
		if key != "esc" {
			m.status.say(showKeys(strings.Join(typed, " ")) + " does nothing here; ? shows every key")
		}
		return nil
	}
	return m.act(bound, n)
}

// counts says whether a key is a digit of a number before a motion. In an
// article the digits open its links.
func (m *Model) counts(key string) bool {
	if len(key) != 1 || key < "0" || key > "9" || len(m.typed) > 0 {
		return false
	}
	return m.focus != paneArticle && (key != "0" || m.count > 0)
}

func (m *Model) waitingText() string {
	text := strings.Join(m.typed, "")
	if m.count > 0 {
		text = number(m.count) + text
	}
	return text + m.theme.glyphs.ellipsis
}

// act carries out actions in turn; one that cannot be done now says why.
func (m *Model) act(bound []*action, n int) tea.Cmd {
	var cmds []tea.Cmd
	for _, a := range bound {
		if a.why != nil {
			if reason := a.why(m); reason != "" {
				m.status.say(reason)
				break
			}
		}
		cmds = append(cmds, a.do(m, n))
	}
	return tea.Batch(cmds...)
}
