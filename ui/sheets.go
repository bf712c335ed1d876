package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
)

// showHelp lists every action with its keys.
func (m *Model) showHelp() tea.Cmd {
	m.openSheet(&sheet{title: "Keys", rows: helpRows(m.keys)})
	return nil
}

func helpRows(k keymap) []sheetRow {
	var rows []sheetRow
	for _, section := range sections {
		rows = append(rows, sheetRow{head: section})
		for i := range k.table {
			if a := &k.table[i]; a.section == section {
				rows = append(rows, sheetRow{left: helpKeys(k.keysOf(a)), right: a.help})
			}
		}
	}
	return rows
}

func helpKeys(keys []string) string {
	if len(keys) == 0 {
		return "(no key)"
	}
	return strings.Join(spanned(keys), " ")
}

// spanned writes the nine digits as a span.
func spanned(keys []string) []string {
	if len(keys) == 9 && keys[0] == "1" {
		return []string{"1 - 9"}
	}
	return keys
}

// KeyTable lists the keys as Markdown, for the guide's page on keys.
func KeyTable() string {
	k, err := newKeymap("", nil)
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
			for _, key := range spanned(k.keysOf(a)) {
				keys = append(keys, "`"+strings.ReplaceAll(key, "|", `\|`)+"`")
			}
			fmt.Fprintf(&b, "| %s | %s | `%s` |\n", strings.Join(keys, " "), a.help, a.name)
		}
	}
	return b.String()
}

// chooseSource offers every source by name.
func (m *Model) chooseSource() tea.Cmd {
	var rows []sheetRow
	var keys []string
	for _, s := range m.sources.rows(nil) {
		if s.kind == sourceGap {
			continue
		}
		row := sheetRow{left: s.name, right: countText(s)}
		if s.kind == sourceTag {
			row.right = strings.TrimSpace("group " + row.right)
		}
		rows, keys = append(rows, row), append(keys, s.key)
	}
	m.openSheet(&sheet{title: "Go to", rows: rows, choose: func(m *Model, i int) tea.Cmd {
		return m.goView(keys[i])
	}})
	return nil
}

// showLinks lists the links of the article; one chosen is opened.
func (m *Model) showLinks() tea.Cmd {
	links := m.article.page.links
	rows := make([]sheetRow, len(links))
	for i, l := range links {
		rows[i] = sheetRow{left: fmt.Sprintf("[%d] %s", l.N, text.Clean(l.Text)), right: text.Clean(l.URL)}
	}
	m.openSheet(&sheet{title: "Links", rows: rows, choose: func(m *Model, i int) tea.Cmd {
		return m.openURL(links[i].URL, false)
	}})
	return nil
}

// wrapRows sets long right sides over several rows, for a sheet that is read
// and not chosen from.
func wrapRows(rows []sheetRow, inner int) []sheetRow {
	s := sheet{rows: rows}
	room := max(inner-s.leftWidth(inner)-4, 8)
	var out []sheetRow
	for _, r := range rows {
		for part := range strings.SplitSeq(ansi.Wrap(r.right, room, ""), "\n") {
			out = append(out, sheetRow{head: r.head, left: r.left, right: part})
			r.left = ""
		}
	}
	return out
}
