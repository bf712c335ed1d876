package cache_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
	"dateline/feed"
	"dateline/feed/markup"
)

// itemOf returns the item of a line such as "guid g; link https://x.example/; title T; day 3;
// text some words; file a.mp3". Each field may be missing.
func itemOf(t testing.TB, line string) feed.Article {
	t.Helper()
	var a feed.Article
	for field := range strings.SplitSeq(line, "; ") {
		name, value, _ := strings.Cut(field, " ")
		switch name {
		case "guid":
			a.GUID = value
		case "link":
			a.Link = value
		case "title":
			a.Title = value
		case "author":
			a.Author = value
		case "day":
			var day, hour int
			if _, err := fmt.Sscanf(value, "%d.%d", &day, &hour); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			a.Published = time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC)
		case "text":
			a.Body = markup.Body{Raw: "<p>" + value + "</p>"}
		case "file":
			a.Enclosures = append(a.Enclosures, feed.Enclosure{URL: value})
		default:
			t.Fatalf("no field %q", field)
		}
	}
	return a
}

// documentOf returns the items of a document, a line each, as package parse identifies them.
func documentOf(t testing.TB, lines ...string) []feed.Article {
	t.Helper()
	var items []feed.Article
	for _, line := range lines {
		items = append(items, itemOf(t, line))
	}
	return feed.IdentifyAll(items)
}

// identityCase is a feed over several rounds. After each round but the last the user reads
// everything.
type identityCase struct {
	name   string
	rounds [][]string
	// unread has the titles, or else texts, of the unread items at the end, sorted. all is the
	// number of items, edited that of the edited ones.
	unread      []string
	all, edited int
}

func (c identityCase) run(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	for n, lines := range c.rounds {
		s.Advance(time.Minute)
		s.SaveItems("a", documentOf(t, lines...)...)
		if n < len(c.rounds)-1 {
			for _, key := range s.List("is:unread") {
				s.Must(s.Mark(s.Ctx(), feed.Mark{Items: s.IDs(key), Flag: feed.Read, On: true, At: s.Now()}))
			}
		}
	}
	unread := []string{}
	edited := 0
	all := s.EveryArticle()
	for _, a := range all {
		if !a.Read {
			unread = append(unread, strings.TrimSpace(a.Title+" "+strings.Trim(a.Body.Raw, "</p>")))
		}
		if a.Edited {
			edited++
		}
	}
	slices.Sort(unread)
	cachetest.Equal(t, "unread", unread, slices.Concat([]string{}, c.unread))
	cachetest.Equal(t, "all and edited", []int{len(all), edited}, []int{c.all, c.edited})
	s.Advance(time.Minute)
	cachetest.Equal(t, "the last document again", s.SaveItems("a", documentOf(t, c.rounds[len(c.rounds)-1]...)...), feed.Saved{URL: "a"})
	s.CheckCounts()
}

// hex is a session number.
func hex(n int) string { return fmt.Sprintf("%032x", 0xabcdef012345678+n*9973) }

// The beginnings of items: those of a page with one address and title for all, and the
// revisions of an item.
const (
	mill   = "link https://mill.example/news.html; title Progress report; "
	strike = "link https://paper.example/n/41; guid https://paper.example/n/41#"
)

// withOthers returns the lines with two other items of the paper.
func withOthers(lines ...string) []string {
	return append(lines, "guid https://paper.example/n/1#0; link https://paper.example/n/1; title Story 1; day 1.1; text one", "guid https://paper.example/n/2#0; link https://paper.example/n/2; title Story 2; day 1.2; text two")
}

// session returns a document with session numbers of its own. In format, NUMBER is the session
// number and NR that of the item.
func session(n int, format string, items ...string) []string {
	var lines []string
	for i, item := range items {
		lines = append(lines, strings.ReplaceAll(strings.ReplaceAll(format, "NUMBER", hex(n*10+i)), "NR", fmt.Sprint(i))+"; "+item)
	}
	return lines
}

