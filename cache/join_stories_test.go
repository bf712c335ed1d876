package cache_test

import (
	"slices"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/cache/db"
	"dateline/feed"
)

// storyItem returns an article with its own link and title.
func storyItem(key, link, title string, age time.Duration) feed.Article {
	a := cachetest.Item(key, age, title, "<p>Text of "+key+"</p>")
	a.Link = link
	return a
}

// threeFeeds returns a store with three feeds. The first two have the same story, by
// its link, and the last one has another story.
func threeFeeds(t *testing.T) testStore {
	s := open(t)
	s.Subscribe("a", "b", "c")
	s.SaveItems("a", storyItem("a1", "https://example.org/story", "Story", 3*time.Hour))
	s.SaveItems("b", storyItem("b1", "http://www.example.org/story/?utm_source=b", "Same", 2*time.Hour))
	s.SaveItems("c", storyItem("c1", "https://example.org/other", "Other", time.Hour))
	return s
}

// lead returns the key of the lead of an item.
func (s testStore) lead(key string) string {
	s.T.Helper()
	list, err := db.Strings(s.Ctx(), s.Readers(), `SELECT d.key FROM items i JOIN details d ON d.id = coalesce(i.copy_of, i.id) WHERE i.id = ?`, s.ID(key))
	s.Must(err)
	return list[0]
}

