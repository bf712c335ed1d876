package query

import (
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// Env holds the values that the result of a query depends on, besides the items.
type Env struct {
	// Now is the time of the query, in the user's location.
	Now time.Time
	// NewSince is the start of the latest refresh that brought new items. is:new
	// holds for items first seen since then. If it is zero, it holds for none.
	NewSince time.Time
	// Opened is the time at which the view was opened. Package cache keeps items in
	// an is:unread view if they were read at or after Opened. If it is zero, no read
	// items are kept. [Query.Match] ignores Opened, because a [feed.Item] does not
	// have the time at which it was read.
	Opened time.Time
}

// FeedInfo holds the properties of an item's feed that queries test.
type FeedInfo struct {
	Title string
	URL   string
	Tags  []string
	// Account is the name of the feed's account; empty for a local feed.
	Account string
}

// Match reports whether a matches q, without regard to sort and limit. f describes the
// feed of a. Match is the reference for the SQL of package cache. It ignores
// stories: the cache's view decides which of the matching items of a story are shown.
func (q Query) Match(a feed.Article, f FeedInfo, env Env) bool {
	if (a.Hidden || a.Snoozed.After(env.Now)) && !q.ShowsHidden() {
		return false
	}
	m := matcher{article: &a, feed: f, env: env}
	return q.Root == nil || m.matchNode(q.Root)
}

// matcher tests the terms of a query on one item. title, author and body are normalised
// texts with a space at either end. They are empty until needed.
type matcher struct {
	article *feed.Article
	feed    FeedInfo
	env     Env
	title   string
	author  string
	body    string
}

// matchNode reports whether the item meets a condition.
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

// matchTerm reports whether the item meets a term.
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
		return text.InFolder(m.feed.Tags, t.Text)
	case FieldAccount:
		return text.Fold(m.feed.Account) == text.Fold(t.Text)
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

// matchWords reports whether the term's tokens are adjacent in its field.
func (m *matcher) matchWords(t Term) bool {
	tokens, lastIsPrefix := t.Tokens()
	if len(tokens) == 0 {
		return false
	}
	phrase := " " + strings.Join(tokens, " ")
	if !lastIsPrefix {
		phrase += " "
	}
	a := m.article
	switch t.Field {
	case FieldTitle:
		return strings.Contains(padded(&m.title, func() string { return a.Title }), phrase)
	case FieldAuthor:
		return strings.Contains(padded(&m.author, func() string { return a.Author }), phrase)
	case FieldText:
		if strings.Contains(padded(&m.title, func() string { return a.Title }), phrase) {
			return true
		}
	}
	return strings.Contains(padded(&m.body, a.Body.Text), phrase)
}

// padded returns the text of s as [text.IndexText] with a space at either end, so that
// each token is between two spaces. It saves the result in cached.
func padded(cached *string, s func() string) string {
	if *cached == "" {
		*cached = " " + text.IndexText(s()) + " "
	}
	return *cached
}

// matchState reports whether the item is in a state.
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

// matchHas reports whether the item has a property.
func (m *matcher) matchHas(property Has) bool {
	a := m.article
	switch property {
	case HasEnclosure:
		return len(a.Enclosures) > 0
	case HasImage:
		return a.Image
	case HasFulltext:
		return a.HasPageText
	case HasComments:
		return a.Comments != ""
	}
	return false
}
