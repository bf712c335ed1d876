package ui

import (
	"io"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/frame"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// resize lays the screen out for a new size.
func (m *Model) resize(w, h int) tea.Cmd {
	m.ticker.Wake()
	m.width, m.height = w, h
	m.arrange()
	if p := m.modes.Prompt(); p != nil {
		p.Resize(w)
	}
	return tea.Batch(m.article.reshow(), m.headlines.wantMore())
}

// look returns the user's choice of colours and symbols.
func (s Settings) look() style.Options {
	return style.Options{Name: s.Theme, Icons: s.Icons, Colors: s.Colors, Dark: s.DarkColors, Light: s.LightColors}
}

// terminal returns what the environment tells about the terminal. Its own answers replace
// that: see [Model.learnColors].
func (s Settings) terminal() style.Terminal {
	t := style.Terminal{}
	t.Dark, t.Known = style.Background(s.ColorFGBG)
	if s.NoColor {
		t.Depth = style.NoColors
	}
	return t
}

// learnColors chooses the colours again after the terminal has told some of its own, or how
// many it has.
func (m *Model) learnColors(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		m.terminal.Dark, m.terminal.Known, m.terminal.Background = msg.IsDark(), true, msg.Color
	case tea.ForegroundColorMsg:
		m.terminal.Text = msg.Color
	case tea.ColorProfileMsg:
		m.learnTerminal(msg)
		m.pictures.depth = style.DepthOf(msg.Profile.String())
		if !m.deps.Settings.NoColor {
			m.terminal.Depth = m.pictures.depth
		}
	}
	theme := m.deps.Settings.look().Theme(m.terminal)
	if theme == m.theme {
		return nil
	}
	m.theme = theme
	return m.article.recolor()
}

// View draws the screen. If nothing has changed, it returns the last view.
func (m *Model) View() tea.View {
	if !m.dirty {
		return m.drawn
	}
	m.dirty = false
	var rows []frame.Row
	if crash := feed.Recover("drawing the screen", m.deps.Crashed, func() { rows = m.rows() }); crash != nil {
		m.quitAfterPanic(crash)
		return m.drawn
	}
	v := m.paint(rows)
	v.AltScreen = true
	v.ReportFocus = true
	v.KeyboardEnhancements.ReportAlternateKeys = true
	v.WindowTitle = m.title()
	if m.painter != nil && m.drawn.WindowTitle != "" && m.saver.Unsaved() {
		v.WindowTitle = m.drawn.WindowTitle // Bubble Tea would write it before the change is written
	}
	if m.deps.Settings.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.refresh.running && m.refresh.total > 0 {
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, m.refresh.done*100/m.refresh.total)
	}
	if m.painter == nil || v.WindowTitle != m.drawn.WindowTitle || (v.ProgressBar == nil) != (m.drawn.ProgressBar == nil) ||
		v.ProgressBar != nil && *v.ProgressBar != *m.drawn.ProgressBar {
		m.ticker.Wake()
	}
	m.drawn = v
	return v
}

// paint passes the rows to the painter, or to Bubble Tea if there is no painter. With a
// painter, Bubble Tea draws an empty page. It only opens and closes the alternate screen
// and sets title, mouse and progress.
func (m *Model) paint(rows []frame.Row) tea.View {
	cursor, typing := m.cursor()
	if m.painter == nil {
		v := tea.NewView(strings.Join(frame.Lines(rows), "\n"))
		if typing {
			v.Cursor = tea.NewCursor(cursor.X, cursor.Y)
		}
		return v
	}
	f := frame.Frame{Rows: rows, Cursor: &cursor, HideCursor: !typing}
	if !m.nothingLoaded() {
		m.painter.Show(f)
	}
	return tea.NewView(" ")
}

// nothingLoaded reports whether nothing was read from the database yet and there is no
// error to show. A frame would show that there are no feeds and no unread items.
func (m *Model) nothingLoaded() bool {
	return !m.session.restored && !m.session.touched && !m.status.failed
}