// TestSameStory checks which items are one story.
func TestSameStory(t *testing.T) {
	const title = "Parliament passes the budget for 2027"
	type items = []feed.Article
	for name, c := range map[string]struct {
		a, b items
		// want has the leads of the items of b.
		want []string
	}{
		"link":                     {items{storyItem("1", "https://m.example.org/x?fbclid=1", "One", time.Hour)}, items{storyItem("2", "http://example.org/x/amp/", "Two", 900*time.Hour)}, []string{"1"}},
		"title":                    {items{storyItem("1", "https://example.org/x", title, 2*time.Hour)}, items{storyItem("2", "https://example.net/y", "PARLIAMENT passes the budget – for 2027!", 50*time.Hour)}, []string{"1"}},
		"title, no links":          {items{storyItem("1", "", title, time.Hour)}, items{storyItem("2", "", title, 2*time.Hour)}, []string{"1"}},
		"title, too late":          {items{storyItem("1", "https://example.org/x", title, 2*time.Hour)}, items{storyItem("2", "https://example.net/y", title, 50*time.Hour+time.Second)}, []string{"2"}},
		"title that says little":   {items{storyItem("1", "https://example.org/x", "Weekly open thread", time.Hour)}, items{storyItem("2", "https://example.net/y", "Weekly open thread", time.Hour)}, []string{"2"}},
		"link that says nothing":   {items{storyItem("1", "https://example.org/", "One", time.Hour)}, items{storyItem("2", "https://example.org", "Two", time.Hour)}, []string{"2"}},
		"nothing":                  {items{storyItem("1", "https://example.org/x", "One", time.Hour)}, items{storyItem("2", "https://example.org/y", "Two", time.Hour)}, []string{"2"}},
		"link before title":        {items{storyItem("1", "https://example.org/x", title, time.Hour), storyItem("2", "https://example.org/y", "Two", time.Hour)}, items{storyItem("3", "https://example.org/y", title, time.Hour)}, []string{"2"}},
		"one link for many things": {items{storyItem("1", "https://example.org/log", "Release one", time.Hour), storyItem("2", "https://example.org/log", "Release two", time.Hour)}, items{storyItem("3", "https://example.org/log", "Release three", time.Hour)}, []string{"3"}},
		"one link, and the title":  {items{storyItem("1", "https://example.org/log", "Release one", time.Hour), storyItem("2", "https://example.org/log", title, time.Hour)}, items{storyItem("3", "https://example.org/log", title, time.Hour)}, []string{"2"}},
		"versions on one page":     {items{storyItem("1", "https://example.org/log#v1.2", "Oven 1.2 is out", time.Hour)}, items{storyItem("2", "https://example.org/log#v1.3", "What changed in the mill", time.Hour)}, []string{"2"}},
		"one version":              {items{storyItem("1", "https://example.org/log#v1.2", "Oven 1.2 is out", time.Hour), storyItem("2", "https://example.org/log#v1.3", "Oven 1.3 is out", time.Hour)}, items{storyItem("3", "http://www.example.org/log?utm_source=x#v1.3", "The new oven", time.Hour)}, []string{"2"}},
		"blocks with one headline": {items{storyItem("1", "https://example.org/live#block-1", title, time.Hour)}, items{storyItem("2", "https://example.org/live#block-2", title, time.Hour)}, []string{"2"}},
		"a page and its part":      {items{storyItem("1", "https://example.org/log", "All changes", time.Hour)}, items{storyItem("2", "https://example.org/log#v1.3", "Oven 1.3 is out", time.Hour)}, []string{"2"}},
		"a page, its part, title":  {items{storyItem("1", "https://example.org/log", "Out", time.Hour)}, items{storyItem("2", "https://example.org/log#start-reading", "Out!", time.Hour)}, []string{"1"}},
		"anchors that say nothing": {items{storyItem("1", "https://example.org/x#respond", "One", time.Hour), storyItem("2", "https://example.org/y#ref=rss", "Two", time.Hour)}, items{storyItem("3", "https://example.org/x#top", "Three", time.Hour), storyItem("4", "https://example.org/y", "Four", time.Hour)}, []string{"1", "2"}},
		"routes":                   {items{storyItem("1", "https://example.org/#/a", "One", time.Hour), storyItem("2", "https://example.org/#!/b", "Two", time.Hour)}, items{storyItem("3", "https://example.org/#!/a", "Three", time.Hour), storyItem("4", "https://example.org/#!/b?utm_source=x", "Four", time.Hour)}, []string{"3", "2"}},
		"parts of a front page":    {items{storyItem("1", "https://example.org/#day-1", "One", time.Hour)}, items{storyItem("2", "https://example.org/#day-2", "Two", time.Hour), storyItem("3", "https://www.example.org#day-1", "Three", time.Hour)}, []string{"2", "1"}},
		"session numbers":          {items{storyItem("1", "https://example.org/x?t=1&sid=0123456789abcdef0123456789abcdef", "One", time.Hour)}, items{storyItem("2", "https://example.org/x;jsessionid=1.node1?t=1", "Two", time.Hour)}, []string{"1"}},
		"two of the second feed":   {items{storyItem("1", "https://example.org/x", "One", time.Hour)}, items{storyItem("2", "https://example.org/x", "Two", time.Hour), storyItem("3", "https://example.org/x", "Three", time.Hour)}, []string{"2", "1"}},
	} {
		s := open(t)
		s.Subscribe("a", "b")
		s.SaveItems("a", c.a...)
		s.SaveItems("b", c.b...)
		var got []string
		for _, b := range c.b {
			got = append(got, s.lead(b.Key))
		}
		cachetest.Equal(t, name, got, c.want)
		for _, a := range c.a {
			cachetest.Equal(t, name+": never within one feed", s.lead(a.Key), a.Key)
		}
		s.CheckCounts()
	}
}

// TestStoriesOfPartsOfAPage checks that a part of a page does not join another part by
// the whole page, which has the same title, and that an edit that leads to another part
// leaves the story.
func TestStoriesOfPartsOfAPage(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b", "c")
	s.SaveItems("a", storyItem("a1", "https://example.org/log", "Out", time.Hour))
	s.SaveItems("b", storyItem("b1", "https://example.org/log#v1", "Out", time.Hour))
	cachetest.Equal(t, "by page and title", s.lead("b1"), "a1")
	s.SaveItems("c", storyItem("c1", "https://example.org/log#v2", "Out", time.Hour))
	cachetest.Equal(t, "another part", s.lead("c1"), "c1")
	s.SaveItems("b", storyItem("b1", "https://example.org/log#v3", "Much later", time.Hour))
	cachetest.Equal(t, "edited", s.lead("b1"), "b1")
	s.CheckCounts()
}

