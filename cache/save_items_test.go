package cache_test

import (
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/query"
)

// rule returns a rule for a query.
func (s testStore) rule(name, q string, does query.Rule) query.Rule {
	s.T.Helper()
	does.Name, does.Query = name, cachetest.View(s.T, q).Query
	s.Must(query.Check(does))
	return does
}

// subscribeWith subscribes to feeds with these settings.
func (s testStore) subscribeWith(set feed.Settings, urls ...string) {
	s.T.Helper()
	var subs []feed.Subscription
	for _, u := range urls {
		subs = append(subs, feed.Subscription{URL: u, Settings: set, Tags: []string{"tag-" + u}})
	}
	s.Must(s.SetFeeds(s.Ctx(), subs))
}

// TestRenewEdited checks that an edit makes an item unread in a feed with that
// setting, and not in other feeds or without an edit. A later mark of the user
// replaces it, and it replaces an older mark that arrives late.
func TestRenewEdited(t *testing.T) {
	s := open(t)
	s.subscribeWith(feed.Settings{RenewEdited: true}, "a", "b")
	s.SetRules([]query.Rule{s.rule("muted", "title:muted", query.Rule{Read: true})})
	publish := func(suffix string) {
		t.Helper()
		s.Advance(time.Minute)
		s.SaveItems("a", cachetest.Item("1", time.Hour, "One"+suffix, "text"), cachetest.Item("hidden", 2*time.Hour, "Hidden"+suffix), cachetest.Item("muted", 3*time.Hour, "Muted"+suffix))
	}
	publish("")
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "1", "hidden")
	s.MarkItems(feed.Starred, true, "1")
	s.MarkItems(feed.Hidden, true, "hidden")
	late := feed.Mark{Items: s.IDs("1"), Flag: feed.Read, On: true, At: s.Now()}
	s.Advance(time.Minute)
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One", "<p>text</p>"))
	cachetest.Equal(t, "markup", s.List("is:unread"), []string{})
	publish(", edited")
	cachetest.Equal(t, "edited", s.List("is:unread"), []string{"1"})
	cachetest.Equal(t, "hidden still, starred still", append(s.List("is:hidden is:unread"), s.List("is:starred")...), []string{"hidden", "1"})
	s.CheckCounts()
	s.Must(s.Mark(s.Ctx(), late))
	cachetest.Equal(t, "late mark", s.List("is:unread"), []string{"1"})
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "1")
	cachetest.Equal(t, "later mark", s.List("is:unread"), []string{})
	s.subscribeWith(feed.Settings{}, "a")
	publish(", again")
	cachetest.Equal(t, "kept", s.List("is:unread"), []string{})
	s.CheckCounts()
}

// TestUndoAfterRenewal checks that earlier marks can still be undone and redone after
// an edit made an item unread.
func TestUndoAfterRenewal(t *testing.T) {
	s := open(t)
	s.subscribeWith(feed.Settings{RenewEdited: true}, "a")
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One"), cachetest.Item("2", time.Hour, "Two"))
	s.Advance(time.Minute)
	s.MarkItems(feed.Read, true, "1", "2")
	s.Advance(time.Minute)
	s.SaveItems("a", cachetest.Item("1", time.Hour, "One, edited"), cachetest.Item("2", time.Hour, "Two"))
	_, err := s.undo(s.Advance(time.Minute))
	s.Must(err)
	cachetest.Equal(t, "undone", len(s.List("is:unread")), 2)
	s.CheckCounts()
	_, err = s.redo(s.Advance(time.Minute))
	s.Must(err)
	cachetest.Equal(t, "redone", len(s.List("is:unread")), 0)
	s.CheckCounts()
}

// TestRulesOfAnAccount checks that a rule can be about an account, or about local feeds.
func TestRulesOfAnAccount(t *testing.T) {
	s := open(t)
	s.subscribeWith(feed.Settings{}, "a", "b")
	_, err := s.Writer().Exec(`UPDATE feeds SET account = 'Home' WHERE url = 'b'`)
	s.Must(err)
	s.SetRules([]query.Rule{
		s.rule("theirs", "account:home", query.Rule{Star: true}),
		s.rule("ours", `account:""`, query.Rule{Labels: []string{"local"}}),
	})
	s.SaveItems("a", cachetest.Item("1", time.Minute, "Here"))
	s.SaveItems("b", cachetest.Item("2", time.Minute, "There"))
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"2"})
	cachetest.Equal(t, "labelled", s.List("label:local"), []string{"1"})
}

