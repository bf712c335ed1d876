package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dateline/feed/text"
	"dateline/ui/article"
	"dateline/ui/mode"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// jumper moves within the article: to links, notes and headings, to words that were looked
// for, and back to where the user was reading.
type jumper struct {
	*env
	*geometry
	modes     *mode.Stack[opener]
	headlines *headlineList
	article   *articleView
	browser   *browser
	history   *histories

	// item is the article of back, and back are the places in it from which the user has
	// jumped, the last one at the end.
	item int64
	back []jumpedFrom
	find finding
}

// jumpedFrom is where the user was reading before a jump.
type jumpedFrom struct {
	place pane.Place
	// first and end are the lines of the text that were shown.
	first, end int
}

// maxJumps is how many jumps can be taken back.
const maxJumps = 100

// remember keeps the place on the screen, to return to it after a jump.
func (j *jumper) remember() {
	a := j.article
	if j.item != a.ID {
		j.item, j.back = a.ID, nil
	}
	j.back = append(j.back, jumpedFrom{a.Place(), a.FirstLine(), a.EndLine()})
	j.back = j.back[max(len(j.back)-maxJumps, 0):]
}

// to goes to the place in the article that has an id. If that is where the user jumped from,
// exactly what was on the screen comes back.
func (j *jumper) to(target string) tea.Cmd {
	a := j.article
	line := article.TargetLine(a.Lines, target)
	switch {
	case line < 0 && !a.Whole:
		j.status.say("the article is not laid out that far yet; try again in a moment")
		return nil
	case line < 0:
		j.status.say("the article does not have the place that this leads to")
		return nil
	}
	if n := len(j.back); n > 0 && j.item == a.ID && line >= j.back[n-1].first && line < j.back[n-1].end && line < a.FirstLine() {
		return j.takeBack()
	}
	j.remember()
	a.ShowLine(line)
	j.status.say(j.withTips("here is what it leads to", "; ", "jump-back", "goes back to where you read"))
	return nil
}

// takeBack takes the last jump back.
func (j *jumper) takeBack() tea.Cmd {
	n := len(j.back) - 1
	from := j.back[n].place
	j.back = j.back[:n]
	j.article.goBack(from)
	j.status.say("back to where you read")
	return nil
}

// goBack goes back to a place where the user was reading.
func (a *articleView) goBack(p pane.Place) {
	a.Scroll(0)
	if p == (pane.Place{}) {
		a.Scroll(-a.Top)
	}
	a.Return(p)
}

// noReturn returns why no jump can be taken back; empty if one can.
func (j *jumper) noReturn() string {
	if len(j.back) == 0 || j.item != j.article.ID || !j.shows(areaArticle) {
		return j.withTips("there is no jump to take back in this article", "; ", "out", "goes back to the list")
	}
	return ""
}

// here returns the line from which the next heading is looked for; below zero above the text.
func (j *jumper) here() int {
	a := j.article
	if line := a.Marked(); line >= a.FirstLine() && line < a.EndLine() {
		return line
	}
	return a.TopLine()
}

// heading goes to the next heading, or to one before if by is below zero.
func (j *jumper) heading(by int) tea.Cmd {
	headings, here := article.Headings(j.article.Lines), j.here()
	at := slices.IndexFunc(headings, func(line int) bool { return line > here })
	if at < 0 {
		at = len(headings)
	}
	if by > 0 {
		at += by - 1
	} else {
		if at > 0 && headings[at-1] == here {
			at--
		}
		at += by
	}
	switch {
	case at >= len(headings) && !j.article.Whole:
		j.status.say("the article is not laid out that far yet; try again in a moment")
	case at >= len(headings):
		j.status.say(j.withTips("this is the last heading", "; ", "contents", "lists them all"))
	case at < 0:
		j.status.say(j.withTips("this is the first heading", "; ", "first", "goes to the top"))
	default:
		j.article.ShowLine(headings[at])
	}
	return nil
}

// noHeadings returns why there is no heading to go to; empty if there is one.
func (j *jumper) noHeadings() string {
	switch {
	case !j.shows(areaArticle) || j.article.ID == 0:
		return "open the article first"
	case len(article.Headings(j.article.Lines)) == 0:
		return j.withTips("this article has no headings", "; ", "page-down", "turns the page")
	}
	return ""
}

// contents is the opener of the list of an article's headings.
type contents struct{ of pageKey }

