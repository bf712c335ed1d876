package ui

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// infoLoaded brings what is known of a feed and an item, either nil when it is
// not asked for.
type infoLoaded struct {
	feed     *feed.Feed
	item     *feed.Item
	polls    []feed.Poll
	edited   time.Time
	fulltext feed.Fulltext
	err      error
	// list is the query of the list that the item stands in.
	list string
	// back is where Esc leads; nil to the page.
	back func(*Model) tea.Cmd
}

// pollsShown is how many of a feed's last answers are told.
const pollsShown = 30

// showInfo tells what is known of the feed and the item in hand.
func (m *Model) showInfo() tea.Cmd {
	var msg infoLoaded
	item, hasItem := m.current()
	msg.feed = m.headlines.source.feed
	if hasItem {
		msg.item, msg.list = &item, m.headlines.view.Query.String()
		if own, ok := m.sources.feedOf(item.Feed); ok {
			msg.feed = &own
		}
	}
	if msg.feed == nil && msg.item == nil {
		m.status.say("there is nothing to tell here; choose a feed or an item")
		return nil
	}
	return m.loadInfo(msg)
}

// loadInfo reads what the screen does not have at hand.
func (m *Model) loadInfo(msg infoLoaded) tea.Cmd {
	ctx, store := m.ctx, m.deps.Store
	return func() tea.Msg {
		if msg.feed != nil {
			msg.polls, msg.err = store.Polls(ctx, msg.feed.URL, pollsShown)
		}
		if msg.item != nil {
			was, err := store.Revision(ctx, msg.item.ID)
			if errors.Is(err, cache.ErrNotFound) {
				err = nil
			}
			msg.edited = was.Replaced
			var textErr error
			msg.fulltext, textErr = store.Fulltext(ctx, msg.item.ID)
			msg.err = cmp.Or(msg.err, err, textErr)
		}
		return msg
	}
}

// showLoadedInfo opens the sheet, unless the reader has gone on meanwhile.
func (m *Model) showLoadedInfo(msg infoLoaded) tea.Cmd {
	if m.prompt != nil || m.sheet != nil && msg.back == nil {
		return nil
	}
	if msg.err != nil {
		m.status.fail(sentence(msg.err))
		return nil
	}
	var rows []sheetRow
	now := m.now()
	if msg.item != nil {
		rows = append(rows, cleanRows(itemInfo(msg, now))...)
	}
	if msg.feed != nil {
		rows = append(rows, cleanRows(feedInfo(*msg.feed, now))...)
		rows = append(rows, pollInfo(msg.polls, now)...)
	}
	m.openSheet(&sheet{title: "Info", rows: wrapRows(rows, sheetWidth(m.width)), back: msg.back})
	return nil
}

func feedInfo(f feed.Feed, now time.Time) []sheetRow {
	p := f.Poll
	_, health := schedule.ProblemOf(f, now)
	rows := []sheetRow{
		{head: "Feed"},
		{left: "title", right: f.DisplayTitle()},
		{left: "state", right: cmp.Or(health, p.Error)},
		{left: "address", right: f.URL},
		{left: "site", right: f.Site},
		{left: "tags", right: strings.Join(f.Tags, ", ")},
		{left: "items", right: fmt.Sprintf("%s kept, %s unread", number(f.Total), number(f.Unread))},
		{left: "posts", right: schedule.RateText(p.PostInterval)},
		{left: "newest item", right: when(p.Newest, now)},
		{left: "asked", right: cmp.Or(when(p.LastChecked, now), "not yet")},
		{left: "asked next", right: nextWords(f, now)},
		{left: "server asks for", right: wishWords(p.Hints, now)},
	}
	if p.Failures > 0 {
		rows = append(rows,
			sheetRow{left: "failed", right: plural(p.Failures, "time") + " in a row"},
			sheetRow{left: "last good answer", right: cmp.Or(when(p.LastOK, now), "never")})
	}
	switch {
	case p.MovedTo != "":
		rows = append(rows, sheetRow{left: "moved", right: fmt.Sprintf("to %s, in %s since %s", p.MovedTo, plural(p.MovedTimes, "answer"), when(p.MovedSince, now))})
	case p.FinalURL != "" && p.FinalURL != f.URL:
		rows = append(rows, sheetRow{left: "redirected", right: "for now to " + p.FinalURL})
	}
	if f.Fulltext {
		rows = append(rows, sheetRow{left: "full text", right: "the page of every new item is fetched"})
	}
	return rows
}

// pollInfo is the poll log: how long ago, the answer, its size, what it
// brought, how long it took.
func pollInfo(polls []feed.Poll, now time.Time) []sheetRow {
	if len(polls) == 0 {
		return nil
	}
	rows := []sheetRow{{head: "Last answers"}}
	for _, p := range polls {
		took := "-"
		if p.Duration > 0 {
			took = fmt.Sprintf("%d ms", p.Duration.Milliseconds())
		}
		line := fmt.Sprintf("%8s  %8s  %s", took, size(p.Bytes), pollWords(p))
		if p.Outcome == feed.Failed {
			line = fmt.Sprintf("%8s  %s", took, text.Clean(cmp.Or(p.Error, "failed")))
		}
		rows = append(rows, sheetRow{left: feed.ShortAge(p.At, now), right: line})
	}
	return rows
}

