package ui

import (
	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/ui/pane"
	"dateline/ui/suspend"
)

// action is something that a key can do. The table of actions is the only list of keys.
// The handling of keys, the footer, the help page, the check of the configuration and the
// guide's page on keys use it.
type action struct {
	// name is its name in the configuration.
	name    string
	section string
	help    string
	// hint is the word for the status line in the panes of in; empty if it does not show
	// the action. [statusLine.hintWord] replaces it where it depends on what is shown.
	hint string
	in   []area
	keys []string
	// do carries out the action. n is the number typed before the key, at least 1.
	do func(n int) tea.Cmd
	// why returns why the action cannot be done now; empty if it can be done. If why is
	// nil, the action can always be done.
	why func() string
}

// The sections of the help page, in its order.

const (
	sectionMove    = "Moving"
	sectionRead    = "Reading"
	sectionMark    = "Marking"
	sectionFind    = "Finding"
	sectionFeeds   = "Feeds"
	sectionDisplay = "Display"
)

var sections = []string{sectionMove, sectionRead, sectionMark, sectionFind, sectionFeeds, sectionDisplay}

var (
	inLists   = []area{areaHeadlines}
	inArticle = []area{areaArticle}
	inNews    = []area{areaHeadlines, areaArticle}
	inSources = []area{areaSources}
	inAll     = []area{areaSources, areaHeadlines, areaArticle}
)

// actions returns the table of actions. Each action calls a method of a part of the
// screen.
func actions(m *Model) []action {
	var all []action
	for _, part := range [][]action{
		moveActions(m), readActions(m), markActions(m), findActions(m), feedActions(m), displayActions(m),
	} {
		all = append(all, part...)
	}
	return all
}

func moveActions(m *Model) []action {
	return []action{
		{name: "down", section: sectionMove, help: "a row or line down", keys: []string{"j", "down"}, do: by(m.navigate.move, 1)},
		{name: "up", section: sectionMove, help: "a row or line up", keys: []string{"k", "up"}, do: by(m.navigate.move, -1)},
		{name: "page-down", section: sectionMove, help: "a page down; at an article's end the next one", hint: "page", in: inNews, keys: []string{"space", "pgdown", "ctrl+f"}, do: m.navigate.pageDown},
		{name: "page-up", section: sectionMove, help: "a page up", keys: []string{"shift+space", "pgup", "ctrl+b"}, do: by(m.navigate.pages, -1)},
		{name: "half-down", section: sectionMove, help: "half a page down", keys: []string{"ctrl+d"}, do: by(m.navigate.halfPages, 1)},
		{name: "half-up", section: sectionMove, help: "half a page up", keys: []string{"ctrl+u"}, do: by(m.navigate.halfPages, -1)},
		{name: "first", section: sectionMove, help: "the first row or line", keys: []string{"gg", "home"}, do: once(m.navigate.first)},
		{name: "last", section: sectionMove, help: "the last row or line", keys: []string{"G", "end"}, do: once(m.navigate.last)},
		{name: "next-pane", section: sectionMove, help: "the next pane", keys: []string{"tab"}, do: by(m.navigate.nextPane, 1)},
		{name: "previous-pane", section: sectionMove, help: "the previous pane", keys: []string{"shift+tab"}, do: by(m.navigate.nextPane, -1)},
		{name: "open", section: sectionMove, help: "open, one level in", hint: "open", in: []area{areaSources, areaHeadlines}, keys: []string{"enter", "l", "right"}, do: once(m.navigate.open)},
		{name: "out", section: sectionMove, help: "one level out; quit at the top", hint: "list", in: inArticle, keys: []string{"q", "h", "left", "backspace"}, do: once(m.navigate.out)},
		{name: "escape", section: sectionMove, help: "stop a refresh, end a search, go out", keys: []string{"esc"}, do: once(m.escape)},
		{name: "quit", section: sectionMove, help: "quit now", keys: []string{"Q", "ctrl+c"}, do: once(m.accounts.quit)},
	}
}