// TestRulesOnArrival checks that rules mark new items only: no known item, no edited
// item, and nothing after the rule has ended.
func TestRulesOnArrival(t *testing.T) {
	s := open(t)
	s.subscribeWith(feed.Settings{}, "a", "b")
	s.SaveItems("a", cachetest.Item("before", time.Hour, "Advert of old"))
	s.SetRules([]query.Rule{
		s.rule("ads", "title:advert", query.Rule{Hide: true}),
		s.rule("more ads", "title:advert tag:tag-a", query.Rule{Hide: true, Read: true}),
		s.rule("mine", `feed:"title of b" is:new`, query.Rule{Star: true, Labels: []string{"mine", "b"}}),
		s.rule("known", `text:"for you"`, query.Rule{Read: true, Labels: []string{"b"}}),
		s.rule("over", "title:news", query.Rule{Hide: true, Until: noon}),
	})
	s.Advance(time.Minute)
	cachetest.Equal(t, "saved", s.SaveItems("a", cachetest.Item("1", time.Minute, "Advert"), cachetest.Item("before", time.Hour, "Advert, edited"), cachetest.Item("news", 2*time.Minute, "News")).New, 2)
	s.SaveItems("b", cachetest.Item("2", 3*time.Minute, "An advert"), cachetest.Item("3", 4*time.Minute, "Story", "<p>For <b>you</b>"))
	cachetest.Equal(t, "left", s.List(""), []string{"news", "3", "before"})
	cachetest.Equal(t, "hidden", s.List("is:hidden"), []string{"1", "2"})
	cachetest.Equal(t, "hidden and read", s.List("is:hidden is:read"), []string{"1"})
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"3"})
	cachetest.Equal(t, "labelled", s.List("label:b"), []string{"3"})
	cachetest.Equal(t, "unread", s.List("is:unread"), []string{"news", "before"})
	s.CheckCounts()
	a, err := s.Article(s.Ctx(), s.ID("2"))
	s.Must(err)
	cachetest.Equal(t, "by", []any{a.HiddenBy, a.Labels, a.Starred}, []any{"ads", []string{"b", "mine"}, true})
	_, err = s.undo(s.Now())
	cachetest.Equal(t, "no marks of the user", err.Error(), "undo: "+cache.ErrNothingToUndo.Error())
	s.Advance(time.Minute)
	s.MarkItems(feed.Hidden, false, "2")
	s.MarkItems(feed.Starred, false, "3")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("3"), Flag: feed.Label, Label: "b", At: s.Now()}))
	s.SaveItems("b", cachetest.Item("2", 3*time.Minute, "An advert, edited"), cachetest.Item("3", 4*time.Minute, "Story, edited", "<p>For <b>you</b>"))
	cachetest.Equal(t, "the mark of the user", append(s.List("is:starred"), s.List("label:b")...), []string{"2", "2"})
	a, err = s.Article(s.Ctx(), s.ID("2"))
	s.Must(err)
	cachetest.Equal(t, "shown again", []any{a.Hidden, a.HiddenBy}, []any{false, ""})
	s.CheckCounts()
}

// TestNotifications checks that the user is notified of new items in feeds and by
// rules with that setting. There is no notification of the first result of a feed, of
// hidden items, and none twice.
func TestNotifications(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "loud", Name: "Loud", Settings: feed.Settings{Notify: true}}, {URL: "quiet"}, {URL: "empty", Settings: feed.Settings{Notify: true}}}))
	s.SetRules([]query.Rule{
		s.rule("ads", "title:advert", query.Rule{Hide: true, Notify: true}),
		s.rule("dull", "title:dull", query.Rule{Read: true}),
		s.rule("storm", "title:storm", query.Rule{Notify: true}),
	})
	notify := func(url string, items ...feed.Article) (notified []string) {
		t.Helper()
		saved, err := s.Save(s.Ctx(), feed.Fetched{URL: url, State: feed.PollState{LastOK: s.Now()}, Document: &feed.Document{Title: "Title of " + url, Items: items}})
		s.Must(err)
		for _, n := range saved[0].Notify {
			a, err := s.Article(s.Ctx(), n.Item)
			s.Must(err)
			notified = append(notified, a.Key+": "+n.Title+" ("+n.FeedTitle+")")
		}
		return notified
	}
	cachetest.Equal(t, "first answers", append(append(notify("loud", cachetest.Item("1", time.Hour)), notify("quiet", cachetest.Item("2", time.Hour, "Storm"))...), notify("empty")...), nil)
	untitled := cachetest.Item("3", time.Minute, "")
	untitled.Summary = "A summary"
	cachetest.Equal(t, "loud", notify("loud", cachetest.Item("1", time.Hour, "edited"), untitled, cachetest.Item("4", 2*time.Minute, "Four"), cachetest.Item("5", time.Minute, "Advert"), cachetest.Item("6", time.Minute, "Dull")),
		[]string{"3: A summary (Loud)", "4: Four (Loud)"})
	cachetest.Equal(t, "quiet", notify("quiet", cachetest.Item("7", time.Minute, "Storm advert"), cachetest.Item("8", time.Minute, "Storm"), cachetest.Item("9", time.Minute, "Calm")), []string{"8: Storm (Title of quiet)"})
	cachetest.Equal(t, "after an empty result", notify("empty", cachetest.Item("10", time.Minute)), []string{"10: Title 10 (Title of empty)"})
	cachetest.Equal(t, "again", notify("quiet", cachetest.Item("8", time.Minute, "Storm")), nil)
}