// pollWords say what a good answer came to.
func pollWords(p feed.Poll) string {
	var words []string
	if p.Status != 0 {
		words = append(words, fmt.Sprint(p.Status))
	}
	if p.New > 0 {
		words = append(words, number(p.New)+" new")
	}
	if p.Updated > 0 {
		words = append(words, number(p.Updated)+" edited")
	}
	if p.Reissued > 0 {
		words = append(words, number(p.Reissued)+" re-issued")
	}
	if p.New+p.Updated+p.Reissued == 0 {
		words = append(words, "nothing new")
	}
	return strings.Join(words, ", ")
}

// wishWords say what a server and its document ask of those who poll.
func wishWords(w feed.PollHints, now time.Time) string {
	var words []string
	add := func(what string, d time.Duration) {
		if d > 0 {
			words = append(words, what+" "+feed.Until(now.Add(d), now))
		}
	}
	add("a pause of", max(w.Until.Sub(now), 0))
	add("its ttl of", w.TTL)
	add("a period of", w.Period)
	add("a cache time of", w.Fresh)
	if len(w.SkipHours) > 0 {
		words = append(words, "no questions in the hours "+spans(w.SkipHours)+" UTC")
	}
	if len(w.SkipDays) > 0 {
		var days []string
		for _, d := range w.SkipDays {
			days = append(days, d.String())
		}
		words = append(words, "none on "+strings.Join(days, ", "))
	}
	return strings.Join(words, "; ")
}

// spans writes numbers with their runs joined: 0-5, 22, 23.
func spans(numbers []int) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(numbers)))
	var parts []string
	for i := 0; i < len(sorted); {
		j := i
		for j+1 < len(sorted) && sorted[j+1] == sorted[j]+1 {
			j++
		}
		part := fmt.Sprint(sorted[i])
		if j > i {
			part += fmt.Sprintf("-%d", sorted[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ", ")
}

func itemInfo(msg infoLoaded, now time.Time) []sheetRow {
	i := *msg.item
	published := when(i.Published, now)
	if i.Future {
		published += ", ahead of its arrival"
	}
	edited := when(msg.edited, now)
	if i.Edited && edited == "" {
		edited = "yes, but the earlier text was not kept"
	}
	page := msg.fulltext.Error
	if page == "" && !msg.fulltext.Fetched.IsZero() {
		page = "kept, fetched " + when(msg.fulltext.Fetched, now)
	}
	return []sheetRow{
		{head: "Item"},
		{left: "title", right: i.DisplayTitle()},
		{left: "link", right: i.Link},
		{left: "also in", right: strings.Join(i.AlsoIn, ", ")},
		{left: "published", right: published},
		{left: "updated", right: when(i.Updated, now)},
		{left: "first seen", right: when(i.FirstSeen, now)},
		{left: "edited", right: edited},
		{left: "full text", right: page},
		{left: "listed", right: listedWords(i, msg.list, now)},
		{left: "labels", right: strings.Join(i.Labels, ", ")},
		{left: "categories", right: strings.Join(i.Categories, ", ")},
		{left: "GUID", right: i.GUID},
	}
}

// listedWords say why an item is shown, or why other lists leave it out.
func listedWords(i feed.Item, query string, now time.Time) string {
	switch {
	case i.Hidden && i.HiddenBy != "":
		return "only by is:hidden: the rule " + i.HiddenBy + " hid it; D shows it again"
	case i.Hidden:
		return "only by is:hidden: you hid it; D shows it again"
	case i.Snoozed.After(now):
		return "only by is:snoozed until " + when(i.Snoozed, now)
	case query == "":
		return "with everything that is neither hidden nor snoozed"
	}
	return "here, for it matches " + query
}

// cleanRows drops rows with nothing to tell and cleans the rest.
func cleanRows(rows []sheetRow) []sheetRow {
	kept := rows[:0]
	for _, r := range rows {
		if r.head == "" && r.right == "" {
			continue
		}
		r.right = text.Clean(r.right)
		kept = append(kept, r)
	}
	return kept
}

func when(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(now.Location()).Format("2 January 2006, 15:04:05") + ", " + feed.Ago(t, now)
}

// nextWords say when a feed is asked next and why then.
func nextWords(f feed.Feed, now time.Time) string {
	p := f.Poll
	switch {
	case p.Gone:
		return "never unbidden: the server says the feed is gone for good"
	case f.Paused:
		return "never unbidden: it is paused in the configuration; r asks it"
	case schedule.Due(p, now):
		return "now"
	case p.Reason != "":
		return "in " + feed.Until(p.NextCheck, now) + ": " + p.Reason
	}
	return "in " + feed.Until(p.NextCheck, now)
}
