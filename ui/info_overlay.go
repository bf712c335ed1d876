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
	"dateline/ui/mode"
)

// infoLoaded brings information about a feed and an item. A nil feed or item is not
// shown.
type infoLoaded struct {
	feed     *feed.Feed
	item     *feed.Item
	polls    []feed.PollLogEntry
	edited   time.Time
	fulltext feed.PageText
	err      error
	// list is the query of the list in which the item is.
	list string
	// opener is the opener of the overlay. If it is nil, the overlay is for reading only.
	opener opener
}

// pollsShown is how many of a feed's last checks are listed.
const pollsShown = 30

// showInfo shows information about the selected feed and item.
func (m *Model) showInfo() tea.Cmd {
	var msg infoLoaded
	item, hasItem := m.selected.item()
	msg.feed = m.headlines.Source.Feed
	if hasItem {
		msg.item, msg.list = &item, m.headlines.view.Query.String()
		if own, ok := m.sources.FeedOf(item.Feed); ok {
			msg.feed = &own
		}
	}
	if msg.feed == nil && msg.item == nil {
		m.status.say("nothing to show here; choose a feed or an item")
		return nil
	}
	return m.loadInfo(msg)
}

// loadInfo reads the information that is not in memory.
func (e *env) loadInfo(msg infoLoaded) tea.Cmd {
	ctx, store := e.ctx, e.deps.Store
	return func() tea.Msg {
		if msg.feed != nil {
			msg.polls, msg.err = store.PollLog(ctx, msg.feed.URL, pollsShown)
		}
		if msg.item != nil {
			was, err := store.Revision(ctx, msg.item.ID)
			if errors.Is(err, cache.ErrNotFound) {
				err = nil
			}
			msg.edited = was.Replaced
			var textErr error
			msg.fulltext, textErr = store.PageText(ctx, msg.item.ID)
			msg.err = cmp.Or(msg.err, err, textErr)
		}
		return msg
	}
}

// showLoadedInfo opens the overlay, unless the user has opened something else meanwhile.
func (m *Model) showLoadedInfo(msg infoLoaded) tea.Cmd {
	by := msg.opener
	if m.modes.Prompt() != nil || m.modes.Overlay() != nil && by == nil {
		return nil
	}
	if by == nil {
		by = readOnly{}
	}
	if msg.err != nil {
		m.status.fail(userMessage(msg.err))
		return nil
	}
	var rows []mode.Row
	now := m.now()
	if msg.item != nil {
		rows = append(rows, cleanRows(m.itemInfo(msg, now))...)
	}
	if msg.feed != nil {
		rows = append(rows, cleanRows(m.feedInfo(*msg.feed, now))...)
		rows = append(rows, pollInfo(msg.polls, now)...)
	}
	m.modes.OpenOverlay(&mode.Overlay{Title: "Info", Rows: mode.Wrap(rows, mode.TextWidth(m.width))}, by)
	return nil
}

func (e *env) feedInfo(f feed.Feed, now time.Time) []mode.Row {
	p := f.Poll
	_, health := schedule.ProblemOf(f, now)
	rows := []mode.Row{
		{Heading: "Feed"},
		{Left: "title", Right: f.DisplayTitle()},
		{Left: "state", Right: cmp.Or(health, p.Error)},
		{Left: "shortened", Right: schedule.ShortenedMessage(p.Shortened)},
		{Left: "address", Right: f.URL},
		{Left: "site", Right: f.Site},
		{Left: "tags", Right: strings.Join(f.Tags, ", ")},
		{Left: "items", Right: fmt.Sprintf("%s stored, %s unread", text.Number(f.Total), text.Number(f.Unread))},
		{Left: "posts", Right: schedule.RateText(p.PostInterval)},
		{Left: "newest item", Right: when(p.Newest, now)},
		{Left: "checked", Right: cmp.Or(when(p.LastChecked, now), "not yet")},
		{Left: "next check", Right: e.nextCheckText(f, now)},
		{Left: "server asks for", Right: hintsText(p.Hints, now)},
	}
	if p.Failures > 0 {
		rows = append(rows,
			mode.Row{Left: "failed", Right: text.Plural(p.Failures, "time") + " in a row"},
			mode.Row{Left: "last success", Right: cmp.Or(when(p.LastOK, now), "never")})
	}
	switch {
	case p.MovedTo != "":
		rows = append(rows, mode.Row{Left: "moved", Right: fmt.Sprintf("to %s, in %s since %s", p.MovedTo, text.Plural(p.MovedTimes, "response"), when(p.MovedSince, now))})
	case p.FinalURL != "" && p.FinalURL != f.URL:
		rows = append(rows, mode.Row{Left: "redirected", Right: "for now to " + p.FinalURL})
	}
	if f.Fulltext {
		rows = append(rows, mode.Row{Left: "full text", Right: "the page of every new item is fetched"})
	}
	return rows
}

