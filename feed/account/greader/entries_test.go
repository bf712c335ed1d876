package greader

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greadertest"
	"dateline/feed/fetch"
)

// TestEntryFields protects what an entry has: marks by the end of streams, labels that are
// no folders and the publisher's own as categories, files, and characters that FreshRSS
// alone replaces.
func TestEntryFields(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		fake, s, _ := start(t, d, 1)
		ids := fake.AddEntries("feed/1", greadertest.Entry{
			Title: "Wide ＆ narrow &\u202e", Author: "Ann & Bob", URL: "https://example.org/1", Content: `<p onclick="x()">Two words<img src="/p.png"></p>`,
			Tags: []string{"go"}, Labels: []string{"later"}, Enclosure: "https://example.org/a.mp3",
		})
		fake.MarkRead(true, ids...)
		fake.MarkStarred(true, ids...)
		e := entries(t, s, ids)[ids[0]]
		a := e.Article
		title, categories := "Wide & narrow &", []string{"later", "go"}
		if d == greadertest.Miniflux {
			title, categories = "Wide ＆ narrow &", nil
		}
		length := int64(1000)
		if !a.Read || !a.Starred || a.Title != title || a.Author != "Ann & Bob" || !slices.Equal(a.Categories, categories) || !a.Image || a.Words != 2 || e.Feed != "feed/1" {
			t.Errorf("%+v", e)
		}
		if want := []feed.Enclosure{{URL: "https://example.org/a.mp3", Type: "audio/mpeg", Length: length}}; !reflect.DeepEqual(a.Enclosures, want) {
			t.Errorf("files: %+v", a.Enclosures)
		}
		if !e.Changed.IsZero() || e.GUIDHash != "" {
			t.Errorf("what the API does not have: %v, %q", e.Changed, e.GUIDHash)
		}
		if times, err := s.Changed(context.Background(), ids); times != nil || err != nil {
			t.Errorf("times: %v, %v", times, err)
		}
	})
}

// TestHostileFeeds protects that nothing of a subscription reaches a terminal raw, and that
// a login in an address stays at the server.
func TestHostileFeeds(t *testing.T) {
	fake, s, _ := start(t, greadertest.Miniflux, 0)
	fake.AddFeed("https://ann:secret-pw@example.org/private", "Red\x1b[31m\nline\u202e", "Fol\x07der")
	fake.AddFeed("javascript:alert(1)", "No feed", "News")
	feeds, err := s.Feeds(context.Background())
	if err != nil || len(feeds) != 2 {
		t.Fatalf("%+v, %v", feeds, err)
	}
	f := feeds[1]
	if f.URL != "https://example.org/private" || f.Site != f.URL || strings.ContainsAny(f.Title+f.Folders[0], "\x1b\n\x07\u202e") {
		t.Errorf("%+v", f)
	}
}

// TestNarrowName protects that only characters which FreshRSS has replaced are put back.
func TestNarrowName(t *testing.T) {
	for wide, want := range map[string]string{"A／B， C＆D？": "A/B, C&D?", "你好，世界＆": "你好，世界&", "plain": "plain"} {
		if got := narrowName(wide); got != want {
			t.Errorf("%q: %q, not %q", wide, got, want)
		}
	}
}

// TestEntriesInParts protects that many entries are asked for in parts, that deleted ones
// are missing, and that an error of the receiver ends it.
func TestEntriesInParts(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		ctx := context.Background()
		fake, s, ids := start(t, d, 600)
		fake.Delete(ids[3], ids[4])
		if found := entries(t, s, ids); len(found) != 598 || found[ids[3]].ID != "" {
			t.Errorf("%d entries", len(found))
		}
		exist, err := s.Exist(ctx, ids)
		if err != nil || len(exist) != 598 || exist[ids[3]] || !exist[ids[5]] {
			t.Errorf("%d exist, %v", len(exist), err)
		}
		if most := fake.Counts().MostIDs; most != entriesSize {
			t.Errorf("%d entries a request", most)
		}
		enough, calls := errors.New("enough"), 0
		err = s.Entries(ctx, ids, func([]account.Entry) error { calls++; return enough })
		if !errors.Is(err, enough) || calls != 1 {
			t.Errorf("%d calls, %v", calls, err)
		}
		fake.Set(func(q *greadertest.Quirks) { q.Truncate = 1 })
		if exist, err := s.Exist(ctx, ids); err == nil || exist != nil {
			t.Errorf("half an answer: %d exist", len(exist))
		}
		fake.Set(func(q *greadertest.Quirks) {
			q.Unknown = []string{"stream/items/contents", "edit-tag", "subscription/edit"}
		})
		f := account.Feed{ID: "feed/1"}
		_, existErr := s.Exist(ctx, ids)
		for i, err := range []error{existErr, s.Mark(ctx, feed.Read, false, ids), s.Rename(ctx, f, "x")} {
			if d == greadertest.Miniflux && !errors.Is(err, account.ErrUnsuitable) {
				t.Errorf("what the server does not know (%d): %v", i, err)
			}
		}
	})
}

// TestLongEntries protects that entries whose texts are too long for one reply are fetched
// in smaller parts.
func TestLongEntries(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 100 MB")
	}
	fake, s, _ := start(t, greadertest.FreshRSS, 1)
	text := strings.Repeat("word ", 4<<20)
	ids := fake.AddEntries("feed/1", greadertest.Entry{Content: text}, greadertest.Entry{Content: text}, greadertest.Entry{Content: text + text})
	if found := entries(t, s, ids); len(found) != 2 {
		t.Errorf("%d entries of 2 that fit", len(found))
	}
}

// TestSubscribing protects that what the server says is told, and that a lost answer is
// no second subscription.
func TestSubscribing(t *testing.T) {
	dialects(t, func(t *testing.T, d greadertest.Dialect) {
		ctx := context.Background()
		fake, s, _ := start(t, d, 1)
		err := s.Subscribe(ctx, "https://example.org/bad", "", "News")
		words := "the server says: Feed not added!"
		if d == greadertest.Miniflux {
			words = "the server says: fetcher: resource not found"
		}
		if err == nil || !strings.HasPrefix(err.Error(), words) {
			t.Errorf("no feed: %v", err)
		}
		fake.Set(func(q *greadertest.Quirks) { q.LoseAnswers = 1 })
		err = s.Subscribe(ctx, "https://example.org/two", "Two", "Folder")
		var failed *fetch.Error
		if !errors.As(err, &failed) || failed.Kind != fetch.KindReset {
			t.Errorf("a lost answer: %v", err)
		}
		if err := s.Subscribe(ctx, "https://example.org/two", "Two", "Folder"); !errors.Is(err, account.ErrSubscribed) {
			t.Errorf("once more: %v", err)
		}
		want := []string{"https://example.org/feed A feed News", "https://example.org/two Two Folder"}
		if got := fake.Subscriptions(); !slices.Equal(got, want) {
			t.Errorf("subscriptions: %q", got)
		}
		fake.Set(func(q *greadertest.Quirks) { q.LoseRequests = 1 })
		if err := s.Unsubscribe(ctx, account.Feed{ID: "feed/2"}); err == nil {
			t.Error("a lost request is no error")
		}
		if len(fake.Subscriptions()) != 2 {
			t.Error("unsubscribed by a lost request")
		}
		fake.Set(func(q *greadertest.Quirks) { q.FailAfter = 1 })
		if err := s.Unsubscribe(ctx, account.Feed{ID: "feed/2"}); err == nil {
			t.Error("a failed request is no error")
		}
	})
}
