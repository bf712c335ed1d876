package search_test

import (
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// TestHasScans tests that items with rare flags are found by an index instead of
// reading all items. The page is in order although each combination of flags is a
// scan of its own. A condition that also holds for items without any flag is no
// such scan.
func TestHasScans(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	plain, image, talked, both := item("1", time.Hour), item("2", 2*time.Hour), item("3", 3*time.Hour), item("4", 4*time.Hour)
	image.Image, both.Image = true, true
	talked.Comments, both.Comments = "https://example.org/c", "https://example.org/c"
	heard := item("5", 30*time.Minute)
	heard.Enclosures = []feed.Enclosure{{URL: "https://example.org/a.mp3"}}
	s.save("a", plain, image, talked, both)
	s.save("b", heard)
	for _, c := range []struct {
		query string
		scans int
		want  []string
	}{
		{"has:image", 4, []string{"2", "4"}},
		{"has:comments", 4, []string{"3", "4"}},
		{"has:comments is:unread", 0, []string{"3", "4"}},
		{"has:comments has:image", 2, []string{"4"}},
		{"has:comments -has:image", 2, []string{"3"}},
		{"has:comments or has:enclosure", 6, []string{"5", "3", "4"}},
		{"has:image feed:=a", 0, []string{"2", "4"}},
		{"has:image or is:starred", 0, []string{"2", "4"}},
		{"-has:image", 0, []string{"5", "1", "3"}},
	} {
		p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, c.query))
		s.must(err)
		scans := 0
		for _, a := range p.Branches() {
			if a.From() == search.FromHas {
				scans++
			}
		}
		equal(t, c.query+": scans", scans, c.scans)
		equal(t, c.query, s.list(c.query), c.want)
	}
}

// TestReadItemsScan tests that a word in the read items is not searched for above
// the newest of them: all items above may be unread and have the word.
func TestReadItemsScan(t *testing.T) {
	s := open(t)
	s.Fill(2*search.MaxExtras + 10)
	_, err := s.Apply(s.ctx(), cache.MarkBeside{From: cache.Pos{At: 1000 * (search.MaxExtras + 8)}, Mark: feed.Mark{Flag: feed.Read, On: true, At: s.Now()}})
	s.must(err)
	p, err := s.Search().Plan(s.ctx(), s.Readers(), view(t, "is:read"))
	s.must(err)
	equal(t, "scans of many", len(p.Branches()), 1)
	_, first, _, err := p.Peek(s.ctx(), s.Readers(), search.NewRange(db.Bottom, db.Top), false, 1)
	s.must(err)
	equal(t, "newest", first, int64(1000*(search.MaxExtras+7)))
	_, err = s.Apply(s.ctx(), cache.MarkBeside{From: cache.Pos{At: 1000 * 20}, Above: true, Mark: feed.Mark{Flag: feed.Read, At: s.advance(time.Second)}})
	s.must(err)
	p, err = s.Search().Plan(s.ctx(), s.Readers(), view(t, "is:read"))
	s.must(err)
	equal(t, "scans of few, and extras", []int{len(p.Branches()), len(p.Extras())}, []int{0, 20})
}