// pollInfo returns the log of checks: for each its age, its duration, the size of the
// response and the result.
func pollInfo(polls []feed.PollLogEntry, now time.Time) []mode.Row {
	if len(polls) == 0 {
		return nil
	}
	rows := []mode.Row{{Heading: "Last checks"}}
	for _, p := range polls {
		took := "-"
		if p.Duration > 0 {
			took = fmt.Sprintf("%d ms", p.Duration.Milliseconds())
		}
		line := fmt.Sprintf("%8s %9s  %s", took, text.Size(p.Bytes), pollText(p))
		if p.Outcome == feed.Failed {
			line = fmt.Sprintf("%8s  %s", took, text.Clean(cmp.Or(p.Error, "failed")))
		}
		rows = append(rows, mode.Row{Left: feed.ShortAge(p.At, now), Right: line})
	}
	return rows
}

// pollText returns what a successful check brought.
func pollText(p feed.PollLogEntry) string {
	var words []string
	if p.Status != 0 {
		words = append(words, fmt.Sprint(p.Status))
	}
	if p.New > 0 {
		words = append(words, text.Number(p.New)+" new")
	}
	if p.Updated > 0 {
		words = append(words, text.Number(p.Updated)+" edited")
	}
	if p.Reissued > 0 {
		words = append(words, text.Number(p.Reissued)+" re-issued")
	}
	if p.New+p.Updated+p.Reissued == 0 {
		words = append(words, "nothing new")
	}
	return strings.Join(words, ", ")
}

// hintsText returns how often the server and the feed's document want to be polled.
func hintsText(w feed.PollHints, now time.Time) string {
	var words []string
	add := func(what string, d time.Duration) {
		if d > 0 {
			words = append(words, what+" "+feed.Until(now.Add(d), now))
		}
	}
	add("a pause of", max(w.Until.Sub(now), 0))
	add("a ttl of", w.TTL)
	add("an update period of", w.Period)
	add("a cache lifetime of", w.Fresh)
	if len(w.SkipHours) > 0 {
		words = append(words, "no checks in the hours "+spans(w.SkipHours)+" UTC")
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

// spans writes numbers as ranges: "0-5, 22-23".
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

func (e *env) itemInfo(msg infoLoaded, now time.Time) []mode.Row {
	i := *msg.item
	published := when(i.Published, now)
	if i.Future {
		published += " (dated in the future)"
	}
	edited := when(msg.edited, now)
	if i.Edited && edited == "" {
		edited = "yes, but the earlier text was not saved"
	}
	page := msg.fulltext.Error
	if page == "" && !msg.fulltext.Fetched.IsZero() {
		page = "stored, fetched " + when(msg.fulltext.Fetched, now)
	}
	return []mode.Row{
		{Heading: "Item"},
		{Left: "title", Right: i.DisplayTitle()},
		{Left: "link", Right: i.Link},
		{Left: "also in", Right: strings.Join(i.AlsoIn, ", ")},
		{Left: "published", Right: published},
		{Left: "updated", Right: when(i.Updated, now)},
		{Left: "first seen", Right: when(i.FirstSeen, now)},
		{Left: "edited", Right: edited},
		{Left: "full text", Right: page},
		{Left: "in lists", Right: e.listedText(i, msg.list, now)},
		{Left: "labels", Right: strings.Join(i.Labels, ", ")},
		{Left: "categories", Right: strings.Join(i.Categories, ", ")},
		{Left: "GUID", Right: i.GUID},
	}
}

// listedText returns why an item is in a list, or why lists do not show it.
func (e *env) listedText(i feed.Item, query string, now time.Time) string {
	switch {
	case i.Hidden && i.HiddenBy != "":
		return e.withTips("hidden by the rule "+i.HiddenBy, "; ", "hide", "unhides it") + ", is:hidden finds it"
	case i.Hidden:
		return e.withTips("hidden by you", "; ", "hide", "unhides it") + ", is:hidden finds it"
	case i.Snoozed.After(now):
		return "snoozed until " + when(i.Snoozed, now) + "; is:snoozed finds it"
	case query == "":
		return "listed because it is neither hidden nor snoozed"
	}
	return "listed because it matches " + query
}

// cleanRows drops empty rows and cleans the others.
func cleanRows(rows []mode.Row) []mode.Row {
	kept := rows[:0]
	for _, r := range rows {
		if r.Heading == "" && r.Right == "" {
			continue
		}
		r.Right = text.Clean(r.Right)
		kept = append(kept, r)
	}
	return kept
}

// when returns a time and its age; empty if the time is zero.
func when(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(now.Location()).Format("2 January 2006, 15:04:05") + ", " + feed.Ago(t, now)
}

// nextCheckText returns when a feed is checked next, and why.
func (e *env) nextCheckText(f feed.Feed, now time.Time) string {
	p := f.Poll
	switch {
	case p.Gone:
		return e.withTips("not checked automatically: the server says the feed is gone for good", "; ", "refresh", "checks it now")
	case f.Paused:
		return e.withTips("not checked automatically: paused in the configuration", "; ", "refresh", "checks it now")
	case schedule.Due(p, now):
		return "now"
	case p.Reason != "":
		return "in " + feed.Until(p.NextCheck, now) + ": " + p.Reason
	}
	return "in " + feed.Until(p.NextCheck, now)
}
