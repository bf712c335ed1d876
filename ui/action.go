package ui

import tea "charm.land/bubbletea/v2"

// action is one thing a key can do. The table of actions is the only list of
// keys there is: dispatch, footer, help page, configuration check and the
// guide's page on keys are readings of it.
type action struct {
	// name is what the configuration calls it.
	name    string
	section string
	help    string
	// hint is the word in the footer, shown in the panes of in; empty for none.
	hint string
	in   []pane
	keys []string
	// do carries it out; n is the number typed before the key, at least 1.
	do func(m *Model, n int) tea.Cmd
	// why says why it cannot be done now; empty when it can. nil means always.
	why func(m *Model) string
}

// The sections of the help page, in its order.
const (
	sectionMove  = "Moving"
	sectionRead  = "Reading"
	sectionMark  = "Marking"
	sectionFind  = "Finding"
	sectionFeeds = "Feeds"
	sectionLook  = "Looks"
)

var sections = []string{sectionMove, sectionRead, sectionMark, sectionFind, sectionFeeds, sectionLook}

var (
	inLists   = []pane{paneHeadlines}
	inArticle = []pane{paneArticle}
	inNews    = []pane{paneHeadlines, paneArticle}
	inSources = []pane{paneSources}
	inAll     = []pane{paneSources, paneHeadlines, paneArticle}
)

func actions() []action {
	var all []action
	for _, part := range [][]action{
		moveActions(), readActions(), markActions(), findActions(), feedActions(), lookActions(),
	} {
		all = append(all, part...)
	}
	return all
}

func moveActions() []action {
	return []action{
		{name: "down", section: sectionMove, help: "a row or line down", keys: []string{"j", "down"}, do: by((*Model).move, 1)},
		{name: "up", section: sectionMove, help: "a row or line up", keys: []string{"k", "up"}, do: by((*Model).move, -1)},
		{name: "page-down", section: sectionMove, help: "a page down; at an article's end the next one", keys: []string{"space", "pgdown", "ctrl+f"}, do: (*Model).pageDown},
		{name: "page-up", section: sectionMove, help: "a page up", keys: []string{"shift+space", "pgup", "ctrl+b"}, do: by((*Model).halfPages, -2)},
		{name: "half-down", section: sectionMove, help: "half a page down", keys: []string{"ctrl+d"}, do: by((*Model).halfPages, 1)},
		{name: "half-up", section: sectionMove, help: "half a page up", keys: []string{"ctrl+u"}, do: by((*Model).halfPages, -1)},
		{name: "first", section: sectionMove, help: "the first row or line", keys: []string{"gg", "home"}, do: once((*Model).first)},
		{name: "last", section: sectionMove, help: "the last row or line", keys: []string{"G", "end"}, do: once((*Model).last)},
		{name: "next-pane", section: sectionMove, help: "the next pane", keys: []string{"tab"}, do: by((*Model).turnPane, 1)},
		{name: "previous-pane", section: sectionMove, help: "the previous pane", keys: []string{"shift+tab"}, do: by((*Model).turnPane, -1)},
		{name: "open", section: sectionMove, help: "open, one level in", hint: "open", in: []pane{paneSources, paneHeadlines}, keys: []string{"enter", "l", "right"}, do: once((*Model).open)},
		{name: "out", section: sectionMove, help: "one level out; quit at the top", hint: "back", in: inArticle, keys: []string{"q", "h", "left", "backspace"}, do: once((*Model).out)},
		{name: "escape", section: sectionMove, help: "stop a refresh, end a search, go out", keys: []string{"esc"}, do: once((*Model).escape)},
		{name: "quit", section: sectionMove, help: "quit now", keys: []string{"Q", "ctrl+c"}, do: once((*Model).quit)},
	}
}