// sessions returns three rounds of the same items with other session numbers.
func sessions(format string, items ...string) [][]string {
	return [][]string{session(1, format, items...), session(2, format, items...), session(3, format, items...)}
}

// TestItemsThatShareAnAddress checks that items that only the title, the date, the text or a
// file tells apart stay several, and the same several.
func TestItemsThatShareAnAddress(t *testing.T) {
	for _, c := range []identityCase{
		{"dates tell apart", [][]string{{mill + "day 20.0; text wheel", mill + "day 2.0; text roof", mill + "day 5.0; text walls"}}, []string{"Progress report roof", "Progress report walls", "Progress report wheel"}, 3, 0},
		{"one falls out, one comes", [][]string{{mill + "day 3.0; text roof", mill + "day 2.0; text walls"}, {mill + "day 4.0; text wheel", mill + "day 3.0; text roof"}}, []string{"Progress report wheel"}, 3, 0},
		{"two fall out", [][]string{{mill + "day 4.0; text wheel", mill + "day 3.0; text roof", mill + "day 2.0; text walls"}, {mill + "day 4.0; text wheel"}}, nil, 3, 0},
		{"alone at first", [][]string{{mill + "day 3.0; text roof"}, {mill + "day 4.0; text wheel", mill + "day 3.0; text roof"}}, []string{"Progress report wheel"}, 2, 0},
		{"alone, together, alone", [][]string{{mill + "day 3.0; text roof"}, {mill + "day 4.0; text wheel", mill + "day 3.0; text roof"}, {mill + "day 3.0; text roof"}}, nil, 2, 0},
		{"alone, then two others", [][]string{{mill + "day 3.0; text roof"}, {mill + "day 4.0; text wheel", mill + "day 5.0; text mill"}}, []string{"Progress report mill", "Progress report wheel"}, 3, 0},
		{"order changes", [][]string{{mill + "day 3.0; text roof", mill + "day 2.0; text walls"}, {mill + "day 2.0; text walls", mill + "day 3.0; text roof"}}, nil, 2, 0},
		{"one title of many comes again", [][]string{{mill + "day 3.0; text roof", "link https://mill.example/news.html; title Minutes; day 2.0; text x"}, {mill + "day 4.0; text wheel", "link https://mill.example/news.html; title Minutes; day 2.0; text x"}}, []string{"Progress report wheel"}, 3, 0},
		{"edited among others", [][]string{{mill + "day 3.0; text roof", mill + "day 2.0; text walls"}, {mill + "day 3.0; text roof and beams", mill + "day 2.0; text walls"}}, nil, 2, 1},
		{"retitled among others", [][]string{{mill + "day 3.0; text roof", mill + "day 2.0; text walls"}, {"link https://mill.example/news.html; title Roof; day 3.0; text roof", mill + "day 2.0; text walls"}}, nil, 2, 1},
		{"one GUID and title", [][]string{{"guid g; title T; day 2.0; text x", "guid g; title T; day 1.0; text x"}, {"guid g; title T; day 3.0; text x", "guid g; title T; day 2.0; text x", "guid g; title T; day 1.0; text x"}}, []string{"T x"}, 3, 0},
		{"only texts", [][]string{{"title News; text one", "title News; text two", "title News; text three"}, {"title News; text three", "title News; text four", "title News; text one"}}, []string{"News four"}, 4, 0},
		{"only texts, one left", [][]string{{"title News; text one", "title News; text two"}, {"title News; text two"}, {"title News; text two", "title News; text one"}}, nil, 2, 0},
		{"only texts, alone at first", [][]string{{"title News; text one"}, {"title News; text two", "title News; text one"}}, []string{"News two"}, 2, 0},
		{"no titles", [][]string{{"text one", "text two"}, {"text three", "text two", "text one"}}, []string{"three"}, 3, 0},
		{"no titles, other dates", [][]string{{"text same; day 1.0", "text same; day 2.0"}, {"text same; day 3.0", "text same; day 2.0", "text same; day 1.0"}}, []string{"same"}, 3, 0},
		{"one front page, texts", [][]string{{"link https://x.example/; title News; text one", "link https://x.example/; title News; text two"}, {"link https://x.example/; title News; text two"}, {"link https://x.example/; title News; text three", "link https://x.example/; title News; text two"}}, []string{"News three"}, 3, 0},
		{"one GUID for two files", [][]string{{"guid g; title E; day 1.0; text x; file https://x.example/a.mp3", "guid g; title E; day 1.0; text x; file https://x.example/b.mp3"}, {"guid g; title E; day 1.0; text x; file https://x.example/b.mp3", "guid g; title E; day 1.0; text x; file https://x.example/a.mp3"}}, nil, 2, 0},
		{"the same twice", [][]string{{mill + "day 3.0; text roof", mill + "day 3.0; text roof"}, {mill + "day 3.0; text roof", mill + "day 3.0; text roof"}}, nil, 1, 0},
		{"a board", [][]string{{"link https://board.example/; title A; day 1.0; text a", "link https://board.example/; title B; day 2.0; text b"}, {"link https://board.example/; title C; day 3.0; text c", "link https://board.example/; title B; day 2.0; text b"}}, []string{"C c"}, 3, 0},
		{"a board, one left", [][]string{{"link https://board.example/; title A; day 1.0; text a", "link https://board.example/; title B; day 2.0; text b"}, {"link https://board.example/; title B; day 2.0; text b"}, {"link https://board.example/; title C; day 3.0; text c"}}, []string{"C c"}, 3, 0},
	} {
		t.Run(c.name, c.run)
	}
}