// answerLimit is how long the answer to a key waits until the database has what the user
// did. A write takes a millisecond or two, unless another process or a refresh writes.
const answerLimit = 30 * time.Millisecond

// title returns the terminal window's title.
func (m *Model) title() string {
	if n := m.sources.Counts.Unread; n > 0 {
		return text.Clean("dateline (" + text.Number(n) + ")")
	}
	return "dateline"
}

// rows draws the whole screen.
func (m *Model) rows() []frame.Row {
	if m.width == 0 {
		return nil
	}
	rows := m.page()
	if o := m.modes.Overlay(); o != nil {
		rows = frame.Whole(o.Over(frame.Lines(rows), m.width, m.theme))
	}
	return m.withStatus(rows)
}

// withStatus adds the status line below the page. A long message covers the last lines of
// the page.
func (m *Model) withStatus(page []frame.Row) []frame.Row {
	status := m.statusLines(m.width)
	return append(page[:max(len(page)+1-len(status), 0)], frame.Whole(status)...)
}

// page draws the panes side by side: everything above the status line.
func (m *Model) page() []frame.Row {
	l, t := m.layout, m.theme
	var drawn [3][]string
	for p := range drawn {
		if l.areas[p].W > 0 {
			drawn[p] = m.paneLines(area(p))
		}
	}
	rows := make([]frame.Row, l.status.Y, l.status.Y+1) // with room for the status line
	column := style.Paint(t.Dim, t.Glyphs.Column)
	for y := range rows {
		rows[y] = make(frame.Row, 0, len(l.areas))
		put := func(x int, text string) {
			if x > 0 {
				x, text = x-1, column+text
			}
			rows[y] = append(rows[y], frame.Piece{X: x, Text: text})
		}
		for _, p := range []area{areaSources, areaHeadlines, areaArticle} {
			if r := l.areas[p]; r.W > 0 && y >= r.Y && y < r.Y+r.H {
				put(r.X, drawn[p][y-r.Y])
				if p == areaArticle {
					rows[y][len(rows[y])-1].Picture = m.pictures.cells(y - r.Y)
				}
			}
		}
		if r := l.areas[areaHeadlines]; l.rule >= 0 && y == l.rule {
			put(r.X, style.Paint(t.Dim, strings.Repeat(t.Glyphs.Rule, r.W)))
		}
	}
	return rows
}

func (m *Model) paneLines(a area) []string {
	r, t, now := m.layout.areas[a], m.theme, m.now()
	focused := m.focus == a && m.modes.Overlay() == nil
	switch a {
	case areaSources:
		return m.sources.Render(r, t, focused)
	case areaHeadlines:
		m.headlines.Strip = m.layout.strip
		return m.headlines.Render(r, t, focused, m.headlines.shownFeed(), now, m.headlines.emptyText(m.refresh.running))
	}
	m.article.OpenKey = m.keys.keyFor("open-browser")
	m.jumps.markHits()
	m.article.Tip = m.article.tip(m.keys.keymap)
	m.article.Short = m.width < sideWidth
	m.article.Zen = m.zen && m.focus == areaArticle
	return m.article.Render(r, t, focused, now, m.article.notes(m.keys.keymap))
}

// shownFeed returns the feed that the header of the headlines describes; nil if they come
// from several feeds.
func (h *headlineList) shownFeed() *feed.Feed {
	if h.Search == nil && h.Source.Kind == pane.KindFeed {
		return h.Source.Feed
	}
	return nil
}

// screenFile is the terminal that Bubble Tea writes to. Writes go through the painter.
type screenFile struct {
	*os.File
	painter *frame.Painter
}

func (f screenFile) Write(b []byte) (int, error) { return f.painter.Write(b) }

// inputFile is the terminal that Bubble Tea reads from. Bubble Tea does not end when its
// input ends.
type inputFile struct {
	*os.File
	// ended is called when the input has ended, because the terminal is gone.
	ended func()
}

