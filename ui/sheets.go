package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
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
		rows[i] = sheetRow{left: fmt.Sprintf("[%d] %s", l.N, feed.Clean(l.Text)), right: feed.Clean(l.URL)}
	}
	m.openSheet(&sheet{title: "Links", rows: rows, choose: func(m *Model, i int) tea.Cmd {
		return m.openURL(links[i].URL, false)
	}})
	return nil
}

// showInfo tells what is known of the feed and the item in hand.
func (m *Model) showInfo() tea.Cmd {
	var rows []sheetRow
	item, hasItem := m.current()
	f := m.headlines.source.feed
	if hasItem {
		if own, ok := m.sources.feedOf(item.Feed); ok {
			f = &own
		}
	}
	if f != nil {
		rows = append(rows, feedInfo(*f, m.now())...)
	}
	if hasItem {
		rows = append(rows, itemInfo(item, m.now())...)
	}
	if len(rows) == 0 {
		m.status.say("there is nothing to tell here; choose a feed or an item")
		return nil
	}
	m.openSheet(&sheet{title: "Info", rows: wrapRows(rows, sheetWidth(m.width))})
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

func feedInfo(f feed.Feed, now time.Time) []sheetRow {
	answer := "has not been asked yet"
	switch {
	case f.Poll.Error != "":
		answer = f.Poll.Error
	case f.Poll.Status == 304:
		answer = "304, nothing new"
	case f.Poll.Status != 0:
		answer = fmt.Sprintf("%d, read", f.Poll.Status)
	case !f.Poll.LastChecked.IsZero():
		answer = "read"
	}
	rows := []sheetRow{
		{head: "Feed"},
		{left: "title", right: f.DisplayTitle()},
		{left: "address", right: f.URL},
		{left: "site", right: f.Site},
		{left: "tags", right: strings.Join(f.Tags, ", ")},
		{left: "items", right: fmt.Sprintf("%s kept, %s unread", number(f.Total), number(f.Unread))},
		{left: "asked", right: when(f.Poll.LastChecked, now)},
		{left: "answered", right: answer},
		{left: "asked next", right: nextWords(f.Poll, now)},
	}
	if f.Poll.Failures > 0 {
		rows = append(rows,
			sheetRow{left: "failed", right: plural(f.Poll.Failures, "time") + " in a row"},
			sheetRow{left: "last good answer", right: when(f.Poll.LastOK, now)})
	}
	if f.Poll.FinalURL != "" && f.Poll.FinalURL != f.URL {
		rows = append(rows, sheetRow{left: "redirected to", right: f.Poll.FinalURL})
	}
	return cleanRows(rows)
}

func itemInfo(i feed.Item, now time.Time) []sheetRow {
	return cleanRows([]sheetRow{
		{head: "Item"},
		{left: "title", right: i.DisplayTitle()},
		{left: "link", right: i.Link},
		{left: "published", right: when(i.Published, now)},
		{left: "updated", right: when(i.Updated, now)},
		{left: "first seen", right: when(i.FirstSeen, now)},
		{left: "categories", right: strings.Join(i.Categories, ", ")},
		{left: "GUID", right: i.GUID},
	})
}

// cleanRows drops rows with nothing to tell and cleans the rest.
func cleanRows(rows []sheetRow) []sheetRow {
	kept := rows[:0]
	for _, r := range rows {
		if r.head == "" && r.right == "" {
			continue
		}
		r.right = feed.Clean(r.right)
		kept = append(kept, r)
	}
	return kept
}

func when(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(now.Location()).Format("2 January 2006, 15:04:05") + ", " + feed.Ago(t, now)
}

func nextWords(p feed.PollState, now time.Time) string {
	switch {
	case p.Gone:
		return "never unbidden: the server says the feed is gone for good"
	case p.Due(now):
		return "now"
	}
	return "in " + feed.Until(p.NextCheck, now)
}