// TestStoriesAreFlat checks that a third item is a copy of the lead even if it only
// resembles the copy, and that a story has at most one item of a feed.
func TestStoriesAreFlat(t *testing.T) {
	const title = "Parliament passes the budget for 2027"
	s := open(t)
	s.Subscribe("a", "b", "c")
	s.SaveItems("a", storyItem("a1", "https://example.org/x", "Short", time.Hour))
	s.SaveItems("b", storyItem("b1", "https://example.org/x", title, time.Hour))
	s.SaveItems("c", storyItem("c1", "https://example.com/z", title, time.Hour))
	cachetest.Equal(t, "lead of the third", s.lead("c1"), "a1")
	s.SaveItems("a", storyItem("a1", "https://example.org/x", "Short", time.Hour), storyItem("a2", "https://example.net/v", title, time.Hour))
	cachetest.Equal(t, "lead of the feed's second", s.lead("a2"), "a2")
	rows, err := s.After(s.Ctx(), cachetest.View(t, ""), cache.Pos{}, 10)
	s.Must(err)
	cachetest.Equal(t, "rows", cachetest.KeysOf(rows), []string{"a2", "a1"})
	cachetest.Equal(t, "also in", rows[1].AlsoIn, []string{"Title of b", "Title of c"})
	a, err := s.Article(s.Ctx(), s.ID("b1"))
	s.Must(err)
	cachetest.Equal(t, "copy also in", a.AlsoIn, []string{"Title of a", "Title of c"})
	s.Must(s.Items(s.Ctx(), cachetest.View(t, "feed:=c"), 0, func(a feed.Article) error {
		cachetest.Equal(t, "listed copy also in", a.AlsoIn, []string{"Title of a", "Title of b"})
		return nil
	}, false))
	s.CheckCounts()
}

