package style

import "strconv"

// Ink is what a text in an article is, as far as that decides its colour. Inside the
// package article it stands for one of the first 8 colours, which glamour and chroma know
// by a name.
type Ink int16

// The inks. InkText is for text as all other, the last four are for code whose language is
// known.
const (
	InkText Ink = iota
	InkCode
	InkHeading
	InkKeyword
	InkString
	InkNumber
	InkComment
	inks
)

// Glamour returns the ink's colour as glamour names it; nil for InkText.
func (i Ink) Glamour() *string {
	if i == InkText {
		return nil
	}
	s := strconv.Itoa(int(i - 1))
	return &s
}

// chromaInks are the colours of inks as chroma names them.
var chromaInks = [inks]string{
	InkCode: "#ansiblack", InkHeading: "#ansidarkred", InkKeyword: "#ansidarkgreen", InkString: "#ansibrown",
	InkNumber: "#ansidarkblue", InkComment: "#ansipurple",
}

// Chroma returns the ink's colour as chroma names it; empty for InkText.
func (i Ink) Chroma() string { return chromaInks[i] }

// Article holds the styles inside articles, as parameters of SGR. The zero value shows
// weights alone. Articles can be compared.
type Article struct {
	// Dim is for what dateline adds, such as the marks of links; empty to show it as all
	// text.
	Dim string
	// inks holds the style of each ink.
	inks [inks]string
}

// Of returns the parameters of SGR for an ink; empty to show it as all text.
func (a Article) Of(i Ink) string {
	if i < 0 || i >= inks {
		return ""
	}
	return a.inks[i]
}

// article returns the styles inside articles. Only code has a hue. Where colours are few,
// its keywords are bold and its comments italic.
func (c chooser) article(dim string) Article {
	a := Article{Dim: dim}
	a.inks[InkComment] = joinParameters("3", dim)
	if c.own.Heading != "" {
		a.inks[InkHeading] = c.Depth.front(mustColor(c.own.Heading))
	}
	code := c.hue(c.own.Code, c.palette.code)
	switch {
	case c.Depth == Colors16 && c.own.Code == "":
		code = c.basic("36", "34")
	case c.Depth < Colors16:
		a.inks[InkKeyword] = c.hue("", c.palette.keyword)
		a.inks[InkString] = c.hue("", c.palette.literal)
		a.inks[InkNumber] = c.hue("", c.palette.number)
	}
	a.inks[InkCode] = code
	if c.Depth >= Colors16 {
		a.inks[InkKeyword] = joinParameters("1", code)
		a.inks[InkString], a.inks[InkNumber] = code, code
	}
	return a
}