// showContents lists the headings. The one that is read is selected.
func (j *jumper) showContents() tea.Cmd {
	lines := j.article.Lines
	headings := article.Headings(lines)
	least := uint8(6)
	for _, line := range headings {
		least = min(least, lines[line].Level)
	}
	rows := make([]mode.Row, len(headings))
	at := 0
	for i, line := range headings {
		indent := strings.Repeat("  ", int(lines[line].Level-least))
		rows[i] = mode.Row{Left: indent + text.Clean(article.NoteText(lines, line))}
		if line <= max(j.here(), j.article.FirstLine()) {
			at = i
		}
	}
	o := &mode.Overlay{Title: "Contents", Rows: rows, Choose: true, Tips: []mode.Hint{{Key: "enter", Word: "go there"}}}
	j.modes.OpenOverlay(o, contents{j.article.key})
	o.Move(at)
	return nil
}

func (c contents) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	m.modes.Close()
	headings := article.Headings(m.article.Lines)
	if m.article.key.id != c.of.id || m.article.key.version != c.of.version || chosen.Row >= len(headings) {
		m.status.say("another text is shown now; its headings are others")
		return nil
	}
	m.jumps.remember()
	line := headings[chosen.Row]
	m.article.ShowLine(line)
	m.status.say(m.withTips("at “"+article.NoteText(m.article.Lines, line)+"”", "; ", "jump-back", "goes back to where you read"))
	return nil
}

// hinting is the opener of the choice of a link by its letters.
type hinting struct {
	links []article.VisibleLink
	// copies reports whether the link's address is copied. Otherwise it is followed.
	copies bool
	// on is what was on the screen. On anything else the letters would be on the wrong
	// links.
	on shownText
}

// shownText is which part of which text is on the screen.
type shownText struct {
	key           pageKey
	first, end    int
	width, height int
}

func (j *jumper) shownText() shownText {
	a := j.article
	r := j.layout.areas[areaArticle]
	return shownText{a.key, a.FirstLine(), a.EndLine(), r.W, r.H}
}

// visibleLinks returns the links and jumps on the screen, or only those with an address.
func (j *jumper) visibleLinks(addresses bool) []article.VisibleLink {
	a := j.article
	links := article.LinksOn(a.Lines, a.FirstLine(), a.EndLine())
	if addresses {
		links = slices.DeleteFunc(links, func(l article.VisibleLink) bool { return l.Target != "" })
	}
	return links
}

// noVisible returns why no link can be followed; empty if one can. noAddress does the same
// for copying.
func (j *jumper) noVisible() string { return j.without(j.visibleLinks(false)) }
func (j *jumper) noAddress() string { return j.without(j.visibleLinks(true)) }

func (j *jumper) without(links []article.VisibleLink) string {
	switch {
	case !j.shows(areaArticle) || j.article.ID == 0:
		return "open the article first"
	case len(links) > 0:
		return ""
	case len(j.article.links) > 0:
		return j.withTips("there is no link on this part of the article", "; ", "links", "lists all of them")
	}
	return j.withTips("this article has no links", "; ", "open-browser", "opens its page")
}

// startHints puts letters on the visible links.
func (j *jumper) startHints(copies bool) tea.Cmd {
	links := j.visibleLinks(copies)
	j.browser.warned = ""
	j.modes.OpenHints(mode.NewHints(len(links)), hinting{links, copies, j.shownText()})
	return nil
}

func (h hinting) answered(m *Model, a mode.Answer) tea.Cmd {
	chosen, ok := a.(mode.Chosen)
	if !ok {
		return nil
	}
	l := h.links[chosen.Row]
	if l.Target != "" {
		m.modes.Close()
		return m.jumps.to(l.Target)
	}
	link, ok := m.article.link(int(l.N))
	if !ok {
		m.modes.Close()
		m.status.say("this link has no address")
		return nil
	}
	if h.copies {
		m.modes.Close()
		return m.browser.copy(link.URL)
	}
	cmd, opened := m.browser.follow(link)
	if opened {
		m.modes.Close()
	}
	return cmd
}

// hints returns the letters over the links; nil if no link is being chosen.
func (j *jumper) hints() []pane.Hint {
	top, by := j.modes.Top()
	h, choosing := top.(*mode.Hints)
	if !choosing {
		return nil
	}
	links := by.(hinting).links
	var hints []pane.Hint
	line, free := -1, 0
	for i, label := range h.Labels() {
		if label == "" {
			continue
		}
		l := links[i]
		if l.Line != line {
			line, free = l.Line, 0
		}
		column := max(min(int(l.Column), j.article.Width-len(label)), free)
		free = column + len(label)
		hints = append(hints, pane.Hint{Line: l.Line, Column: column, Text: label})
	}
	return hints
}

