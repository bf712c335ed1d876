package ui

import (
	"context"
	"fmt"
	stdimage "image"
	"os"
	"reflect"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
	"dateline/feed/text"
	"dateline/ui/article"
	"dateline/ui/frame"
	"dateline/ui/gallery"
	"dateline/ui/image"
	"dateline/ui/pane"
	"dateline/ui/style"
)

// Pictures fetches the pictures of items. Its methods may be called from several goroutines
// and may wait.
type Pictures interface {
	// Mode returns when the pictures of a feed are fetched: "ask", "always" or "off".
	Mode(feedURL string) string
	// Fetch fetches a picture of an item of a feed. release must be called when the data
	// is no longer needed. An error may have a method PictureWord, which says in a few
	// words why there is no picture.
	Fetch(ctx context.Context, feedURL, address string) (data []byte, release func(), err error)
}

// pictures shows the pictures of the open article.
type pictures struct {
	*env
	*geometry
	article *articleView
	gallery *gallery.Gallery
	// painter returns the painter; nil if there is none.
	painter func() *frame.Painter

	// answers are those of the terminal, and depth is how many colours it has.
	answers image.Answers
	depth   style.Depth

	// item is the item that on is about, page the lines that the gallery has.
	item int64
	on   bool
	page pageKey
	// considered reports whether the option images of the item was asked for.
	considered bool
	// top is the first line that was shown when the screen was drawn last.
	top int
	// prompt is until when pictures may still move what is seen, because the reader waits
	// for them; zero means no longer.
	prompt time.Time
	// closed counts how often pictures were dropped.
	closed int
}

// pictureMode brings the option images of an item's feed. asked reports whether a key asks
// for the pictures.
type pictureMode struct {
	item  int64
	mode  string
	asked bool
}

// pictureLoaded brings a picture.
type pictureLoaded struct{ result gallery.Result }

// pictureRest reports that the article has been shown for a while.
type pictureRest struct{ item int64 }

// picturesClosed reports that memoryDelay has passed since the pictures of an article were
// dropped.
type picturesClosed struct{ closed int }

const (
	// previewPictures is how long an article must be shown beside the list until the
	// option images = "always" fetches its pictures.
	previewPictures = 400 * time.Millisecond
	// promptAlways and promptAsked are how long pictures may move the text below them
	// while the reader does nothing.
	promptAlways = time.Second
	promptAsked  = time.Minute
	// memoryDelay is how long pictures are gone before their memory is given back.
	memoryDelay = 2 * time.Second
	// fewWords is the number of words up to which an article is its pictures: a comic, or
	// a photograph.
	fewWords = 80
	// pictureRows is the most rows of a picture among text.
	pictureRows = 15
)

func newPictures(e *env, g *geometry, a *articleView, painter func() *frame.Painter) pictures {
	var disk *image.DiskCache
	if e.deps.PictureDir != "" {
		disk = image.NewDiskCache(e.deps.PictureDir)
	}
	p := pictures{env: e, geometry: g, article: a, gallery: gallery.New(disk), painter: painter, depth: style.NoColors}
	p.answers.Tmux = e.deps.Settings.Tmux
	p.gallery.Dim = func(s string) string { return style.Paint(g.theme.Dim, s) }
	return p
}

// screen returns what keeps pictures in the terminal; nil if nothing does.
func (p *pictures) screen() gallery.Screen {
	if painter := p.painter(); painter != nil {
		return painter
	}
	return nil
}

// askTerminal asks the terminal what it shows, after the first frame. No answer is an
// answer, too.
func (p *pictures) askTerminal() tea.Cmd {
	if s := p.deps.Settings.ImageProtocol; p.deps.Pictures == nil || s == "off" {
		return nil
	}
	return tea.Raw(string(image.Questions(p.answers.Tmux)))
}

// learn takes an answer of the terminal. Bubble Tea has no types of its own for most of
// them and passes on those of its library.
func (p *pictures) learn(msg tea.Msg) {
	if version, ok := msg.(tea.TerminalVersionMsg); ok {
		p.answers.AddVersion(version.Name)
	}
	v := reflect.ValueOf(msg)
	if !v.IsValid() {
		return
	}
	switch v.Type().Name() {
	case "PrimaryDeviceAttributesEvent":
		if list := reflect.TypeFor[[]int](); v.CanConvert(list) {
			p.answers.AddAttributes(v.Convert(list).Interface().([]int))
		}
	case "CellSizeEvent":
		if w, h := v.FieldByName("Width"), v.FieldByName("Height"); w.CanInt() && h.CanInt() {
			p.answers.AddCell(stdimage.Point{X: int(w.Int()), Y: int(h.Int())})
		}
	case "KittyGraphicsEvent":
		if id := v.FieldByName("Options").FieldByName("ID"); id.CanInt() {
			p.answers.AddGraphics(int(id.Int()))
		}
	}
}

