package ui

import (
	"reflect"
	"testing"

	"dateline/feed"
	"dateline/ui/pane"
)

// TestRecountAgreesWithRebuild checks that updated counts are the same as the counts of rebuilt
// rows, also in folded groups.
func TestRecountAgreesWithRebuild(t *testing.T) {
	s := newScreen(t, 120, 40, func(d *Deps, src *fakeSource) {
		src.subs[0].Tags = []string{"World", "Tech"}
		d.Settings.Queries = []SavedQuery{{Name: "Reports", Query: pane.MustQuery("report")}}
	})
	p := &s.m.sources
	p.Folded["Tech"] = true
	p.Rebuild()
	p.Adjust(natoURL, -2)
	p.Counts.Starred++
	p.SetQueryCounts(map[string]int{"Reports": pane.QueryCountMax})
	unread := map[string]int{}
	for _, row := range p.List.Rows() {
		unread[row.Key] = row.Unread
	}
	fresh := map[string]int{}
	for _, row := range p.Shown() {
		fresh[row.Key] = row.Unread
	}
	if !reflect.DeepEqual(unread, fresh) {
		t.Errorf("moved counts %v, fresh ones %v", unread, fresh)
	}
	if unread["tag:World"] != 2 || unread["tag:Tech"] != 45 || unread[pane.KeyUnread] != 45 || unread[pane.KeyStarred] != 1 {
		t.Errorf("counts after the change: %v", unread)
	}
}

// TestAlreadySubscribedInAFoldedGroup protects the way to a feed that is
// subscribed to already, wherever it stands.
func TestAlreadySubscribedInAFoldedGroup(t *testing.T) {
	s := newScreen(t, 120, 40, func(_ *Deps, src *fakeSource) { src.found = []feed.Candidate{{URL: lwnURL}} })
	s.press("t", "type:lwn", "enter", "g", "f", "z", "a")
	s.press("a", "type:lwn.example", "enter")
	s.expect("already subscribed to LWN", "40 unread")
}