// clickText acts on a click on a link: a click on a jump jumps, and a double click on a
// link follows it.
func (j *jumper) clickText(x, y int, double bool) tea.Cmd {
	r := j.layout.areas[areaArticle]
	line, ok := j.article.LineAt(y - r.Y)
	if !ok {
		return nil
	}
	p, ok := j.article.Lines[line].LinkAt(x - r.X - j.article.Margin(r.W))
	switch {
	case !ok:
		return nil
	case p.Target != "":
		return j.to(p.Target)
	case double:
		return j.browser.openLink(int(p.N))
	}
	if link, ok := j.article.link(int(p.N)); ok {
		j.status.say(link.URL + "; a double click opens it")
	}
	return nil
}

// finding is what is looked for in the text of the article.
type finding struct {
	// text is what was typed; empty if nothing is looked for. item is the article.
	text string
	item int64
	// typing reports whether the prompt is open.
	typing bool
	// generation numbers the searches. A result of another one is dropped.
	generation int
	// of is the rendering that was searched, and whole whether it had all lines. done
	// reports whether its hits came.
	of    pageKey
	whole bool
	done  bool
	hits  [][]article.Span
	// at is the index of the current hit, and from the line from which the first one is
	// looked for; below zero if the current hit stays.
	at, from int
}

// foundInText brings the hits in an article.
type foundInText struct {
	generation int
	hits       [][]article.Span
}

// findingPrompt is the opener of the prompt for words to find in the article. from is where
// the user was reading.
type findingPrompt struct {
	from pane.Place
	line int
}

// noFind returns why there is nothing to look within; empty if there is something.
func (j *jumper) noFind() string {
	if j.focus == areaArticle && j.article.Whole && len(j.article.Lines) == 0 {
		return j.withTips("this article has no text to look in", "; ", "search", "searches all articles")
	}
	return ""
}

