package cache

import (
	"testing"
	"time"

	"dateline/feed"
	"dateline/feed/query"
)

// rule makes a rule for a query.
func (s testStore) rule(name, q string, does query.Rule) query.Rule {
	s.t.Helper()
	does.Name, does.Query = name, view(s.t, q).Query
	s.must(query.Check(does))
	return does
}

// settle subscribes to feeds with these settings.
func (s testStore) settle(set feed.Settings, urls ...string) {
	s.t.Helper()
	var subs []feed.Subscription
	for _, u := range urls {
		subs = append(subs, feed.Subscription{URL: u, Settings: set, Tags: []string{"tag-" + u}})
	}
	s.must(s.SetFeeds(s.ctx(), subs))
}

// In a feed that asks for it an edit makes an item unread, whatever else was
// done to it; elsewhere, and without an edit, it stays read. The user's later
// word wins over the edit, and an edit over an earlier word that arrives late.
func TestRenewEdited(t *testing.T) {
	s := open(t)
	s.settle(feed.Settings{RenewEdited: true}, "a", "b")
	s.SetRules([]query.Rule{s.rule("muted", "title:muted", query.Rule{Read: true})})
	publish := func(suffix string) {
		t.Helper()
		s.advance(time.Minute)
		s.save("a", item("1", time.Hour, "One"+suffix, "text"), item("hidden", 2*time.Hour, "Hidden"+suffix), item("muted", 3*time.Hour, "Muted"+suffix))
	}
	publish("")
	s.advance(time.Minute)
	s.mark(feed.Read, true, "1", "hidden")
	s.mark(feed.Starred, true, "1")
	s.mark(feed.Hidden, true, "hidden")
	late := feed.Mark{Items: s.ids("1"), Flag: feed.Read, On: true, At: s.Now()}
	s.advance(time.Minute)
	s.save("a", item("1", time.Hour, "One", "<p>text</p>"))
	equal(t, "markup", s.list("is:unread"), []string{})
	publish(", edited")
	equal(t, "edited", s.list("is:unread"), []string{"1"})
	equal(t, "hidden still, starred still", append(s.list("is:hidden is:unread"), s.list("is:starred")...), []string{"hidden", "1"})
	s.checkCounts()
	s.must(s.Mark(s.ctx(), late))
	equal(t, "late mark", s.list("is:unread"), []string{"1"})
	s.advance(time.Minute)
	s.mark(feed.Read, true, "1")
	equal(t, "later mark", s.list("is:unread"), []string{})
	s.settle(feed.Settings{}, "a")
	publish(", again")
	equal(t, "kept", s.list("is:unread"), []string{})
	s.checkCounts()
}

// An edit takes nothing out of the journal: what the user did before it is
// taken back and done again as ever.
func TestUndoAfterRenewal(t *testing.T) {
	s := open(t)
	s.settle(feed.Settings{RenewEdited: true}, "a")
	s.save("a", item("1", time.Hour, "One"), item("2", time.Hour, "Two"))
	s.advance(time.Minute)
	s.mark(feed.Read, true, "1", "2")
	s.advance(time.Minute)
	s.save("a", item("1", time.Hour, "One, edited"), item("2", time.Hour, "Two"))
	_, err := s.Undo(s.ctx(), s.advance(time.Minute))
	s.must(err)
	equal(t, "undone", len(s.list("is:unread")), 2)
	s.checkCounts()
	_, err = s.Redo(s.ctx(), s.advance(time.Minute))
	s.must(err)
	equal(t, "redone", len(s.list("is:unread")), 0)
	s.checkCounts()
}

