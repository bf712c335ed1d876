package query

import (
	"dateline/feed"
	"dateline/feed/text"
	"slices"
	"strings"
	"time"
)

// Env is what a query depends on besides the item.
type Env struct {
	// Now is the instant of the question; its location is the reader's.
	Now time.Time
	// NewSince is the start of the last round that brought something: is:new
	// holds from there on. While it is zero nothing is new.
	NewSince time.Time
	// Opened is when the view was opened: the cache goes on showing items in an
	// is:unread view that were read at or after it. [Query.Match] ignores it,
	// since an [feed.Item] does not say when it was read. Zero keeps none.
	Opened time.Time
}

// FeedInfo is what a query may ask of the feed an item came with.
type FeedInfo struct {
	Title string
	URL   string
	Tags  []string
}

// Match says whether a is one of the items that q asks for; sort and limit do
// not count. It is the reference for the cache's SQL, which besides decides which
// of the matching items of one story a list shows: that is a matter of the view.
func (q Query) Match(a feed.Article, f FeedInfo, env Env) bool {
	if (a.Hidden || a.Snoozed.After(env.Now)) && !q.ShowsHidden() {
		return false
	}
	m := matcher{article: &a, feed: f, env: env}
	return q.Root == nil || m.matchNode(q.Root)
}

// matcher answers the terms of one query for one item. The texts are indexed
// when they are first asked for.
type matcher struct {
	article *feed.Article
	feed    FeedInfo
	env     Env
	title   string
	author  string
	body    string
}

func (m *matcher) matchNode(n *Node) bool {
	switch n.Op {
	case And:
		return !slices.ContainsFunc(n.Kids, func(k *Node) bool { return !m.matchNode(k) })
	case Or:
		return slices.ContainsFunc(n.Kids, m.matchNode)
	case Not:
		return !m.matchNode(n.Kids[0])
	}
	return m.matchTerm(n.Term)
}

func (m *matcher) matchTerm(t Term) bool {
	switch t.Field {
	case FieldText, FieldTitle, FieldAuthor, FieldBody:
		return m.matchWords(t)
	case FieldLink:
		return strings.Contains(text.Fold(m.article.Link), text.Fold(t.Text))
	case FieldFeedName:
		part := text.Fold(t.Text)
		return strings.Contains(text.Fold(m.feed.Title), part) || strings.Contains(text.Fold(m.feed.URL), part)
	case FieldFeedURL:
		return m.feed.URL == t.Text
	case FieldTag:
		return text.ContainsFolded(m.feed.Tags, t.Text)
	case FieldLabel:
		return text.ContainsFolded(m.article.Labels, t.Text)
	case FieldIs:
		return m.matchState(t.Is)
	case FieldHas:
		return m.matchHas(t.Has)
	case FieldSince:
		return !m.article.Date.Before(t.When.Time(m.env.Now))
	case FieldBefore:
		return m.article.Date.Before(t.When.Time(m.env.Now))
	}
	return false
}

// matchWords looks for the term's tokens side by side in its field.
func (m *matcher) matchWords(t Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return false
	}
	run := " " + strings.Join(tokens, " ")
	if !lastIsPrefix {
		run += " "
	}
	a := m.article
	switch t.Field {
	case FieldTitle:
		return strings.Contains(padded(&m.title, func() string { return a.Title }), run)
	case FieldAuthor:
		return strings.Contains(padded(&m.author, func() string { return a.Author }), run)
	case FieldText:
		if strings.Contains(padded(&m.title, func() string { return a.Title }), run) {
			return true
		}
	}
	return strings.Contains(padded(&m.body, a.Body.Text), run)
}

// padded is the indexed text kept in place, with a space at either end so that
// every token has one on both sides.
func padded(place *string, s func() string) string {
	if *place == "" {
		*place = " " + text.IndexText(s()) + " "
	}
	return *place
}

func (m *matcher) matchState(state Is) bool {
	a := m.article
	switch state {
	case IsUnread:
		return !a.Read
	case IsRead:
		return a.Read
	case IsStarred:
		return a.Starred
	case IsUnstarred:
		return !a.Starred
	case IsHidden:
		return a.Hidden
	case IsSnoozed:
		return a.Snoozed.After(m.env.Now)
	case IsEdited:
		return a.Edited
	case IsNew:
		return !m.env.NewSince.IsZero() && !a.FirstSeen.Before(m.env.NewSince)
	case IsLabelled:
		return len(a.Labels) > 0
	}
	return false
}

func (m *matcher) matchHas(thing Has) bool {
	a := m.article
	switch thing {
	case HasEnclosure:
		return len(a.Enclosures) > 0
	case HasImage:
		return a.Image
	case HasFulltext:
		return a.Fulltext
	case HasComments:
		return a.Comments != ""
	}
	return false
}