// TestEditsAndRevisions checks that an edited item is the same, and a later revision, but
// not another post of a board that numbers its posts.
func TestEditsAndRevisions(t *testing.T) {
	for _, c := range []identityCase{
		{"edited, link holds", [][]string{{"link https://x.example/a; title A; day 1.0; text a"}, {"link https://x.example/a; title B; day 2.0; text b"}}, nil, 1, 1},
		{"edited, GUID holds", [][]string{{"guid g; title A; day 1.0; text a"}, {"guid g; title B; day 2.0; text b"}}, nil, 1, 1},
		{"edited, GUID holds and the link not", [][]string{{"guid g; link https://x.example/a; title A; text a"}, {"guid g; link https://x.example/b; title B; text b"}}, nil, 1, 1},
		{"revision", [][]string{withOthers(strike + "1; title Bakers strike; day 1.5; text x"), withOthers(strike + "2; title Bakers strike; day 1.6; text x"), withOthers(strike + "3; title Bakers strike; day 1.7; text x")}, nil, 3, 0},
		{"revision with other words", [][]string{withOthers(strike + "1; title Bakers strike; day 1.5; text x"), withOthers(strike + "2; title Bakers are back; day 1.6; text y")}, nil, 3, 1},
		{"revision without dates", [][]string{withOthers(strike + "1; title Bakers strike; text x"), withOthers(strike + "7; title Bakers are back; text y")}, nil, 3, 1},
		{"the only item", [][]string{{strike + "1; title Bakers strike; day 1.5; text x"}, {strike + "2; title Bakers are back; day 1.6; text y"}}, nil, 1, 1},
		{"all revised", [][]string{{strike + "1; title S; text x", "guid https://paper.example/n/1#0; link https://paper.example/n/1; title O; text o", "guid https://paper.example/n/2#0; link https://paper.example/n/2; title P; text p"}, {strike + "2; title S2; text x2", "guid https://paper.example/n/1#1; link https://paper.example/n/1; title O2; text o2", "guid https://paper.example/n/2#1; link https://paper.example/n/2; title P2; text p2"}}, nil, 3, 3},
		{"revision, tracking", [][]string{withOthers("guid https://paper.example/n/41#1; link https://paper.example/n/41?at_medium=RSS&at_campaign=1; title Bakers strike; day 1.5; text x"), withOthers("guid https://paper.example/n/41#2; link https://paper.example/n/41?at_medium=RSS&at_campaign=2; title Bakers strike; day 1.5; text x")}, nil, 3, 0},
		{"revisions in one document", [][]string{withOthers(strike+"2; title Bakers are back; day 1.6; text y", strike+"1; title Bakers strike; day 1.5; text x"), withOthers(strike+"3; title Bakers rest; day 1.7; text z", strike+"2; title Bakers are back; day 1.6; text y", strike+"1; title Bakers strike; day 1.5; text x")}, nil, 3, 1},
		{"two revisions alone", [][]string{{strike + "1; title Bakers strike; day 1.5; text x", strike + "2; title Bakers strike; day 1.6; text y"}}, []string{"Bakers strike y"}, 1, 0},
		{"revisions and other links", [][]string{{"guid x#1; link https://x.example/a; title A; day 1.0; text a", "guid x#2; link https://x.example/b; title B; day 2.0; text b"}, {"guid x#3; link https://x.example/c; title C; day 3.0; text c", "guid x#2; link https://x.example/b; title B; day 2.0; text b"}}, []string{"C c"}, 3, 0},
		{"numbered posts of a front page", [][]string{{"guid https://b.example/#1; link https://b.example/; title A; day 1.0; text a"}, {"guid https://b.example/#2; link https://b.example/; title B; day 2.0; text b"}}, []string{"B b"}, 2, 0},
		{"numbered posts of a board", [][]string{{"guid b#2; link https://b.example/all; title B; day 2.0; text b", "guid b#1; link https://b.example/all; title A; day 1.0; text a"}, {"guid b#3; link https://b.example/all; title C; day 3.0; text c", "guid b#2; link https://b.example/all; title B; day 2.0; text b"}}, []string{"C c"}, 3, 0},
		{"posts of two authors", [][]string{withOthers(strike+"1; title Re: strike; author A; day 2.0; text a", strike+"2; title Re: strike; author B; day 3.0; text b")}, []string{"Re: strike a", "Re: strike b", "Story 1 one", "Story 2 two"}, 4, 0},
	} {
		t.Run(c.name, c.run)
	}
}