func readActions(m *Model) []action {
	return []action{
		{name: "next-unread", section: sectionRead, help: "the next unread, across feeds; the next hit", hint: "next", in: inNews, keys: []string{"n"}, do: by(m.navigate.nextUnread, 1)},
		{name: "previous-unread", section: sectionRead, help: "the previous unread or hit", keys: []string{"N", "p"}, do: by(m.navigate.nextUnread, -1)},
		{name: "next", section: sectionRead, help: "the next source or article", keys: []string{"J"}, do: by(m.navigate.neighbor, 1)},
		{name: "previous", section: sectionRead, help: "the previous source or article", keys: []string{"K"}, do: by(m.navigate.neighbor, -1)},
		{name: "next-unread-source", section: sectionRead, help: "the next source with unread items", keys: []string{"ctrl+n"}, do: by(m.navigate.nextSource, 1)},
		{name: "previous-unread-source", section: sectionRead, help: "the previous source with unread items", keys: []string{"ctrl+p"}, do: by(m.navigate.nextSource, -1)},
		{name: "open-browser", section: sectionRead, help: "open the page (or site) in the browser", hint: "browser", in: inArticle, keys: []string{"o"}, do: once(m.browser.openPage), why: m.selected.noLink},
		{name: "open-background", section: sectionRead, help: "open in the background and mark read", keys: []string{"O"}, do: once(m.browser.openBackground), why: m.selected.noLink},
		{name: "open-comments", section: sectionRead, help: "open the discussion", keys: []string{"c"}, do: once(m.browser.openComments), why: m.selected.noComments},
		{name: "open-enclosure", section: sectionRead, help: "open the enclosed file in the browser", keys: []string{"e"}, do: once(m.browser.openEnclosure), why: m.selected.noEnclosure},
		{name: "links", section: sectionRead, help: "list the article's links", hint: "links", in: inArticle, keys: []string{"U"}, do: once(m.showLinks), why: m.selected.noLinks},
		{name: "open-link", section: sectionRead, help: "open the link of that number; Enter ends a number", keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, do: m.keys.typeLink, why: m.selected.noLinks},
		{name: "follow-link", section: sectionRead, help: "put letters on all visible links and notes; typing them follows", hint: "links", in: inArticle, keys: []string{"f"}, do: once(func() tea.Cmd { return m.jumps.startHints(false) }), why: m.jumps.noVisible},
		{name: "copy-a-link", section: sectionRead, help: "put letters on all visible links; typing them copies the address", keys: []string{"F"}, do: once(func() tea.Cmd { return m.jumps.startHints(true) }), why: m.jumps.noAddress},
		{name: "jump-back", section: sectionRead, help: "back to where you read before a note, an anchor or the contents", keys: []string{"ctrl+o"}, do: once(m.jumps.takeBack), why: m.jumps.noReturn},
		{name: "next-heading", section: sectionRead, help: "the next heading of the article", keys: []string{"]]"}, do: by(m.jumps.heading, 1), why: m.jumps.noHeadings},
		{name: "previous-heading", section: sectionRead, help: "the heading before", keys: []string{"[["}, do: by(m.jumps.heading, -1), why: m.jumps.noHeadings},
		{name: "contents", section: sectionRead, help: "table of contents: the headings of the article", keys: []string{"gO"}, do: once(m.jumps.showContents), why: m.jumps.noHeadings},
		{name: "toggle-fulltext", section: sectionRead, help: "the full text of the page, or the feed's text", hint: "full text", in: inArticle, keys: []string{"x"}, do: once(m.toggleFulltext), why: m.selected.noFulltext},
		{name: "show-diff", section: sectionRead, help: "what the publisher edited, or the text again", keys: []string{"gd"}, do: once(m.navigate.toggleDiff), why: m.selected.noDiff},
		{name: "copy-link", section: sectionRead, help: "copy the item's (or feed's) address", keys: []string{"y"}, do: once(m.browser.copyLink), why: m.selected.noCopy},
		{name: "copy-title", section: sectionRead, help: "copy title and address", keys: []string{"Y"}, do: once(m.browser.copyTitle), why: m.selected.noCopy},
		{name: "copy-feed", section: sectionRead, help: "copy the feed's address, to subscribe elsewhere", keys: []string{"gy"}, do: once(m.browser.copyFeed), why: m.selected.noFeed},
	}
}

func markActions(m *Model) []action {
	return []action{
		{name: "read-down", section: sectionMark, help: "mark read and move down", keys: []string{"d"}, do: once(m.navigate.readDown), why: m.selected.noItem},
		{name: "toggle-read", section: sectionMark, help: "mark read or unread", hint: "read", in: inNews, keys: []string{"m"}, do: once(m.marks.toggleRead), why: m.selected.noItem},
		{name: "mark-all-read", section: sectionMark, help: "mark all listed read, go to the next source", hint: "all read", in: []area{areaSources, areaHeadlines}, keys: []string{"A"}, do: once(m.navigate.markAllRead)},
		{name: "mark-above-read", section: sectionMark, help: "mark everything above read", keys: []string{"[r"}, do: once(m.marks.readAbove), why: m.selected.noItem},
		{name: "mark-below-read", section: sectionMark, help: "mark everything below read", keys: []string{"]r"}, do: once(m.marks.readBelow), why: m.selected.noItem},
		{name: "toggle-star", section: sectionMark, help: "star or unstar; starred items are kept", hint: "star", in: inNews, keys: []string{"s"}, do: once(m.marks.toggleStar), why: m.selected.noItem},
		{name: "hide", section: sectionMark, help: "hide the item, or show a hidden one (is:hidden)", keys: []string{"D"}, do: once(m.navigate.hide), why: m.selected.noItem},
		{name: "undo", section: sectionMark, help: "undo the last mark, also after a restart", hint: "undo", in: inNews, keys: []string{"u"}, do: once(m.marks.undo)},
		{name: "redo", section: sectionMark, help: "redo what was undone", keys: []string{"ctrl+r"}, do: once(m.marks.redo)},
	}
}