// terminal returns what the terminal shows.
func (p *pictures) terminal() image.Terminal {
	s := p.deps.Settings
	t := image.Terminal{Tmux: s.Tmux, Palette: p.depth == style.Colors256, Cell: p.answers.Cell()}
	if p.painter() != nil {
		if size := image.CellSize(os.Stdout); size.X > 1 && size.Y > 1 {
			t.Cell = size
		}
	}
	forced, ok := image.ParseProtocol(s.ImageProtocol)
	if t.Protocol = forced; !ok {
		if t.Protocol = p.answers.Protocol(p.depth <= style.Colors256); t.Protocol == image.Blocks && s.Icons == "ascii" {
			t.Protocol = image.None
		}
	}
	return t
}

// cannot returns why no pictures can be shown now; empty if they can.
func (p *pictures) cannot() string {
	switch {
	case p.deps.Pictures == nil:
		return "pictures cannot be fetched here"
	case !p.shows(areaArticle) || p.article.ID == 0:
		return "open an article first"
	case !p.article.Whole:
		return "the article is still being loaded"
	case !hasPictures(p.article.plain):
		return "this article has no pictures"
	case p.terminal().Protocol == image.None && p.deps.Settings.ImageProtocol == "off":
		return `pictures are off; image_protocol in the configuration turns them on`
	case p.terminal().Protocol == image.None:
		return p.withTips("this terminal shows no pictures", "; ", "links", "lists their addresses")
	}
	return ""
}

func hasPictures(lines []article.Line) bool {
	for _, l := range lines {
		if len(l.Pictures) > 0 {
			return true
		}
	}
	return false
}

// toggle shows the pictures of the article, or hides them.
func (p *pictures) toggle() tea.Cmd {
	if p.on {
		p.status.say(p.withTips("pictures hidden", "; ", "toggle-images", "shows them"))
		return p.hide()
	}
	return p.readMode(true)
}

// readMode reads the option images of the article's feed.
func (p *pictures) readMode(asked bool) tea.Cmd {
	source, url, id := p.deps.Pictures, p.article.Item.Feed, p.article.ID
	return func() tea.Msg { return pictureMode{id, source.Mode(url), asked} }
}

// takeMode shows the pictures if the option allows it.
func (p *pictures) takeMode(msg pictureMode) {
	switch {
	case msg.item != p.article.ID || p.on:
	case msg.mode == "off" && msg.asked:
		p.status.say(`this feed's pictures are off: its option images in the configuration is "off"`)
	case msg.asked:
		p.show(promptAsked)
	case msg.mode == "always" && p.cannot() == "":
		p.show(promptAlways)
	}
}

// show begins to show the pictures. For so long they may move the text below them.
func (p *pictures) show(prompt time.Duration) {
	p.on, p.item, p.top, p.prompt = true, p.article.ID, p.article.Top, p.now().Add(prompt)
}

// handle passes a message about pictures to its method.
func (p *pictures) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case pictureMode:
		p.takeMode(msg)
	case pictureRest:
		return p.rested(msg)
	case pictureLoaded:
		p.take(msg)
	case picturesClosed:
		return p.closedFor(msg)
	}
	return nil
}

// rested reads the option of an article that is shown beside the list.
func (p *pictures) rested(msg pictureRest) tea.Cmd {
	if p.on || msg.item != p.article.ID || p.cannot() != "" {
		return nil
	}
	return p.readMode(false)
}

// hide hides the pictures. The reader goes on at the same line.
func (p *pictures) hide() tea.Cmd {
	p.on = false
	p.gallery.Close(p.screen())
	p.page = pageKey{}
	p.setLines(p.article.plain)
	return p.freeMemory()
}

// freeMemory gives the memory of pictures back to the system, when the reader has stopped
// leaving articles: it takes some processor time.
func (p *pictures) freeMemory() tea.Cmd {
	p.closed++
	closed := p.closed
	return p.after(p.ctx, memoryDelay, func(time.Time) tea.Msg { return picturesClosed{closed} })
}

// closedFor frees the memory if no other article with pictures was left meanwhile.
func (p *pictures) closedFor(msg picturesClosed) tea.Cmd {
	if msg.closed != p.closed || p.on {
		return nil
	}
	return func() tea.Msg {
		debug.FreeOSMemory()
		return nil
	}
}

// setLines replaces the lines of the article, see [articleView.setLines].
func (p *pictures) setLines(lines []article.Line) {
	p.article.setLines(lines)
	p.top = p.article.Top
}