func readActions() []action {
	return []action{
		{name: "next-unread", section: sectionRead, help: "the next unread, across feeds; the next hit", hint: "next unread", in: inArticle, keys: []string{"n"}, do: by((*Model).nextUnread, 1)},
		{name: "previous-unread", section: sectionRead, help: "the previous unread or hit", keys: []string{"N", "p"}, do: by((*Model).nextUnread, -1)},
		{name: "next", section: sectionRead, help: "the next source or article", keys: []string{"J"}, do: by((*Model).neighbour, 1)},
		{name: "previous", section: sectionRead, help: "the previous source or article", keys: []string{"K"}, do: by((*Model).neighbour, -1)},
		{name: "next-unread-source", section: sectionRead, help: "the next source with unread items", keys: []string{"ctrl+n"}, do: by((*Model).nextSource, 1)},
		{name: "previous-unread-source", section: sectionRead, help: "the previous source with unread items", keys: []string{"ctrl+p"}, do: by((*Model).nextSource, -1)},
		{name: "open-browser", section: sectionRead, help: "open the page (or site) in the browser", hint: "browser", in: inArticle, keys: []string{"o"}, do: once((*Model).openBrowser), why: (*Model).noLink},
		{name: "open-background", section: sectionRead, help: "open in the background and mark read", keys: []string{"O"}, do: once((*Model).openBackground), why: (*Model).noLink},
		{name: "open-comments", section: sectionRead, help: "open the discussion", keys: []string{"c"}, do: once((*Model).openComments), why: (*Model).noComments},
		{name: "open-enclosure", section: sectionRead, help: "open the enclosed file in the browser", keys: []string{"e"}, do: once((*Model).openEnclosure), why: (*Model).noEnclosure},
		{name: "links", section: sectionRead, help: "list the article's links", keys: []string{"U"}, do: once((*Model).showLinks), why: (*Model).noLinks},
		{name: "open-link", section: sectionRead, help: "open the link of that number", keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, do: (*Model).openLink, why: (*Model).noLinks},
		{name: "toggle-fulltext", section: sectionRead, help: "the full text of the page, or the feed's text", hint: "full text", in: inArticle, keys: []string{"x"}, do: once((*Model).toggleFulltext), why: (*Model).noFulltext},
		{name: "show-diff", section: sectionRead, help: "what the publisher edited, or the text again", keys: []string{"gd"}, do: once((*Model).toggleDiff), why: (*Model).noDiff},
		{name: "copy-link", section: sectionRead, help: "copy the item's (or feed's) address", keys: []string{"y"}, do: once((*Model).copyLink), why: (*Model).noCopy},
		{name: "copy-title", section: sectionRead, help: "copy title and address", keys: []string{"Y"}, do: once((*Model).copyTitle), why: (*Model).noCopy},
		{name: "copy-feed", section: sectionRead, help: "copy the feed's address, to subscribe elsewhere", keys: []string{"gy"}, do: once((*Model).copyFeed), why: (*Model).noFeed},
	}
}

func markActions() []action {
	return []action{
		{name: "read-down", section: sectionMark, help: "mark read and move down", keys: []string{"d"}, do: once((*Model).readDown), why: (*Model).noItem},
		{name: "toggle-read", section: sectionMark, help: "mark read or unread", hint: "read", in: inNews, keys: []string{"m"}, do: once((*Model).toggleRead), why: (*Model).noItem},
		{name: "mark-all-read", section: sectionMark, help: "mark all listed read, go to the next source", hint: "all read", in: []pane{paneSources, paneHeadlines}, keys: []string{"A"}, do: once((*Model).markAllRead)},
		{name: "mark-above-read", section: sectionMark, help: "mark everything above read", keys: []string{"[r"}, do: once((*Model).markAbove), why: (*Model).noItem},
		{name: "mark-below-read", section: sectionMark, help: "mark everything below read", keys: []string{"]r"}, do: once((*Model).markBelow), why: (*Model).noItem},
		{name: "toggle-star", section: sectionMark, help: "star or unstar; starred items are kept", hint: "star", in: inNews, keys: []string{"s"}, do: once((*Model).toggleStar), why: (*Model).noItem},
		{name: "hide", section: sectionMark, help: "hide the item, or show a hidden one (is:hidden)", keys: []string{"D"}, do: once((*Model).hide), why: (*Model).noItem},
		{name: "undo", section: sectionMark, help: "undo the last mark, also after a restart", hint: "undo", in: inNews, keys: []string{"u"}, do: once((*Model).undo)},
		{name: "redo", section: sectionMark, help: "redo what was undone", keys: []string{"ctrl+r"}, do: once((*Model).redo)},
	}
}

