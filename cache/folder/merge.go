package folder

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// Word is what the computers agreed on about one subscription: whether there is one, its name
// and its tags. Each of the three has the time at which somebody changed it last.
type Word struct {
	// URL is the address without user and password.
	URL string    `json:"feed"`
	On  bool      `json:"on"`
	At  time.Time `json:"at"`
	// Name is empty if it is the publisher's.
	Name   string    `json:"name,omitempty"`
	NameAt time.Time `json:"name_at,omitzero"`
	Tags   []string  `json:"tags,omitempty"`
	TagsAt time.Time `json:"tags_at,omitzero"`
}

// Changes are changes of subscriptions that other computers made. Added subscriptions have an
// address, a name and tags. Changed ones have a new name or new tags, and their settings.
type Changes struct {
	Added, Removed, Changed []feed.Subscription
}

// View is what one computer knows about the subscriptions.
type View struct {
	// Now are the subscriptions of the configuration, Before those at the last merge. Before
	// is nil if there was none: then this computer joins.
	Now, Before []feed.Subscription
	// Words are the words that are known here.
	Words []Word
	// Elsewhere are the addresses of feeds that an account of this computer has. They are not
	// added, and a feed that moved to an account is not removed from other computers.
	Elsewhere []string
}

// Merge returns the words of all computers, and what this one has to change. words are those
// of the others. now is the time of the changes in the configuration since the last merge.
//
//   - For each subscription, its name and its tags the latest word wins.
//   - What changed in the configuration since the last merge is a new word, later than every
//     word that was known about it then. So a clock that is wrong does not decide.
//   - A configuration without feeds removes nothing: it may just have been made.
//   - When a computer joins, its feeds are added to those of the others, and the tags of a feed
//     are those of both. The name is the one in the folder, if there is one.
//
// The words are in the order of their addresses. Merging words twice changes nothing.
func Merge(v View, words []Word, now time.Time) ([]Word, Changes) {
	m := merger{words: map[string]Word{}, now: now.UTC().Truncate(time.Microsecond)}
	m.add(v.Words)
	here, before := byKey(v.Now), byKey(v.Before)
	elsewhere := map[string]bool{}
	for _, url := range v.Elsewhere {
		elsewhere[text.AddressKey(url)] = true
	}
	// Who changed something here knew these words, but not the others.
	for key, sub := range here {
		if old, had := before[key]; v.Before != nil && (!had || !equal(sub, old)) {
			m.change(key, sub, old, had)
		}
	}
	for key := range before {
		if _, has := here[key]; !has && len(here) > 0 && m.words[key].On && !elsewhere[key] {
			m.remove(key)
		}
	}
	m.add(words)
	if v.Before == nil {
		for key, sub := range here {
			m.join(key, sub)
		}
	}
	merged := slices.SortedFunc(maps.Values(m.words), func(a, b Word) int { return strings.Compare(a.URL, b.URL) })
	return merged, m.changes(here, elsewhere)
}

// byKey returns the subscriptions that are shared by what [text.AddressKey] returns. Their
// names and tags are those that can be in a file.
func byKey(subs []feed.Subscription) map[string]feed.Subscription {
	of := map[string]feed.Subscription{}
	for _, sub := range subs {
		url, ok := sharedAddress(sub.URL)
		key := text.AddressKey(url)
		if !ok || sub.Account != "" || of[key].URL != "" {
			continue
		}
		tags := sub.Tags
		sub.Tags = nil
		for _, tag := range tags[:min(len(tags), maxTags)] {
			if tag = text.Truncate(text.Clean(tag), maxName/4); tag != "" {
				sub.Tags = append(sub.Tags, tag)
			}
		}
		sub.Name = text.Truncate(text.Clean(sub.Name), maxName/4)
		of[key] = sub
	}
	return of
}

func equal(a, b feed.Subscription) bool { return a.Name == b.Name && slices.Equal(a.Tags, b.Tags) }