// TestViewsOfStories checks that lists of several feeds show a story once, that a
// query that does not match the lead finds a copy, and that items that the user
// starred or labelled show by themselves.
func TestViewsOfStories(t *testing.T) {
	s := open(t)
	s.Must(s.SetFeeds(s.Ctx(), []feed.Subscription{{URL: "a"}, {URL: "b", Tags: []string{"tech"}}, {URL: "c", Tags: []string{"tech"}}, {URL: "d", Tags: []string{"world"}}}))
	for _, u := range []string{"a", "b", "c", "d"} {
		s.SaveItems(u, storyItem(u+"1", "https://example.org/story", "Story as "+u+" tells", time.Hour), storyItem(u+"2", "https://example.org/"+u, "Else", 2*time.Hour))
	}
	s.MarkItems(feed.Starred, true, "c1", "c2")
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("d1"), Flag: feed.Label, Label: "later", On: true, At: s.Now()}))
	for range 2 {
		for query, want := range map[string][]string{
			"":                                      {"a1", "a2", "b2", "c2", "d2"},
			"is:unread":                             {"a1", "a2", "b2", "c2", "d2"},
			"since:today":                           {"a1", "a2", "b2", "c2", "d2"},
			"limit:1":                               {"a1"},
			"limit:1/feed":                          {"a1", "b2", "c2", "d2"},
			"is:unread sort:feed":                   {"a1", "a2", "b2", "c2", "d2"},
			"feed:=b":                               {"b1", "b2"},
			"feed:=b is:unread":                     {"b1", "b2"},
			"tag:tech":                              {"b1", "b2", "c2"},
			"tag:tech is:unread":                    {"b1", "b2", "c2"},
			"tag:world":                             {"d1", "d2"},
			"-feed:=a":                              {"b1", "b2", "c2", "d2"},
			"-feed:=a is:unread":                    {"b1", "b2", "c2", "d2"},
			"feed:=a or feed:=c":                    {"a1", "a2", "c2"},
			"tag:tech or tag:world":                 {"b1", "b2", "c2", "d2"},
			"is:unread (feed:=c or title:d)":        {"c1", "c2"},
			"story":                                 {"a1"},
			`title:"b tells"`:                       {"b1"},
			`is:unread title:"c tells"`:             {"c1"},
			"title:c or title:d":                    {"c1"},
			"story -tag:tech -feed:=a":              {"d1"},
			"is:starred":                            {"c1", "c2"},
			"is:starred tag:tech":                   {"c1", "c2"},
			"is:unread is:starred":                  {"c1", "c2"},
			"label:later":                           {"d1"},
			"is:labelled":                           {"d1"},
			"is:unstarred":                          {"a1", "a2", "b2", "d2"},
			"tag:tech is:unstarred":                 {"b1", "b2"},
			"-label:later":                          {"a1", "a2", "b2", "c2", "d2"},
			"is:unread (is:starred or since:today)": {"a1", "a2", "b2", "c2", "d2"},
			"is:hidden":                             {},
		} {
			got := s.List(query)
			slices.Sort(got)
			cachetest.Equal(t, query, got, want)
			n, err := s.Count(s.Ctx(), cachetest.View(t, query), 0)
			s.Must(err)
			cachetest.Equal(t, query+": counted", n, len(want))
			for _, key := range []string{"a1", "b1", "c1", "d1"} {
				rows, i, err := s.Around(s.Ctx(), cachetest.View(t, query), s.ID(key), 0, 1)
				s.Must(err)
				cachetest.Equal(t, query+": finds "+key, i < len(rows) && rows[i].Key == key, slices.Contains(want, key))
			}
		}
		s.IndexAll()
	}
	c, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", []int{c.Total, c.Unread, c.Today, c.Starred, c.Feeds["a"].Unread, c.Feeds["d"].Unread}, []int{5, 5, 5, 2, 2, 2})
}

// TestSnoozedStory checks that a snoozed story is not shown as a copy in a list that
// would show the snoozed item.
func TestSnoozedStory(t *testing.T) {
	s := threeFeeds(t)
	s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs("a1"), Flag: feed.Snooze, On: true, Until: noon.Add(time.Hour), At: s.Now()}))
	for _, query := range []string{"", "is:unread", "-feed:=x", "example or text"} {
		if got := s.List(query); slices.Contains(got, "b1") || slices.Contains(got, "a1") {
			t.Errorf("%q shows the snoozed story: %v", query, got)
		}
	}
	cachetest.Equal(t, "the other feed's own", s.List("feed:=b"), []string{"b1"})
	c, err := s.Counts(s.Ctx(), s.Now())
	s.Must(err)
	cachetest.Equal(t, "counts", []int{c.Total, c.Unread, c.Feeds["a"].Total, c.Feeds["b"].Total}, []int{1, 1, 0, 1})
}

// TestTakenOverGUIDFindsItsStory checks that an item that receives the GUID of another item finds its
// story like a new item.
func TestTakenOverGUIDFindsItsStory(t *testing.T) {
	s := open(t)
	s.Subscribe("a", "b")
	s.SaveItems("b", storyItem("b1", "https://example.org/story", "Parliament passes the budget", 3*time.Hour))
	before := storyItem("g", "https://example.org/old", "Ferry runs aground", 2*time.Hour)
	before.GUID = "g"
	s.SaveItems("a", before)
	after := storyItem("g", "https://example.org/story", "The budget is passed", time.Hour)
	after.GUID, after.Body.Raw = "g", "<p>Nothing of what stood here.</p>"
	s.Advance(time.Minute)
	cachetest.Equal(t, "new", s.SaveItems("a", after).New, 1)
	cachetest.Equal(t, "lead", s.lead("g"), "b1")
	s.CheckCounts()
}