func findActions(m *Model) []action {
	return []action{
		{name: "search", section: sectionFind, help: "search everything, as you type", hint: "search", in: inAll, keys: []string{"/"}, do: once(m.startSearch)},
		{name: "filter", section: sectionFind, help: "filter this list, or find in the article's text, as you type", keys: []string{`\`}, do: once(m.startFilter), why: m.jumps.noFind},
		{name: "save-search", section: sectionFind, help: "keep the search as a saved query in the configuration", keys: []string{"gS"}, do: once(m.queries.askName), why: m.queries.nothingToKeep},
		{name: "choose-source", section: sectionFind, help: "go to a source by name", hint: "go to", in: inSources, keys: []string{"t"}, do: once(m.chooseSource)},
		{name: "go-unread", section: sectionFind, help: "all unread items", keys: []string{"gu"}, do: once(func() tea.Cmd { return m.navigate.goTo(pane.KeyUnread) })},
		{name: "go-starred", section: sectionFind, help: "all starred items", keys: []string{"gs"}, do: once(func() tea.Cmd { return m.navigate.goTo(pane.KeyStarred) })},
		{name: "go-today", section: sectionFind, help: "today's items", keys: []string{"gt"}, do: once(func() tea.Cmd { return m.navigate.goTo(pane.KeyToday) })},
		{name: "go-everything", section: sectionFind, help: "everything", keys: []string{"ga"}, do: once(func() tea.Cmd { return m.navigate.goTo(pane.KeyEverything) })},
		{name: "go-new", section: sectionFind, help: "the new items of the last refresh", keys: []string{"gl"}, do: once(m.navigate.goNew)},
		{name: "go-sources", section: sectionFind, help: "the sources", keys: []string{"gf"}, do: once(m.navigate.goSources)},
		{name: "help", section: sectionFind, help: "this list; type to filter it, Enter does the chosen one", hint: "help", in: inAll, keys: []string{"?", "f1"}, do: once(m.showHelp)},
	}
}

func feedActions(m *Model) []action {
	return []action{
		{name: "refresh", section: sectionFeeds, help: "refresh this feed or group, and sync its account", hint: "refresh", in: inLists, keys: []string{"r"}, do: once(m.refresh.startShown)},
		{name: "refresh-all", section: sectionFeeds, help: "refresh everything", hint: "refresh all", in: inSources, keys: []string{"R"}, do: once(m.refresh.startAll)},
		{name: "add-feed", section: sectionFeeds, help: "subscribe to the address of a feed or page, also at an account", hint: "add", in: []area{areaSources, areaHeadlines}, keys: []string{"a"}, do: once(m.askAddress)},
		{name: "remove-feed", section: sectionFeeds, help: "unsubscribe from this feed; asks first", keys: []string{"X"}, do: once(m.removeFeed), why: m.selected.noFeed},
		{name: "move-feed", section: sectionFeeds, help: "take a moved feed's new address, or go back", keys: []string{"M"}, do: once(m.moveFeed), why: m.noMove},
		{name: "problem-feeds", section: sectionFeeds, help: "accounts and feeds with problems: failing, moved, gone, paused", keys: []string{"ge"}, do: once(m.showProblems)},
		{name: "info", section: sectionFeeds, help: "information about this feed, item or account", keys: []string{"i"}, do: once(m.showInfo)},
	}
}

func displayActions(m *Model) []action {
	return []action{
		{name: "toggle-show-read", section: sectionDisplay, help: "unread items only, or read ones too", keys: []string{"zu"}, do: once(m.headlines.toggleShowRead)},
		{name: "toggle-order", section: sectionDisplay, help: "newest or oldest first", keys: []string{"zs"}, do: once(m.headlines.toggleOrder)},
		{name: "drop-read", section: sectionDisplay, help: "remove read items from an unread list", keys: []string{"zr"}, do: once(m.headlines.dropRead)},
		{name: "toggle-density", section: sectionDisplay, help: "one or two lines for each headline", keys: []string{"zd"}, do: once(m.headlines.toggleDensity)},
		{name: "toggle-preview", section: sectionDisplay, help: "hide or show the article beside the list", keys: []string{"zp"}, do: once(m.navigate.togglePreview)},
		{name: "border-left", section: sectionDisplay, help: "move the pane's border left or up", keys: []string{"<"}, do: by(m.navigate.moveBorder, -1), why: m.navigate.noBorder},
		{name: "border-right", section: sectionDisplay, help: "move the pane's border right or down", keys: []string{">"}, do: by(m.navigate.moveBorder, 1), why: m.navigate.noBorder},
		{name: "toggle-zen", section: sectionDisplay, help: "the open article alone on the screen", keys: []string{"zm"}, do: once(m.navigate.toggleZen)},
		{name: "toggle-images", section: sectionDisplay, help: "fetch and show this article's pictures, or hide them", keys: []string{"zi"}, do: once(m.pictures.toggle), why: m.pictures.cannot},
		{name: "toggle-fold", section: sectionDisplay, help: "fold or unfold a group of feeds", keys: []string{"za"}, do: once(m.navigate.toggleFold)},
		{name: "toggle-news", section: sectionDisplay, help: "hide feeds without news, or show them", keys: []string{"zf"}, do: once(m.navigate.toggleNews)},
		{name: "redraw", section: sectionDisplay, help: "draw the screen again", keys: []string{"ctrl+l"}, do: once(func() tea.Cmd { return tea.ClearScreen })},
		{name: "suspend", section: sectionDisplay, help: "suspend; `fg` comes back", keys: []string{"ctrl+z"}, do: once(suspend.Command)},
	}
}

// once returns an action that ignores the number before the key.
func once(f func() tea.Cmd) func(int) tea.Cmd {
	return func(int) tea.Cmd { return f() }
}

// by returns an action that repeats a step n times, where n is the number before the
// key.
func by(f func(int) tea.Cmd, step int) func(int) tea.Cmd {
	return func(n int) tea.Cmd { return f(n * step) }
}

// selection finds the item, feed or link that a key acts on, and the reason if there is
// none.
type selection struct {
	*geometry
	sources   *sourceList
	headlines *headlineList
	article   *articleView
}

// item returns the article if it has the focus, or else the row under the cursor.
func (s *selection) item() (feed.Item, bool) {
	if s.focus == areaArticle && s.article.ID != 0 {
		return s.article.Item, true
	}
	row, ok := s.headlines.List.Current()
	return row.Item, ok && s.focus != areaSources
}

// feed returns the feed of the source, or else of the item.
func (s *selection) feed() (feed.Feed, bool) {
	if f := s.headlines.Source.Feed; f != nil && s.headlines.Search == nil {
		return *f, true
	}
	if s.focus == areaSources {
		return feed.Feed{}, false
	}
	i, ok := s.item()
	if !ok {
		return feed.Feed{}, false
	}
	return s.sources.FeedOf(i.Feed)
}

// link returns the address of the source or item that has the focus.
func (s *selection) link() string {
	if s.focus == areaSources {
		if f := s.headlines.Source.Feed; f != nil {
			return f.Site
		}
		return ""
	}
	i, _ := s.item()
	return i.Link
}

func (s *selection) noItem() string {
	if _, ok := s.item(); !ok {
		if s.focus == areaSources {
			return s.headlines.withTips("choose an item first", ": ", "open", "goes to the headlines")
		}
		return s.headlines.withTips("there is no item here", "; ", "choose-source", "goes to another list")
	}
	return ""
}

func (s *selection) noLink() string {
	switch {
	case s.link() != "":
		return ""
	case s.focus == areaSources:
		return "this source has no site"
	}
	return "this item has no link"
}

func (s *selection) noComments() string {
	if i, ok := s.item(); !ok || i.Comments == "" {
		return "this item has no comments page"
	}
	return ""
}

func (s *selection) noEnclosure() string {
	if i, ok := s.item(); !ok || len(i.Enclosures) == 0 {
		return "no file is enclosed with this item"
	}
	return ""
}

func (s *selection) noLinks() string {
	switch {
	case !s.shows(areaArticle):
		return "open the article first"
	case len(s.article.links) == 0:
		return "this article has no links"
	}
	return ""
}

// lastLink returns the largest number of a link in the article; 0 if there is none.
func (s *selection) lastLink() int {
	last := 0
	for _, l := range s.article.links {
		last = max(last, l.N)
	}
	return last
}

func (s *selection) noFulltext() string {
	i, ok := s.item()
	switch {
	case !ok:
		return s.noItem()
	case i.Link == "" && !i.HasPageText:
		return "this item has no link, so there is no page to fetch"
	}
	return ""
}

func (s *selection) noDiff() string {
	i, ok := s.item()
	switch {
	case !ok:
		return s.noItem()
	case !i.Edited:
		return "the publisher has not edited this item since it came"
	}
	return ""
}

func (s *selection) noCopy() string {
	if s.focus == areaSources {
		return s.noFeed()
	}
	return s.noLink()
}

func (s *selection) noFeed() string {
	if _, ok := s.feed(); !ok {
		return s.headlines.withTips("choose a feed first", ": ", "choose-source", "finds one by name")
	}
	return ""
}
