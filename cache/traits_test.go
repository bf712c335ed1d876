package cache

import (
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// What few items carry is found by an index, not by reading all items; the page
// is in order though each kind of items is a walk by itself. A condition that
// holds for items without anything is no walk.
func TestWhatItemsCarry(t *testing.T) {
	s := open(t)
	s.subscribe("a", "b")
	plain, pictured, talked, both := item("1", time.Hour), item("2", 2*time.Hour), item("3", 3*time.Hour), item("4", 4*time.Hour)
	pictured.Image, both.Image = true, true
	talked.Comments, both.Comments = "https://example.org/c", "https://example.org/c"
	heard := item("5", 30*time.Minute)
	heard.Enclosures = []feed.Enclosure{{URL: "https://example.org/a.mp3"}}
	s.save("a", plain, pictured, talked, both)
	s.save("b", heard)
	for _, c := range []struct {
		query string
		walks int
		want  []string
	}{
		{"has:image", 4, []string{"2", "4"}},
		{"has:comments", 4, []string{"3", "4"}},
		{"has:comments is:unread", 4, []string{"3", "4"}},
		{"has:comments has:image", 2, []string{"4"}},
		{"has:comments -has:image", 2, []string{"3"}},
		{"has:comments or has:enclosure", 6, []string{"5", "3", "4"}},
		{"has:image feed:=a", 4, []string{"2", "4"}},
		{"has:image or is:starred", 0, []string{"2", "4"}},
		{"-has:image", 0, []string{"5", "1", "3"}},
	} {
		p, err := s.plan(s.ctx(), s.readers, view(t, c.query))
		s.must(err)
		walks := 0
		for _, a := range p.arms {
			if a.from == fromTraits {
				walks++
			}
		}
		equal(t, c.query+": walks", walks, c.walks)
		equal(t, c.query, s.list(c.query), c.want)
	}
}

// A word among the items that are read is not looked for above the newest of
// them: all that is unread may lie there, with the word in it.
func TestReadItemsAreAList(t *testing.T) {
	s := open(t)
	s.fill(2*maxStrays + 10)
	_, err := s.MarkFrom(s.ctx(), view(t, ""), Pos{At: 1000 * (maxStrays + 8)}, false, feed.Read, true, s.Now())
	s.must(err)
	p, err := s.plan(s.ctx(), s.readers, view(t, "is:read"))
	s.must(err)
	equal(t, "walks of many", len(p.arms), 1)
	first, _, _, err := p.ahead(s.ctx(), s.readers, stretch{above: db.Bottom, below: db.Top}, false, 1)
	s.must(err)
	equal(t, "newest", first, int64(1000*(maxStrays+7)))
	_, err = s.MarkFrom(s.ctx(), view(t, ""), Pos{At: 1000 * 20}, true, feed.Read, false, s.advance(time.Second))
	s.must(err)
	p, err = s.plan(s.ctx(), s.readers, view(t, "is:read"))
	s.must(err)
	equal(t, "walks of few, and strays", []int{len(p.arms), len(p.strays)}, []int{0, 20})
}
