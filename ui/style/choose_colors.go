package style

import (
	"cmp"
	"image/color"
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/ui/frame"
)

// Options hold what the user has chosen.
type Options struct {
	// Name is "auto" or a built-in theme; empty means auto.
	Name string
	// Icons is "unicode" or "ascii"; empty means unicode.
	Icons string
	// Colors replace colours of every theme. Those of Dark and Light come first, on a
	// background of that kind.
	Colors, Dark, Light Colors
}

// Colors are colours as the configuration writes them: a name, a number, or a hex value.
// An empty one is that of the theme.
type Colors struct{ Accent, Dim, Code, Heading, Failure, Selection string }

// over returns the colours of c, and those of below where c has none.
func (c Colors) over(below Colors) Colors {
	return Colors{
		cmp.Or(c.Accent, below.Accent), cmp.Or(c.Dim, below.Dim), cmp.Or(c.Code, below.Code),
		cmp.Or(c.Heading, below.Heading), cmp.Or(c.Failure, below.Failure), cmp.Or(c.Selection, below.Selection),
	}
}

// Terminal is what is known about a terminal.
type Terminal struct {
	// Dark reports whether the background is dark. Known is false if that is a guess.
	Dark, Known bool
	Depth       Depth
	// Text and Background are the terminal's colours; nil if they are not known.
	Text, Background color.Color
}

// Background reads the variable COLORFGBG, which some terminals set: its last number is the
// background's. It reports whether that is dark, and whether the variable says so at all.
func Background(colorFGBG string) (dark, known bool) {
	last := colorFGBG[strings.LastIndexByte(colorFGBG, ';')+1:]
	n, err := strconv.Atoi(strings.TrimSpace(last))
	if err != nil || n < 0 || n > 15 {
		return true, false
	}
	return n < 7 || n == 8, true
}

// leastContrast is the contrast that text has with the background at least (WCAG 2.1,
// level AA).
const leastContrast = 4.5

// Theme returns the theme for a terminal. A theme with a name is for its own background,
// whatever that of the terminal is.
func (o Options) Theme(t Terminal) Theme {
	if dark, named := IsDark(o.Name); named {
		t.Dark, t.Known = dark, true
		t.Text, t.Background = nil, nil
	}
	own := o.Light
	if t.Dark {
		own = o.Dark
	}
	c := chooser{Terminal: t, palette: paletteOf(o.Name, t.Dark), own: own.over(o.Colors)}
	if t.Text == nil || t.Background == nil || contrast(t.Text, t.Background) < 2 {
		c.Text = mustColor(c.palette.text)
	}
	if t.Background == nil {
		c.Background = mustColor(c.palette.background)
	} else {
		c.asked = true
	}
	theme := c.theme()
	theme.Glyphs = unicodeGlyphs
	if o.Icons == "ascii" {
		theme.Glyphs = asciiGlyphs
	}
	return theme
}

// chooser chooses the colours of a theme for a terminal.
type chooser struct {
	Terminal
	palette palette
	// own are the colours that the user has chosen. They are shown as they are.
	own Colors
	// asked reports whether the terminal has told its background.
	asked bool
}

func (c chooser) theme() Theme {
	accent, failure := c.hue(c.own.Accent, c.palette.accent), c.hue(c.own.Failure, c.palette.failure)
	if c.Depth == Colors16 && c.own.Accent == "" {
		accent = c.basic("36", "34")
	}
	if c.Depth == Colors16 && c.own.Failure == "" {
		failure = c.basic("1;91", "1;31")
	}
	dim := c.dim()
	return Theme{
		Dark:     c.Dark,
		Accent:   sgr("1", accent),
		Strong:   sgr("1"),
		Unread:   sgr("1"),
		Selected: sgr(accent),
		Dim:      sgr(dim),
		Failed:   sgr(failure),
		Match:    sgr("7"),
		Removed:  sgr("9", dim),
		Added:    sgr("4", accent),
		Behind:   sgr(c.behind()),
		Hit:      sgr(c.hit()),
		Hint:     sgr("1", "7", accent),
		Article:  c.article(dim),
		band:     sgr(c.selection()),
	}
}

// basic returns one of two parameters of SGR: for a dark and for a light background.
func (c chooser) basic(dark, light string) string {
	if c.Dark {
		return dark
	}
	return light
}

// hue returns the parameters of SGR for the user's colour, or else for that of the theme.
func (c chooser) hue(own, themes string) string {
	if own != "" {
		return c.Depth.front(mustColor(own))
	}
	strongest := "#000000"
	if c.Dark {
		strongest = "#ffffff"
	}
	return c.Depth.front(c.legible(mustColor(themes), mustColor(strongest)))
}

// legible returns a colour of the theme with enough contrast on the selection and on the
// background: one nearer to strongest if it has too little itself.
func (c chooser) legible(from, strongest color.Color) color.Color {
	below := []color.Color{c.Background}
	if s := c.Depth.as(c.selected()); s != nil && c.Depth < Colors16 {
		below = append(below, s)
	}
	enough := func(x color.Color) bool {
		for _, b := range below {
			if contrast(x, b) < min(leastContrast, 0.95*contrast(c.Text, b)) {
				return false
			}
		}
		return true
	}
	const steps = 20
	for i := range steps {
		if x := c.Depth.as(mix(from, strongest, float64(i)/steps)); x != nil && enough(x) {
			return x
		}
	}
	return c.Text
}