// TestSessionNumbersAndAnchors checks that a new session number is no new item, and another
// anchor is.
func TestSessionNumbersAndAnchors(t *testing.T) {
	for _, c := range []identityCase{
		{"sid", sessions("guid http://b.example/view?t=NR&sid=NUMBER; link http://b.example/view?t=NR&sid=NUMBER", "title Salt; day 1.0; text x", "title v2.0; day 2.0; text x", "title Day 3; day 3.0; text x"), nil, 3, 0},
		{"sid, no date, no GUID", sessions("link http://b.example/view?t=NR&sid=NUMBER", "title Salt; text x", "title Rye; text x"), nil, 2, 0},
		{"PHPSESSID", sessions("link http://b.example/view?PHPSESSID=NUMBER&t=NR", "title Salt; text x"), nil, 1, 0},
		{"jsessionid", sessions("guid http://b.example/view;jsessionid=NUMBER.node1?t=NR; link http://b.example/view;jsessionid=NUMBER.node1?t=NR", "title Salt; text x", "title Rye; text y"), nil, 2, 0},
		{"no title", sessions("link http://b.example/NR;JSESSIONID=NUMBER", "text x", "text y"), nil, 2, 0},
		{"one address with a session", sessions("link http://b.example/?s=NUMBER", "title A; day 1.0; text x", "title B; day 2.0; text y"), nil, 2, 0},
		{"edited with a session", [][]string{session(1, "link http://b.example/view?t=NR&sid=NUMBER", "title Salt; text x"), session(2, "link http://b.example/view?t=NR&sid=NUMBER", "title Rock salt; text y")}, nil, 1, 1},
		{"a short sid", [][]string{{"link http://b.example/view?sid=12; title Salt; text x"}, {"link http://b.example/view?sid=13; title Salt; text x"}, {"link http://b.example/view?sid=14; title Salt; text y"}}, []string{"Salt y"}, 3, 0},
		{"a long sid that is the story", [][]string{{"link http://b.example/view?sid=" + hex(1) + "; title Salt; day 1.0; text x"}, {"link http://b.example/view?sid=" + hex(2) + "; title Rye; day 2.0; text y"}}, []string{"Rye y"}, 2, 0},
		{"long sids that are stories", [][]string{{"link http://b.example/view?sid=" + hex(1) + "; title Salt; day 1.0; text x", "link http://b.example/view?sid=" + hex(2) + "; title Salt; day 2.0; text y"}, {"link http://b.example/view?sid=" + hex(3) + "; title Salt; day 3.0; text z", "link http://b.example/view?sid=" + hex(2) + "; title Salt; day 2.0; text y"}}, []string{"Salt z"}, 3, 0},
		{"tracking", [][]string{{"link https://x.example/a?utm_content=1; title A; text a", "link https://x.example/b?utm_content=1; title B; text b"}, {"link https://x.example/a?utm_content=2; title A2; text a2", "link https://x.example/b?utm_content=2; title B; text b"}}, nil, 2, 1},
		{"anchors", [][]string{{"link https://x.example/log#v1; title Out; text one"}, {"link https://x.example/log#v2; title Out; text two", "link https://x.example/log#v1; title Out; text one"}}, []string{"Out two"}, 2, 0},
		{"anchors of GUIDs", [][]string{{"guid https://x.example/log#v1; link https://x.example/log; title 1; text one"}, {"guid https://x.example/log#v2; link https://x.example/log; title 2; text two"}}, []string{"2 two"}, 2, 0},
	} {
		t.Run(c.name, c.run)
	}
}

