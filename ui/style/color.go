package style

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dateline/feed/text"
)

// Depth is how many colours a terminal shows.
type Depth uint8

// The depths. The first is the zero value, because the painter reduces its colours if the
// terminal turns out to have fewer.
const (
	TrueColor Depth = iota
	Colors256
	Colors16
	// NoColors is the depth of a terminal with weights alone, and of NO_COLOR.
	NoColors
)

// DepthOf returns the depth that has this name as a color profile of Bubble Tea.
func DepthOf(profile string) Depth {
	switch profile {
	case "TrueColor":
		return TrueColor
	case "ANSI256":
		return Colors256
	case "ANSI":
		return Colors16
	}
	return NoColors
}

// colorNames are the names of the first 16 colours, by their number.
var colorNames = []string{
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright black", "bright red", "bright green", "bright yellow", "bright blue", "bright magenta", "bright cyan", "bright white",
}

// CheckColor returns what is wrong with a colour of the configuration; nil if nothing is.
// The error names what may have been meant.
func CheckColor(s string) error {
	_, err := parseColor(s)
	return err
}

// parseColor reads a name, a number or a hex value. An empty text is no colour, which is
// nil.
func parseColor(s string) (color.Color, error) {
	folded := strings.ToLower(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), " "))
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	if hex, ok := strings.CutPrefix(folded, "#"); ok {
		if len(hex) == 3 {
			hex = strings.Join([]string{hex[:1], hex[:1], hex[1:2], hex[1:2], hex[2:], hex[2:]}, "")
		}
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || len(hex) != 6 {
			return nil, fmt.Errorf(`%q is no colour; write six digits of 0-9 and a-f behind the #, such as "#5f87af"`, s)
		}
		return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255}, nil
	}
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		switch {
		case n < 0 || n > 255:
			return nil, fmt.Errorf("%s is no colour; the numbers of colours go from 0 to 255", s)
		case n < len(colorNames):
			return ansi.BasicColor(n), nil
		}
		return ansi.IndexedColor(n), nil
	}
	folded = strings.Replace(strings.Replace(folded, "grey", "bright black", 1), "gray", "bright black", 1)
	for n, name := range colorNames {
		if folded == name {
			return ansi.BasicColor(n), nil
		}
	}
	hint := ""
	if near := text.Nearest(folded, colorNames); text.EditDistance(folded, near) <= (len(folded)+1)/3 {
		hint = fmt.Sprintf("did you mean %q? Else ", near)
	}
	return nil, fmt.Errorf(`%q is no colour; %swrite a name such as "red" or "bright blue", a number from 0 to 255, or "#rrggbb"`, s, hint)
}

// mustColor returns a colour of the tables in this package, or one that was checked.
func mustColor(s string) color.Color {
	c, _ := parseColor(s)
	return c
}

// as returns the colour that a terminal of this depth shows for c; nil if it shows none.
// The first 16 colours stay as they are, because they are those of the user's palette.
func (d Depth) as(c color.Color) color.Color {
	_, basic := c.(ansi.BasicColor)
	switch {
	case c == nil || d == NoColors:
		return nil
	case basic || d == TrueColor:
		return c
	case d == Colors256:
		return ansi.Convert256(c)
	}
	return ansi.Convert16(c)
}

// front and back return the parameters of SGR for the colour of text, and of its
// background, on a terminal of this depth; empty for no colour.
func (d Depth) front(c color.Color) string { return parameters(d.as(c), 0) }
func (d Depth) back(c color.Color) string  { return parameters(d.as(c), 10) }

// parameters returns the parameters of SGR for a colour. offset is 10 for a background.
func parameters(c color.Color, offset int) string {
	switch c := c.(type) {
	case nil:
		return ""
	case ansi.BasicColor:
		if c > 7 {
			return strconv.Itoa(90 + offset + int(c) - 8)
		}
		return strconv.Itoa(30 + offset + int(c))
	case ansi.IndexedColor:
		return strconv.Itoa(38+offset) + ";5;" + strconv.Itoa(int(c))
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("%d;2;%d;%d;%d", 38+offset, r>>8, g>>8, b>>8)
}

// mix returns a colour between two: a for 0, b for 1.
func mix(a, b color.Color, part float64) color.Color {
	at := func(x, y uint32) uint8 {
		return uint8(math.Round(float64(x>>8) + part*(float64(y>>8)-float64(x>>8))))
	}
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	return color.RGBA{at(ar, br), at(ag, bg), at(ab, bb), 255}
}

// contrast returns the contrast of two colours, from 1 to 21 (WCAG 2.1, contrast ratio).
func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance returns the relative luminance of a colour, from 0 to 1 (WCAG 2.1).
func luminance(c color.Color) float64 {
	linear := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