// dim returns the parameters of SGR for less important text. It must never be stronger than
// other text. None of the terminal's first 16 colours can be trusted with that: bright
// black is the background of one palette and the strongest text of another. So there text
// is faint, if that can be read, and else as all text.
func (c chooser) dim() string {
	if c.own.Dim != "" && c.Depth != NoColors {
		return c.Depth.front(mustColor(c.own.Dim))
	}
	if c.Depth >= Colors16 {
		if !c.Dark || !c.Known || c.asked && contrast(mix(c.Text, c.Background, 1-faintPart), c.Background) < leastContrast {
			return ""
		}
		return "2"
	}
	themes := mustColor(c.palette.dim)
	most := contrast(c.Text, c.Background)
	if x := c.legible(themes, c.Text); contrast(x, c.Background) < most*0.9 {
		return c.Depth.front(x)
	}
	// The text itself has little contrast. Its own colour, as near to the background as it
	// can be read, is weaker.
	for i := 10; i > 0; i-- {
		x := c.Depth.as(mix(c.Text, c.Background, float64(i)/20))
		if n := contrast(x, c.Background); n >= leastContrast && n <= most {
			return parameters(x, 0)
		}
	}
	return ""
}

// faintPart is how much of a text's colour is left if it is faint. Terminals differ: xterm
// leaves two thirds.
const faintPart = 0.66

// behind returns the parameters of SGR for the page behind an overlay. Of the first 16
// colours it is the one next to the background, which may make the page invisible.
func (c chooser) behind() string {
	switch {
	case c.Depth == NoColors && c.Dark && c.Known:
		return "2"
	case c.Depth == Colors16:
		return c.basic("90", "37")
	}
	return c.Depth.front(mix(c.Background, c.Text, 0.35))
}

// hit returns the parameters of SGR for a hit. It has its own colour for the text, so that
// its contrast does not depend on the terminal.
func (c chooser) hit() string {
	if c.Depth >= Colors16 {
		return "7"
	}
	text := "#000000"
	if c.palette.dark {
		text = "#ffffff"
	}
	return joinParameters(c.Depth.front(mustColor(text)), c.Depth.back(mustColor(c.palette.hit)))
}

// selection returns the parameters of SGR for the background of the selected row.
func (c chooser) selection() string {
	if s := c.Depth.back(c.selected()); s != "" {
		return s
	}
	return "7"
}

// selected returns the background of the selected row; nil if the row is reversed.
func (c chooser) selected() color.Color {
	switch {
	case c.own.Selection != "":
		return mustColor(c.own.Selection)
	case c.Depth >= Colors16:
		return nil
	}
	band := mustColor(c.palette.selection)
	if c.asked {
		band = mix(c.Background, mustColor(c.palette.accent), 0.14)
	}
	if c.Depth == Colors256 {
		return grey(band)
	}
	return band
}

// grey returns the grey of the 256 colours that is as bright as a colour. The nearest
// colour of all would often be a deep blue or green.
func grey(like color.Color) color.Color {
	const first, last = 232, 255
	best, want := ansi.IndexedColor(first), luminance(like)
	for i := range last - first + 1 {
		if n := ansi.IndexedColor(first + i); math.Abs(luminance(n)-want) < math.Abs(luminance(best)-want) {
			best = n
		}
	}
	return best
}

// Band lays the background of the selection under a line. Where that is reversed text,
// nothing keeps a colour of its own, so that all of it can be read. The line must end
// unstyled, and is as wide as the selection.
func (t Theme) Band(line string) string {
	reversed := t.band == sgr("7")
	var b strings.Builder
	b.WriteString(t.band)
	for line != "" {
		i := strings.IndexByte(line, ansi.ESC)
		if i < 0 {
			break
		}
		b.WriteString(line[:i])
		line = line[i:]
		n := max(frame.StyleLen(line), 1)
		params, isStyle := strings.CutSuffix(strings.TrimPrefix(line[:n], "\x1b["), "m")
		line = line[n:]
		switch first, rest, _ := strings.Cut(params, ";"); {
		case !isStyle:
			b.WriteByte(ansi.ESC)
		case first == "" || first == "0":
			b.WriteString(ansi.ResetStyle + t.band + sgr(t.onBand(rest, reversed)))
		default:
			b.WriteString(sgr(t.onBand(params, reversed)))
		}
	}
	return b.String() + line + ansi.ResetStyle
}

// onBand returns what of a style is shown on the selection. On reversed text only weights
// are, and what is reversed itself is underlined.
func (t Theme) onBand(params string, reversed bool) string {
	if !reversed {
		return params
	}
	var kept []string
	for p := range strings.SplitSeq(params, ";") {
		switch p {
		case "1", "3", "4", "9":
			kept = append(kept, p)
		case "7":
			kept = append(kept, "4")
		case "38", "48":
			return strings.Join(kept, ";")
		}
	}
	return strings.Join(kept, ";")
}
