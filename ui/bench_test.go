package ui

import (
	"fmt"
	"testing"
	"time"

	"dateline/feed"
)

// benchScreen returns a screen of 200x60 cells with n items that was drawn once.
func benchScreen(b *testing.B, n int) *screen {
	b.Helper()
	c := testClock()
	doc := &feed.Document{Title: "Bulk"}
	for i := range n {
		a := testItem(fmt.Sprintf("Headline number %d about nothing in particular", i), c.t.Add(-time.Duration(i)*time.Minute),
			"<p>Some text that makes a summary of the usual length, so that a row has something to cut.</p>")
		a.GUID = fmt.Sprint(i)
		a.Identify()
		doc.Items = append(doc.Items, a)
	}
	s := &screen{t: b, clock: c, path: b.TempDir() + "/bench.db"}
	s.source = &fakeSource{clock: c, docs: map[string]*feed.Document{natoURL: doc}, subs: testSubs()[:1], errors: map[string]string{}}
	s.start(200, 60)
	return s
}

// BenchmarkKey measures one press of j until the frame is drawn, with its loads. The time
// should not depend on the number of items.
func BenchmarkKey(b *testing.B) {
	for _, n := range []int{1000, 20000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := benchScreen(b, n)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := "j"
				if i/(n/2)%2 == 1 {
					key = "k"
				}
				s.press(key)
			}
		})
	}
}

// BenchmarkView measures drawing a frame.
func BenchmarkView(b *testing.B) {
	s := benchScreen(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		s.m.dirty = true
		s.m.View()
	}
}

// BenchmarkSearchKey measures one press of j in the hits of a search, with its loads. The
// words are marked in each frame, and the rows show passages.
func BenchmarkSearchKey(b *testing.B) {
	for _, n := range []int{1000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := benchScreen(b, n)
			s.press("/", "type:headline or summary", "enter")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := "j"
				if i/(n/2)%2 == 1 {
					key = "k"
				}
				s.press(key)
			}
		})
	}
}