// follow keeps the pictures with the article, after each message: it shows those of the
// article that is open, and loads those that are near. It does nothing for an article
// without pictures.
func (p *pictures) follow() tea.Cmd {
	a := p.article
	if a.ID != p.item {
		return p.change()
	}
	switch {
	case !a.Whole || a.key.version == versionDiff:
		return nil
	case !p.on:
		return p.consider()
	}
	if !p.shows(areaArticle) {
		p.gallery.Rest(p.screen())
		p.page = pageKey{}
		return nil
	}
	free := a.Top != p.top || p.now().Before(p.prompt)
	if a.Top != p.top {
		p.prompt = time.Time{}
	}
	if p.page != a.key {
		p.gallery.Open(p.ctx, p.screen(), a.plain)
		p.page, free = a.key, true
	}
	if p.gallery.SetRoom(p.screen(), p.terminal(), p.room()) {
		free = true
	}
	lines := a.Lines
	if p.gallery.Settle(lines, a.TopLine(), a.Height, free) || a.stale || isPlain(lines, a.plain) {
		p.setLines(p.gallery.Insert(a.plain))
	}
	p.top = a.Top
	p.gallery.Trim(p.screen(), a.Lines, a.TopLine(), a.Height)
	return p.start()
}

// consider asks for the option of an article with pictures, once it is loaded. Beside the
// list that waits until the reader stays on it.
func (p *pictures) consider() tea.Cmd {
	if p.considered || p.deps.Pictures == nil {
		return nil
	}
	p.considered = true
	switch item := p.item; {
	case p.cannot() != "":
		return nil
	case p.focus == areaArticle:
		return p.readMode(false)
	default:
		return p.after(p.ctx, previewPictures, func(time.Time) tea.Msg { return pictureRest{item} })
	}
}

// isPlain reports whether lines are those without pictures themselves.
func isPlain(lines, plain []article.Line) bool {
	return len(lines) == len(plain) && len(lines) > 0 && &lines[0] == &plain[0]
}

// room returns the room for pictures. An article of few words is its pictures: they may be
// so high that they fill the pane with the title above and the description below. In zen
// mode they may be as high as the pane.
func (p *pictures) room() gallery.Room {
	a := p.article
	height := min(pictureRows, a.Height/2)
	if header := a.Top - a.TopLine(); a.Item.Words < fewWords {
		height = max(height, a.Height-header-3)
	}
	if p.zen {
		height = max(height, a.Height-1)
	}
	w := p.layout.areas[areaArticle].W
	return gallery.Room{Measure: a.key.width, Pane: w - a.Margin(w) - pane.ArticleMargin, Height: max(height, 1)}
}

// start starts to load the pictures that are near.
func (p *pictures) start() tea.Cmd {
	a, source := p.article, p.deps.Pictures
	jobs := p.gallery.Plan(a.Lines, a.TopLine(), a.Height)
	if len(jobs) == 0 {
		return nil
	}
	url := a.Item.Feed
	fetch := func(ctx context.Context, address string) ([]byte, func(), error) {
		return source.Fetch(ctx, url, address)
	}
	var cmds []tea.Cmd
	for _, j := range jobs {
		cmds = append(cmds, func() tea.Msg {
			r := j.Failed("an internal error")
			feed.Recover("loading a picture", p.deps.Crashed, func() { r = j.Run(fetch) })
			return pictureLoaded{r}
		})
	}
	p.setLines(p.gallery.Insert(a.plain))
	return tea.Batch(cmds...)
}

// take takes a picture.
func (p *pictures) take(msg pictureLoaded) {
	if p.gallery.Take(p.screen(), msg.result) && p.on {
		p.setLines(p.gallery.Insert(p.article.plain))
	}
}

// change drops the pictures of another article, and those of this one wait to be asked for,
// unless the option says otherwise.
func (p *pictures) change() tea.Cmd {
	was := p.on
	p.item, p.on, p.considered, p.page, p.top = p.article.ID, false, false, pageKey{}, p.article.Top
	if was {
		p.gallery.Close(p.screen())
		return tea.Batch(p.freeMemory(), p.follow())
	}
	return p.follow()
}

// stop stops what is being fetched, and hides the pictures. It reports whether something was.
func (p *pictures) stop() bool {
	if !p.on || p.gallery.Loading() == 0 {
		return false
	}
	p.hide()
	return true
}

// progress says how many pictures are being fetched; empty if there is none.
func (p *pictures) progress() string {
	n := p.gallery.Loading()
	if !p.on || n == 0 {
		return ""
	}
	what := "fetching a picture"
	if n > 1 {
		what = fmt.Sprintf("fetching %s pictures", text.Number(n))
	}
	return p.withTips(what+p.theme.Glyphs.Ellipsis, " ", "escape", "stops")
}

// cells returns what the painter gets for a line of the article pane; nil if it shows no
// picture.
func (p *pictures) cells(y int) *frame.Picture {
	if !p.on {
		return nil
	}
	row, column, ok := p.article.PictureAt(y)
	if !ok {
		return nil
	}
	return p.gallery.Cells(row, p.layout.areas[areaArticle].X+column)
}

// textPermille returns the reading progress as it is without pictures.
func (a *articleView) textPermille() int {
	text := a.Article
	if first := a.TopLine(); first > 0 {
		text.Top += gallery.Anchor(a.Lines, a.plain, first) - first
	}
	text.Lines = a.plain
	return text.Permille()
}
