package ui

import (
	tea "charm.land/bubbletea/v2"

	"dateline/ui/pane"
)

func (h *headlineList) toggleShowRead() tea.Cmd {
	h.UnreadOnly = !h.UnreadOnly
	h.session.dirty = true
	if h.UnreadOnly {
		h.status.say(h.withTips("unread items only", "; ", "toggle-show-read", "shows read items again"))
	} else {
		h.status.say("read and unread items")
	}
	return h.loadHere()
}

func (h *headlineList) toggleOrder() tea.Cmd {
	h.Oldest = !h.Oldest
	h.session.dirty = true
	if h.Oldest {
		h.status.say(h.withTips("oldest first", "; ", "toggle-order", "reverses the order"))
	} else {
		h.status.say("newest first")
	}
	return h.load(replaceRows, 0)
}

// dropRead loads the view again, so that items read meanwhile leave an unread list.
func (h *headlineList) dropRead() tea.Cmd {
	h.status.say("read items removed from this list")
	return h.loadHere()
}

func (h *headlineList) toggleDensity() tea.Cmd {
	h.Compact = !h.Compact
	h.session.dirty = true
	switch {
	case h.Compact:
		h.status.say(h.withTips("one line a headline", "; ", "toggle-density", "shows two"))
	case h.layout.strip:
		h.status.say("two lines a headline, except above an open article")
	default:
		h.status.say(h.withTips("two lines a headline", "; ", "toggle-density", "shows one"))
	}
	return nil
}

func (n *navigator) toggleZen() tea.Cmd {
	n.zen = !n.zen
	n.session.dirty = true
	n.arrange()
	if n.zen && n.focus != areaArticle {
		n.status.say(n.withTips("zen mode on", "; ", "toggle-zen", "turns it off"))
	} else if n.focus != areaArticle {
		n.status.say("zen mode off")
	}
	return n.article.reshow()
}

// togglePreview hides the article beside or below the list, or shows it again. An open article
// stays.
func (n *navigator) togglePreview() tea.Cmd {
	n.noPreview = !n.noPreview
	if n.noPreview && n.focus == areaArticle && !n.reading {
		n.focus = areaHeadlines
	}
	if n.noPreview {
		n.status.say(n.withTips("preview hidden", "; ", "toggle-preview", "shows it again"))
	} else {
		n.status.say(n.withTips("preview shown", "; ", "toggle-preview", "hides it"))
	}
	return n.rearranged()
}

// noBorder returns why the focused pane has no border to move; empty if it has one.
func (n *navigator) noBorder() string {
	if border, _ := n.borderOfFocus(); border != borderNone {
		return ""
	}
	if n.hidesPreview() && n.layout.shape != shapeSingle {
		return n.withTips("the preview is hidden, so there is no border to move", "; ", "toggle-preview", "shows it")
	}
	return "this pane has the whole screen, so there is no border to move"
}

// borderOfFocus returns the border of the focused pane and how far it is from the pane's start,
// or for an article from the start of the list.
func (g *geometry) borderOfFocus() (border paneBorder, at int) {
	l := g.layout
	switch {
	case g.focus == areaSources && l.column[0] >= 0:
		return borderSources, l.areas[areaSources].W
	case g.focus == areaSources:
		return borderNone, 0
	case l.column[1] >= 0:
		return borderHeadlines, l.areas[areaHeadlines].W
	case l.border >= 0:
		return borderRule, l.areas[areaHeadlines].H
	}
	return borderNone, 0
}

// columnStep is how many columns a key moves a border between columns.
const columnStep = 2

// moveBorder moves the border of the focused pane to the right or down, or with a negative by to
// the left or up. What the layout does not allow is not remembered.
func (n *navigator) moveBorder(by int) tea.Cmd {
	before := n.splits
	border, at := n.borderOfFocus()
	switch border {
	case borderSources:
		n.splits.Sources = max(at+by*columnStep, 1)
	case borderHeadlines:
		n.splits.Headlines = max(at+by*columnStep, 1)
	case borderRule:
		n.moveRule(max(at+by, 1))
	case borderNone:
		return nil
	}
	n.arrange()
	if _, now := n.borderOfFocus(); now == at {
		n.splits = before
		n.arrange()
		n.status.say("the border cannot move further")
		return nil
	}
	return tea.Batch(n.rearranged(), n.headlines.wantMore())
}

// toggleFold folds or unfolds the group under the cursor, or the group of the feed
// there.
func (n *navigator) toggleFold() tea.Cmd {
	rows := n.sources.List.Rows()
	for i := n.sources.List.Index(); i >= 0 && i < len(rows); i-- {
		if rows[i].Fold != "" {
			n.sources.Folded[rows[i].Fold] = !rows[i].Folded
			n.sources.List.Go(i)
			n.sources.Rebuild()
			n.session.dirty = true
			return n.followSource()
		}
		if rows[i].Kind == pane.KindGap {
			break
		}
	}
	n.status.say("there is no group here; tags in the configuration make groups")
	return nil
}

// toggleNews hides the feeds without news, or shows all feeds.
func (n *navigator) toggleNews() tea.Cmd {
	p := n.sources
	if p.OnRest() {
		p.Find(n.headlines.Source.Key) // the line goes, and with it the cursor's place
	}
	p.HideRead(!p.NewsOnly, n.headlines.Source.Key)
	n.session.dirty = true
	if p.NewsOnly {
		n.status.say(n.withTips("feeds without news are hidden", "; ", "toggle-news", "shows them again"))
	} else {
		n.status.say(n.withTips("all feeds", "; ", "toggle-news", "hides those without news"))
	}
	return n.followSource()
}
