package style

import "charm.land/lipgloss/v2"

// OutputDepth returns how many colours the terminal of the standard output has.
func OutputDepth() Depth { return DepthOf(lipgloss.Writer.Profile.String()) }

// Sample returns a line with the main styles of a theme, for choosing one.
func (t Theme) Sample() string {
	code := Paint(sgr(t.Article.Of(InkKeyword)), "func") + Paint(sgr(t.Article.Of(InkCode)), " main()")
	selected := t.Band(Paint(t.Accent, t.Glyphs.Bar) + Paint(t.Accent, " selected ") + Paint(t.Dim, "2h "))
	return selected + "  " + Paint(t.Unread, "unread") + "  read  " + Paint(t.Dim, "dim") + "  " + code + "  " +
		Paint(t.Hit, "hit") + "  " + Paint(t.Hint, "a") + "  " + Paint(t.Failed, t.Glyphs.Failed+" failed")
}
