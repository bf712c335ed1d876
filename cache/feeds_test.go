package cache

import (
	"testing"

	"dateline/feed"
)

// TestSetFeedsWritesChangesAlone protects the start, which sets the feeds each
// time: the same subscriptions write nothing, and every part of one that changes
// is kept.
func TestSetFeedsWritesChangesAlone(t *testing.T) {
	s := open(t)
	watching := openAt(t, s.Path(), s.clock)
	subs := []feed.Subscription{{URL: "https://a.example/\x1e"}, {URL: "https://b.example/"}}
	wrote := func() bool {
		before, err := watching.Version(t.Context())
		s.must(err)
		s.must(s.SetFeeds(t.Context(), subs))
		after, err := watching.Version(t.Context())
		s.must(err)
		return before != after
	}
	wrote()
	b := &subs[1]
	for _, part := range []struct {
		name   string
		change func()
	}{
		{"the name", func() { b.Name = "B" }},
		{"the tags", func() { b.Tags = []string{"x", "y"} }},
		{"keep_days", func() { b.Settings.KeepDays = 7 }},
		{"keep_items", func() { b.Settings.KeepItems = 8 }},
		{"keep_unread", func() { b.Settings.KeepUnread = true }},
		{"paused", func() { b.Settings.Paused = true }},
		{"on_update", func() { b.Settings.RenewEdited = true }},
		{"fulltext", func() { b.Settings.Fulltext = true }},
		{"notify", func() { b.Settings.Notify = true }},
		{"separate", func() { b.Settings.Separate = true }},
		{"the order", func() { subs[0], subs[1] = subs[1], subs[0]; b = &subs[0] }},
		{"a feed that goes", func() { subs = subs[:1:1]; b = &subs[0] }},
	} {
		if wrote() {
			t.Errorf("the same subscriptions were written again, before %s changed", part.name)
		}
		if part.change(); !wrote() {
			t.Errorf("%s changed, and nothing was written", part.name)
		}
	}
}