// Rules mark what arrives, and only that: nothing that was there, nothing that
// is edited, nothing once the rule has ended.
func TestRulesOnArrival(t *testing.T) {
	s := open(t)
	s.settle(feed.Settings{}, "a", "b")
	s.save("a", item("before", time.Hour, "Advert of old"))
	s.SetRules([]query.Rule{
		s.rule("ads", "title:advert", query.Rule{Hide: true}),
		s.rule("more ads", "title:advert tag:tag-a", query.Rule{Hide: true, Read: true}),
		s.rule("mine", `feed:"title of b" is:new`, query.Rule{Star: true, Labels: []string{"mine", "b"}}),
		s.rule("known", `text:"for you"`, query.Rule{Read: true, Labels: []string{"b"}}),
		s.rule("over", "title:news", query.Rule{Hide: true, Until: noon}),
	})
	s.advance(time.Minute)
	equal(t, "saved", s.save("a", item("1", time.Minute, "Advert"), item("before", time.Hour, "Advert, edited"), item("news", 2*time.Minute, "News")).New, 2)
	s.save("b", item("2", 3*time.Minute, "An advert"), item("3", 4*time.Minute, "Story", "<p>For <b>you</b>"))
	equal(t, "left", s.list(""), []string{"news", "3", "before"})
	equal(t, "hidden", s.list("is:hidden"), []string{"1", "2"})
	equal(t, "hidden and read", s.list("is:hidden is:read"), []string{"1"})
	equal(t, "starred", s.list("is:starred"), []string{"3"})
	equal(t, "labelled", s.list("label:b"), []string{"3"})
	equal(t, "unread", s.list("is:unread"), []string{"news", "before"})
	s.checkCounts()
	a, err := s.Article(s.ctx(), s.id("2"))
	s.must(err)
	equal(t, "by", []any{a.HiddenBy, a.Labels, a.Starred}, []any{"ads", []string{"b", "mine"}, true})
	_, err = s.Undo(s.ctx(), s.Now())
	equal(t, "nothing of the reader's", err.Error(), "undo: "+ErrNothingToUndo.Error())
	s.advance(time.Minute)
	s.mark(feed.Hidden, false, "2")
	s.mark(feed.Starred, false, "3")
	s.must(s.Mark(s.ctx(), feed.Mark{Items: s.ids("3"), Flag: feed.Label, Label: "b", At: s.Now()}))
	s.save("b", item("2", 3*time.Minute, "An advert, edited"), item("3", 4*time.Minute, "Story, edited", "<p>For <b>you</b>"))
	equal(t, "the reader's word", append(s.list("is:starred"), s.list("label:b")...), []string{"2", "2"})
	a, err = s.Article(s.ctx(), s.id("2"))
	s.must(err)
	equal(t, "shown again", []any{a.Hidden, a.HiddenBy}, []any{false, ""})
	s.checkCounts()
}

// The user is told of what is new in feeds and by rules that ask for it: not of
// a feed's first answer, not of what is hidden, not twice.
func TestNotices(t *testing.T) {
	s := open(t)
	s.must(s.SetFeeds(s.ctx(), []feed.Subscription{{URL: "loud", Name: "Loud", Settings: feed.Settings{Notify: true}}, {URL: "quiet"}, {URL: "empty", Settings: feed.Settings{Notify: true}}}))
	s.SetRules([]query.Rule{
		s.rule("ads", "title:advert", query.Rule{Hide: true, Notify: true}),
		s.rule("dull", "title:dull", query.Rule{Read: true}),
		s.rule("storm", "title:storm", query.Rule{Notify: true}),
	})
	notices := func(url string, items ...feed.Article) (told []string) {
		t.Helper()
		saved, err := s.Save(s.ctx(), feed.Fetched{URL: url, State: feed.PollState{LastOK: s.Now()}, Document: &feed.Document{Title: "Title of " + url, Items: items}})
		s.must(err)
		for _, n := range saved[0].Notify {
			a, err := s.Article(s.ctx(), n.Item)
			s.must(err)
			told = append(told, a.Key+": "+n.Title+" ("+n.FeedTitle+")")
		}
		return told
	}
	equal(t, "first answers", append(append(notices("loud", item("1", time.Hour)), notices("quiet", item("2", time.Hour, "Storm"))...), notices("empty")...), nil)
	untitled := item("3", time.Minute, "")
	untitled.Summary = "A summary"
	equal(t, "loud", notices("loud", item("1", time.Hour, "edited"), untitled, item("4", 2*time.Minute, "Four"), item("5", time.Minute, "Advert"), item("6", time.Minute, "Dull")),
		[]string{"3: A summary (Loud)", "4: Four (Loud)"})
	equal(t, "quiet", notices("quiet", item("7", time.Minute, "Storm advert"), item("8", time.Minute, "Storm"), item("9", time.Minute, "Calm")), []string{"8: Storm (Title of quiet)"})
	equal(t, "after an empty answer", notices("empty", item("10", time.Minute)), []string{"10: Title 10 (Title of empty)"})
	equal(t, "again", notices("quiet", item("8", time.Minute, "Storm")), nil)
}
