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

// toggleFold folds or unfolds the group under the cursor, or the group of the feed
// there.
func (n *navigator) toggleFold() tea.Cmd {
	rows := n.sources.List.Rows()
	for i := n.sources.List.Index(); i >= 0 && i < len(rows); i-- {
		if rows[i].Kind == pane.KindTag {
			n.sources.Folded[rows[i].Name] = !rows[i].Folded
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