// Read reports any error as the end of the input: a terminal that is gone gives an error
// on some systems.
func (f inputFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	if err == nil || n > 0 {
		return n, nil
	}
	f.ended()
	return 0, io.EOF
}

// readFrom returns the option that ends the program when the input ends. If stdin is no
// terminal, the terminal of the session is read instead.
func (m *Model) readFrom(stdin *os.File) tea.ProgramOption {
	if !isDevice(stdin) {
		terminal, _, err := tea.OpenTTY()
		if err != nil {
			return func(*tea.Program) {} // Bubble Tea reports the same error
		}
		stdin = terminal
	}
	return tea.WithInput(inputFile{stdin, func() { go m.program.Quit() }})
}

// isDevice reports whether a file is a device other than [os.DevNull], such as a terminal.
func isDevice(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// knownSymbols returns the symbols of the screen and of articles that every terminal
// draws in one cell.
func knownSymbols() string {
	return style.New(true, "").Glyphs.Known() + style.ForArticle(false).Known()
}

// paintOn creates the painter of a terminal and returns the option that makes Bubble Tea
// write through it.
func (m *Model) paintOn(terminal *os.File) tea.ProgramOption {
	m.painter = frame.NewPainter(terminal, knownSymbols())
	m.painter.Before(func() { m.saver.Wait(answerLimit) })
	go func() {
		if crash := feed.Recover("painting the screen", m.deps.Crashed, m.painter.Run); crash != nil {
			m.program.Kill()
		}
	}()
	return tea.WithOutput(screenFile{terminal, m.painter})
}

// learnTerminal passes what Bubble Tea has found out about the terminal to the painter.
func (m *Model) learnTerminal(msg tea.Msg) {
	if m.painter == nil {
		return
	}
	switch msg := msg.(type) {
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeSynchronizedOutput && msg.Value == ansi.ModeReset {
			m.painter.EnableSync()
		}
	case tea.ColorProfileMsg:
		m.reduceColors(msg)
	}
}

// reduceColors makes the painter reduce colours to those that the terminal has.
func (m *Model) reduceColors(msg tea.ColorProfileMsg) {
	writer := *lipgloss.Writer
	if writer.Profile = msg.Profile; style.DepthOf(writer.Profile.String()) == style.TrueColor {
		m.painter.SetColorProfile(nil)
		return
	}
	m.painter.SetColorProfile(func(text string) string {
		var b strings.Builder
		w := writer
		w.Forward = &b
		_, _ = w.WriteString(text)
		return b.String()
	})
}

// cursor returns the cell where the terminal's cursor stands, and whether the user types text
// there. Programs that read the screen aloud or show it in braille follow the cursor. It stands
// in the prompt, on the selected row, or at the first line of the text that is read.
func (m *Model) cursor() (at frame.Point, typing bool) {
	if p := m.modes.Prompt(); p != nil {
		if c := p.Cursor(m.layout.status.Y); c != nil {
			return frame.Point{X: c.X, Y: c.Y}, true
		}
	}
	if o := m.modes.Overlay(); o != nil {
		x, y := o.Cursor()
		return m.onScreen(x, y), false
	}
	r := m.layout.areas[m.focus]
	switch m.focus {
	case areaSources:
		return m.onScreen(r.X+pane.SourcesMargin, r.Y+pane.SourcesHeaderHeight+m.sources.List.Index()-m.sources.List.Top()), false
	case areaHeadlines:
		if m.layout.strip && r.H == 1 {
			return m.onScreen(r.X+1, r.Y), false
		}
		return m.onScreen(r.X+pane.HeadlinesMargin, r.Y+m.headlines.CursorLine()), false
	}
	return m.onScreen(r.X+m.article.Margin(r.W), r.Y+m.article.CursorLine()), false
}

// onScreen returns the nearest cell of the screen.
func (g *geometry) onScreen(x, y int) frame.Point {
	return frame.Point{X: max(min(x, g.width-1), 0), Y: max(min(y, g.height-1), 0)}
}
