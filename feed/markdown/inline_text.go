package markdown

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// writeInline writes as text what Markdown has no markup for: superscripts, quotation
// marks and the reading of characters. It separates recordings and replaced words from the
// words beside them.
func writeInline(body *html.Node) {
	markup.WriteScripts(body, false)
	surround(body)
}

// surround puts text around the elements below n that need it.
func surround(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		surround(c)
		switch c.DataAtom {
		case atom.Code, atom.Kbd, atom.Samp, atom.Tt, atom.Var, atom.Pre:
			markup.MarkStruck(c) // Code has no markup.
		case atom.Q:
			markup.PutAround(c, "“", "”")
		case atom.Rt:
			if c.PrevSibling == nil || c.PrevSibling.DataAtom != atom.Rp {
				markup.PutAround(c, "(", ")")
			}
		case atom.Audio, atom.Video:
			n.InsertBefore(markup.NewText(" "), c)
			n.InsertBefore(markup.NewText(" "), c.NextSibling)
		case atom.Ins:
			if c.PrevSibling != nil && c.PrevSibling.DataAtom == atom.Del {
				n.InsertBefore(markup.NewText(" "), c)
			}
		}
	}
}
