package ui

import (
	"reflect"
	"testing"

	"dateline/feed"
)

// TestRecountAgreesWithRebuild protects the counts that are moved in place:
// they are those that rows made anew would have, folded groups included.
func TestRecountAgreesWithRebuild(t *testing.T) {
	s := newScreen(t, 120, 40, func(d *Deps, src *fakeSource) {
		src.subs[0].Tags = []string{"World", "Tech"}
		d.Settings.Queries = []SavedQuery{{Name: "Reports", Query: mustQuery("report")}}
	})
	p := &s.m.sources
	p.folded["Tech"] = true
	p.rebuild()
	p.adjust(natoURL, -2)
	p.counts.Starred++
	p.setQueryCounts(map[string]int{"Reports": queryCountMax})
	unread := map[string]int{}
	for _, row := range p.list.Rows() {
		unread[row.key] = row.unread
	}
	fresh := map[string]int{}
	for _, row := range p.rows(p.folded) {
		fresh[row.key] = row.unread
	}
	if !reflect.DeepEqual(unread, fresh) {
		t.Errorf("moved counts %v, fresh ones %v", unread, fresh)
	}
	if unread["tag:World"] != 2 || unread["tag:Tech"] != 45 || unread[keyUnread] != 45 || unread[keyStarred] != 1 {
		t.Errorf("counts after the change: %v", unread)
	}
}

// TestAlreadySubscribedInAFoldedGroup protects the way to a feed that is
// subscribed to already, wherever it stands.
func TestAlreadySubscribedInAFoldedGroup(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) { src.found = []feed.Candidate{{URL: lwnURL}} })
	s.press("t", "type:lwn", "enter", "g", "f", "z", "a")
	s.press("a", "type:lwn.example", "enter")
	s.expect("already subscribed to LWN", "40 of 40 unread")
}