// TestRemovedUnderOtherKeys checks that an item that retention removed does not come back
// when the document gives it another key, and that items that share its GUID or link do.
func TestRemovedUnderOtherKeys(t *testing.T) {
	const board, article = "link https://b.example/; title ", "link https://p.example/1; guid https://p.example/1#"
	for name, c := range map[string]struct {
		removed, listed []string
		want            int
	}{
		"one of a board left":     {[]string{board + "A; day 1.1; text a", board + "B; day 2.1; text b"}, []string{board + "B; day 2.1; text b"}, 0},
		"alone, and another":      {[]string{board + "A; day 1.1; text a"}, []string{board + "A; day 1.1; text a", board + "B; day 2.1; text b"}, 2},
		"only texts":              {[]string{"title N; text one", "title N; text two"}, []string{"title N; text two"}, 0},
		"a revision":              {[]string{article + "1; title A; day 1.1; text a"}, []string{article + "3; title B; day 1.2; text b"}, 0},
		"a board's next post":     {[]string{article + "2; title B; day 1.1; text b", article + "1; title A; day 1.1; text a"}, []string{article + "3; title C; day 1.3; text c", article + "2; title B; day 1.1; text b"}, 1},
		"a session number":        {[]string{"link https://b.example/v?t=1&sid=" + hex(1) + "; title A; text a"}, []string{"link https://b.example/v?t=1&sid=" + hex(2) + "; title A; text a"}, 0},
		"a board with one in two": {[]string{board + "A; day 1.1; text a", board + "A; day 2.1; text b"}, []string{board + "A; day 2.1; text b", board + "C; day 3.1; text c"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.keep(1, 0, false)
			s.SaveItems("a", documentOf(t, c.removed...)...)
			s.Advance(72 * time.Hour)
			s.retain(len(c.removed))
			for range 2 {
				cachetest.Equal(t, "new", s.SaveItems("a", documentOf(t, c.listed...)...).New, c.want)
				c.want = 0
			}
			s.CheckCounts()
		})
	}
}