func findActions() []action {
	return []action{
		{name: "search", section: sectionFind, help: "search everything, as you type", hint: "search", in: inAll, keys: []string{"/"}, do: once((*Model).startSearch)},
		{name: "filter", section: sectionFind, help: "filter this list, as you type", keys: []string{`\`}, do: once((*Model).startFilter)},
		{name: "choose-source", section: sectionFind, help: "go to a source by name", keys: []string{"t"}, do: once((*Model).chooseSource)},
		{name: "go-unread", section: sectionFind, help: "all that is unread", keys: []string{"gu"}, do: goTo(keyUnread)},
		{name: "go-starred", section: sectionFind, help: "all that is starred", keys: []string{"gs"}, do: goTo(keyStarred)},
		{name: "go-today", section: sectionFind, help: "today's items", keys: []string{"gt"}, do: goTo(keyToday)},
		{name: "go-everything", section: sectionFind, help: "everything", keys: []string{"ga"}, do: goTo(keyEverything)},
		{name: "go-new", section: sectionFind, help: "what the last refresh brought", keys: []string{"gl"}, do: once((*Model).goNew)},
		{name: "go-sources", section: sectionFind, help: "the sources", keys: []string{"gf"}, do: once((*Model).goSources)},
		{name: "help", section: sectionFind, help: "this page; type to filter it", hint: "help", in: inAll, keys: []string{"?", "f1"}, do: once((*Model).showHelp)},
	}
}

func feedActions() []action {
	return []action{
		{name: "refresh", section: sectionFeeds, help: "refresh this feed or group", hint: "refresh", in: inLists, keys: []string{"r"}, do: once((*Model).refreshShown)},
		{name: "refresh-all", section: sectionFeeds, help: "refresh everything", hint: "refresh all", in: inSources, keys: []string{"R"}, do: once((*Model).refreshAll)},
		{name: "add-feed", section: sectionFeeds, help: "subscribe to the address of a feed or page", hint: "add", in: inSources, keys: []string{"a"}, do: once((*Model).startAdd)},
		{name: "remove-feed", section: sectionFeeds, help: "unsubscribe from this feed; asks first", keys: []string{"X"}, do: once((*Model).startRemove), why: (*Model).noFeed},
		{name: "move-feed", section: sectionFeeds, help: "write a moved feed's new address, or go back", keys: []string{"M"}, do: once((*Model).moveFeed), why: (*Model).noMove},
		{name: "ailing-feeds", section: sectionFeeds, help: "feeds that fail, moved, are gone, silent or paused", keys: []string{"ge"}, do: once((*Model).showAiling)},
		{name: "info", section: sectionFeeds, help: "what is known of this feed and item", keys: []string{"i"}, do: once((*Model).showInfo)},
	}
}

func lookActions() []action {
	return []action{
		{name: "toggle-show-read", section: sectionLook, help: "unread items only, or read ones too", keys: []string{"zu"}, do: once((*Model).toggleShowRead)},
		{name: "toggle-order", section: sectionLook, help: "newest or oldest first", keys: []string{"zs"}, do: once((*Model).toggleOrder)},
		{name: "drop-read", section: sectionLook, help: "drop what was read from an unread list", keys: []string{"zr"}, do: once((*Model).dropRead)},
		{name: "toggle-density", section: sectionLook, help: "one line or the full row a headline", keys: []string{"zd"}, do: once((*Model).toggleDensity)},
		{name: "toggle-zen", section: sectionLook, help: "the open article alone on the screen", keys: []string{"zm"}, do: once((*Model).toggleZen)},
		{name: "toggle-fold", section: sectionLook, help: "fold or unfold a group of feeds", keys: []string{"za"}, do: once((*Model).toggleFold)},
		{name: "redraw", section: sectionLook, help: "draw the screen anew", keys: []string{"ctrl+l"}, do: once((*Model).redraw)},
		{name: "suspend", section: sectionLook, help: "suspend; `fg` comes back", keys: []string{"ctrl+z"}, do: once((*Model).suspend)},
	}
}

// once is for what a number before the key does not repeat.
func once(f func(*Model) tea.Cmd) func(*Model, int) tea.Cmd {
	return func(m *Model, _ int) tea.Cmd { return f(m) }
}

// by repeats a step as often as the number before the key says.
func by(f func(*Model, int) tea.Cmd, step int) func(*Model, int) tea.Cmd {
	return func(m *Model, n int) tea.Cmd { return f(m, n*step) }
}

func goTo(key string) func(*Model, int) tea.Cmd {
	return func(m *Model, _ int) tea.Cmd { return m.goView(key) }
}