// add adds words. Of two about the same subscription the newest wins.
func (m merger) add(words []Word) {
	for _, w := range words {
		key := text.AddressKey(w.URL)
		if known, ok := m.words[key]; ok {
			w = newest(known, w)
		}
		m.words[key] = w
	}
}

// newest returns the word with the latest of each part. Of equal times the same part wins
// wherever they meet.
func newest(a, b Word) Word {
	w := a
	if c := b.At.Compare(a.At); c > 0 || c == 0 && (b.On && !a.On || b.On == a.On && b.URL < a.URL) {
		w.URL, w.On, w.At = b.URL, b.On, b.At
	}
	if c := b.NameAt.Compare(a.NameAt); c > 0 || c == 0 && b.Name > a.Name {
		w.Name, w.NameAt = b.Name, b.NameAt
	}
	if c := b.TagsAt.Compare(a.TagsAt); c > 0 || c == 0 && slices.Compare(b.Tags, a.Tags) > 0 {
		w.Tags, w.TagsAt = b.Tags, b.TagsAt
	}
	return w
}

// merger has the words by the keys of their addresses.
type merger struct {
	words map[string]Word
	now   time.Time
}

// after returns the time of a word that replaces one.
func (m merger) after(at time.Time) time.Time {
	if later := at.Add(time.Microsecond); later.After(m.now) {
		return later
	}
	return m.now
}

// change makes the words of a subscription that was added or changed here, unless they are
// known: then this computer has just taken them.
func (m merger) change(key string, sub, old feed.Subscription, had bool) {
	w := m.words[key]
	if !w.On {
		w.URL, w.On, w.At = plain(sub.URL), true, m.after(w.At)
	}
	if (!had || sub.Name != old.Name) && sub.Name != w.Name {
		w.Name, w.NameAt = sub.Name, m.after(w.NameAt)
	}
	if (!had || !slices.Equal(sub.Tags, old.Tags)) && !slices.Equal(sub.Tags, w.Tags) {
		w.Tags, w.TagsAt = sub.Tags, m.after(w.TagsAt)
	}
	m.words[key] = w
}

func (m merger) remove(key string) {
	w := m.words[key]
	w.On, w.At = false, m.after(w.At)
	m.words[key] = w
}

// join makes the words of a subscription of a computer that joins.
func (m merger) join(key string, sub feed.Subscription) {
	w := m.words[key]
	if !w.On {
		m.change(key, sub, feed.Subscription{}, false)
		return
	}
	if w.Name == "" && sub.Name != "" {
		w.Name, w.NameAt = sub.Name, m.after(w.NameAt)
	}
	tags := slices.Clone(w.Tags)
	for _, tag := range sub.Tags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > len(w.Tags) {
		w.Tags, w.TagsAt = tags, m.after(w.TagsAt)
	}
	m.words[key] = w
}

func plain(url string) string {
	url, _, _ = text.SplitLogin(url)
	return url
}

// changes returns what the configuration lacks, in the order of the addresses.
func (m merger) changes(here map[string]feed.Subscription, elsewhere map[string]bool) (c Changes) {
	for _, key := range slices.Sorted(maps.Keys(m.words)) {
		w := m.words[key]
		sub, has := here[key]
		switch {
		case w.On && !has && !elsewhere[key]:
			c.Added = append(c.Added, feed.Subscription{URL: w.URL, Name: w.Name, Tags: slices.Clone(w.Tags)})
		case !w.On && has:
			c.Removed = append(c.Removed, sub)
		case w.On && has && (sub.Name != w.Name || !slices.Equal(sub.Tags, w.Tags)):
			sub.Name, sub.Tags = w.Name, slices.Clone(w.Tags)
			c.Changed = append(c.Changed, sub)
		}
	}
	slices.SortFunc(c.Added, func(a, b feed.Subscription) int { return cmp.Compare(a.URL, b.URL) })
	return c
}