// storedBefore are items whose keys were made by the first rules: GUIDs and links to the
// letter, and of items that share one the title.
func storedBefore(t testing.TB) map[string]feed.Article {
	items := map[string]feed.Article{}
	for key, line := range map[string]string{
		"guid:http://b.example/v?t=1&sid=" + hex(1): "guid http://b.example/v?t=1&sid=" + hex(1) + "; link http://b.example/v?t=1&sid=" + hex(1) + "; title Salt; day 1.1; text x",
		"guid:http://b.example/v?t=2&sid=" + hex(2): "guid http://b.example/v?t=2&sid=" + hex(2) + "; link http://b.example/v?t=2&sid=" + hex(2) + "; title Rye; text x",
		"link:https://x.example/a?utm_source=rss":   "link https://x.example/a?utm_source=rss; title A; text a",
		"link:https://mill.example/":                "link https://mill.example/; title Report; day 2.1; text wheel",
		"guid:g https://x.example/all T1":           "guid g; link https://x.example/all; title T1; day 3.1; text t1",
		"guid:g https://x.example/all T2":           "guid g; link https://x.example/all; title T2; day 3.2; text t2",
		"guid:https://p.example/1#4":                "guid https://p.example/1#4; link https://p.example/1; title Strike; day 4.1; text x",
		"guid:https://p.example/1#5":                "guid https://p.example/1#5; link https://p.example/1; title Strike; day 4.2; text x",
		"title:News":                                "title News; text one",
	} {
		a := itemOf(t, line)
		a.Key = key
		items[key] = a
	}
	return items
}

// TestStoredBefore checks that items with keys by earlier rules are found, with their
// marks, and that only those are new that were lost.
func TestStoredBefore(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	for _, a := range storedBefore(t) {
		s.SaveItems("a", a)
		s.MarkItems(feed.Read, true, a.Key)
	}
	s.MarkItems(feed.Starred, true, "link:https://x.example/a?utm_source=rss", "title:News")
	documents := [][]string{
		{
			"guid http://b.example/v?t=1&sid=" + hex(3) + "; link http://b.example/v?t=1&sid=" + hex(3) + "; title Salt; day 1.1; text x",
			"guid http://b.example/v?t=2&sid=" + hex(4) + "; link http://b.example/v?t=2&sid=" + hex(4) + "; title Rye; text y",
			"link https://x.example/a?utm_source=rss; title A; text a",
		},
		{"link https://mill.example/; title Report; day 2.1; text wheel", "link https://mill.example/; title Report; day 1.1; text roof"},
		{"guid g; link https://x.example/all; title T2; day 3.2; text t2"},
		{"guid https://p.example/1#6; link https://p.example/1; title Bakers are back; day 4.3; text y"},
		{"title News; text two", "title News; text one"},
	}
	for range 2 {
		for _, lines := range documents {
			s.Advance(time.Minute)
			s.SaveItems("a", documentOf(t, lines...)...)
		}
	}
	var unread []string
	for _, a := range s.EveryArticle() {
		if !a.Read {
			unread = append(unread, a.Title+" "+a.Body.Raw)
		}
	}
	slices.Sort(unread)
	cachetest.Equal(t, "unread", unread, []string{"News <p>two</p>", "Report <p>roof</p>"})
	starred := s.List("is:starred")
	slices.Sort(starred)
	cachetest.Equal(t, "starred", len(starred), 2)
	cachetest.Equal(t, "without tracking", starred[0], "link:https://x.example/a")
	s.CheckCounts()
}

// TestPendingUnderOtherKey checks that a mark that waits under another key of an item, as a
// backup has it, is applied when the item arrives.
func TestPendingUnderOtherKey(t *testing.T) {
	const line = "link https://x.example/a?utm_source=rss; title A; day 1.1; text a"
	a := itemOf(t, line)
	a.Key = "link:https://x.example/a?utm_source=rss"
	before := open(t)
	before.Subscribe("a")
	before.SaveItems("a", a)
	var identity int64
	before.Must(before.Readers().QueryRowContext(before.Ctx(), `SELECT identity FROM items`).Scan(&identity))

	s := open(t)
	s.Subscribe("a")
	_, err := s.Writer().ExecContext(s.Ctx(), `INSERT INTO pending_marks (feed, identity, flag, label, is_on, at) SELECT id, ?, 'starred', '', 1, ? FROM feeds`, identity, s.Now().UnixMicro())
	s.Must(err)
	s.SaveItems("a", documentOf(t, line)...)
	cachetest.Equal(t, "starred", s.List("is:starred"), []string{"link:https://x.example/a"})
	s.CheckCounts()
}