// startFind opens the prompt for words to find in the article.
func (j *jumper) startFind() tea.Cmd {
	p := mode.NewPrompt(`\`, "", j.width)
	p.History, p.Results = &j.history.finds.History, true
	j.find = finding{generation: j.find.generation}
	j.modes.OpenPrompt(p, findingPrompt{j.article.Place(), j.article.TopLine()})
	return j.history.finds.load()
}

func (f findingPrompt) answered(m *Model, a mode.Answer) tea.Cmd {
	switch a := a.(type) {
	case mode.Changed:
		return m.jumps.findText(a.Text, f.line, true)
	case mode.Accepted, mode.Left:
		typed, _ := m.modes.Prompt().Text()
		return m.jumps.accept(typed)
	}
	m.jumps.endFind()
	m.article.goBack(f.from)
	return nil
}

// accept ends the typing.
func (j *jumper) accept(typed string) tea.Cmd {
	j.modes.Close()
	f := &j.find
	f.typing = false
	if strings.TrimSpace(typed) == "" {
		j.endFind()
		return nil
	}
	saved := j.history.finds.add(typed)
	if f.text != typed {
		return tea.Batch(saved, j.findText(typed, j.article.TopLine(), false))
	}
	j.reportNoHit()
	return saved
}

// findText looks for words in the article, from a line on.
func (j *jumper) findText(words string, line int, typing bool) tea.Cmd {
	j.find = finding{generation: j.find.generation, text: words, item: j.article.ID, typing: typing, from: max(line, 0)}
	if strings.TrimSpace(words) == "" {
		j.find.text = ""
		return nil
	}
	return j.searchText()
}

// maxTextHits is how many hits in an article are found.
const maxTextHits = 5000

// finder returns what finds the words in a text.
func (f finding) finder() article.Finder {
	words := f.text
	return func(s string) []text.Range { return text.FoldForFind(s).Find(words, maxTextHits) }
}

// searchText looks for all hits in the lines that are laid out.
func (j *jumper) searchText() tea.Cmd {
	f := &j.find
	f.generation++
	f.of, f.whole, f.done = j.article.key, j.article.Whole, false
	// Later pieces of the article may change the lines.
	lines, find, generation := slices.Clone(j.article.Lines), f.finder(), f.generation
	return func() tea.Msg {
		hits := article.Find(lines, 0, len(lines), find)
		return foundInText{generation, hits[:min(len(hits), maxTextHits)]}
	}
}

// take shows the hits. The first one behind the place where the search began becomes the
// current one.
func (j *jumper) take(msg foundInText) {
	f := &j.find
	if msg.generation != f.generation || f.text == "" {
		return
	}
	f.hits, f.done = msg.hits, true
	if f.at = min(f.at, max(len(f.hits)-1, 0)); f.from >= 0 && len(f.hits) > 0 {
		f.at = max(slices.IndexFunc(f.hits, func(hit []article.Span) bool { return hit[0].Line >= f.from }), 0)
		f.from = -1
		j.article.Reveal(f.hits[f.at][0].Line)
	}
	if !f.typing {
		j.reportNoHit()
	}
}

// reportNoHit ends the search if it found nothing.
func (j *jumper) reportNoHit() {
	f := &j.find
	if !f.done || !f.whole || len(f.hits) > 0 {
		return
	}
	j.status.say(j.withTips("“"+f.text+"” is not in this text", "; ", "search", "searches all articles"))
	j.endFind()
}

// finding reports whether words are looked for in the article that has the focus.
func (j *jumper) finding() bool { return j.find.text != "" && j.focus == areaArticle }

// endFind ends the search in the article.
func (j *jumper) endFind() { j.find = finding{generation: j.find.generation + 1} }

// walk goes to another hit. After the last hit comes the first.
func (j *jumper) walk(by int) tea.Cmd {
	f := &j.find
	n := len(f.hits)
	if n == 0 {
		return nil
	}
	next := f.at + by
	f.at = ((next % n) + n) % n
	j.article.Reveal(f.hits[f.at][0].Line)
	if next != f.at {
		end := "from the top again"
		if by < 0 {
			end = "from the end again"
		}
		j.status.say(fmt.Sprintf("%s, %s", j.position(), end))
	}
	return nil
}

// position returns which hit is the current one.
func (j *jumper) position() string {
	f := j.find
	switch {
	case !f.done:
		return "searching" + j.theme.Glyphs.Ellipsis
	case len(f.hits) == 0:
		return "no hits"
	}
	return "hit " + text.Number(f.at+1) + " of " + text.Number(len(f.hits))
}

// settle ends what does not fit what is on the screen any more: letters on links, and a
// search in another article. It searches again what was laid out again.
func (j *jumper) settle() tea.Cmd {
	if top, by := j.modes.Top(); top != nil {
		if h, choosing := by.(hinting); choosing && h.on != j.shownText() {
			j.modes.Close()
		}
		if p, typing := top.(*mode.Prompt); typing {
			p.Info = j.promptInfo(by)
		}
	}
	f := &j.find
	if f.text == "" {
		return nil
	}
	if f.item != j.article.ID || j.focus != areaArticle {
		j.endFind()
		return nil
	}
	if j.article.Whole && (f.of != j.article.key || !f.whole) {
		return j.searchText()
	}
	return nil
}

// promptInfo returns what has been found for the text in a prompt, or where a feed could be
// added instead.
func (j *jumper) promptInfo(by opener) string {
	h := j.headlines
	switch by := by.(type) {
	case *addressPrompt:
		return by.elsewhere()
	case findingPrompt:
		if j.find.text != "" {
			return j.position()
		}
	case searching, filtering:
		if h.Search == nil && h.Filter == nil {
			return ""
		}
		return j.listPosition()
	}
	return ""
}

// markHits tells the article pane what to mark.
func (j *jumper) markHits() {
	a, f := &j.article.Article, j.find
	a.Find, a.FindInTitle, a.Current = j.headlines.Hits(), j.headlines.TitleHits(), nil
	if j.finding() {
		a.Find, a.FindInTitle = f.finder(), nil
		if f.at < len(f.hits) {
			a.Current = f.hits[f.at]
		}
	}
	a.Hints = j.hints()
}

// searchStatus returns what the status line says during a search: which hit is the current
// one, and the keys for the next one and to end; empty if there is no search. In an article
// from a search of the list Esc does not end that, and the pane's own keys name the next hit.
func (j *jumper) searchStatus() string {
	t, h := j.theme, j.headlines
	if j.modes.Hints() != nil {
		return t.JoinDots(style.Paint(t.Strong, "type the letters of a link"), style.Paint(t.Dim, "Esc ends"))
	}
	at, more := "", h.hasNext()
	switch {
	case j.finding():
		at, more = j.position(), len(j.find.hits) > 1
	case h.Search == nil && h.Filter == nil || j.focus == areaSources:
		return ""
	case h.Failed != "":
		more = false
	default:
		at = j.listPosition()
	}
	if j.focus == areaArticle && !j.finding() {
		return style.Paint(t.Dim, at)
	}
	next := ""
	if more {
		next = j.withTips("", "", "next-unread", "next")
	}
	return style.Paint(t.Dim, t.JoinDots(at, next, j.withTips("", "", "escape", "ends")))
}

// listPosition returns which row of a search is the current one.
func (j *jumper) listPosition() string {
	if !j.headlines.Loaded {
		return "searching" + j.theme.Glyphs.Ellipsis
	}
	return j.headlines.HitPosition()
}
