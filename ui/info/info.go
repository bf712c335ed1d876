// Package info has the texts of the overlays that explain a feed and an item.
package info

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
	"dateline/ui/mode"
)

// Page makes the rows of an overlay.
type Page struct {
	Now time.Time
	// Tips adds to a note what keys do. pairs are the name of an action and the words for
	// what it does. Actions without a key are left out.
	Tips func(note, separator string, pairs ...string) string
	// Stats are the statistics of the feed; nil if they are not known.
	Stats *feed.Stats
	// Bars draws numbers as bars; nil if Stats is.
	Bars func(numbers []int) string
}

// Feed returns the facts about a feed.
func (p Page) Feed(f feed.Feed) []mode.Row {
	return clean(p.feed(f))
}

func (p Page) feed(f feed.Feed) []mode.Row {
	poll, now := f.Poll, p.Now
	_, health := schedule.ProblemOf(f, now)
	rows := []mode.Row{
		{Heading: "Feed"},
		{Left: "title", Right: f.DisplayTitle()},
		{Left: "description", Right: f.Description},
		{Left: "state", Right: cmp.Or(health, poll.Error)},
		{Left: "shortened", Right: schedule.ShortenedMessage(poll.Shortened)},
		{Left: "address", Right: f.URL},
		{Left: "site", Right: f.Site},
		{Left: "tags", Right: strings.Join(f.Tags, ", ")},
		{Left: "items", Right: fmt.Sprintf("%s stored, %s unread", text.Number(f.Total), text.Number(f.Unread))},
		{Left: "posts", Right: p.posts(poll.PostInterval)},
		{Left: "you read", Right: p.read()},
		{Left: "storage", Right: p.storage()},
		{Left: "newest item", Right: when(poll.Newest, now)},
		{Left: "checked", Right: checked(f, now)},
		{Left: "next check", Right: p.nextCheck(f)},
		{Left: "server asks for", Right: hintsText(poll.Hints, now)},
	}
	if poll.Failures > 0 {
		rows = append(rows,
			mode.Row{Left: "failed", Right: text.Plural(poll.Failures, "time") + " in a row"},
			mode.Row{Left: "last success", Right: cmp.Or(when(poll.LastOK, now), "never")})
	}
	switch {
	case poll.MovedTo != "":
		rows = append(rows, mode.Row{Left: "moved", Right: fmt.Sprintf("to %s, in %s since %s", poll.MovedTo, text.Plural(poll.MovedTimes, "response"), when(poll.MovedSince, now))})
	case poll.FinalURL != "" && poll.FinalURL != f.URL:
		rows = append(rows, mode.Row{Left: "redirected", Right: "for now to " + poll.FinalURL})
	}
	if f.Fulltext {
		rows = append(rows, mode.Row{Left: "full text", Right: "the page of every new item is fetched"})
	}
	return rows
}

// checked returns when a feed was checked last. When the server of an account did that may be
// unknown.
func checked(f feed.Feed, now time.Time) string {
	if f.Poll.LastChecked.IsZero() && f.Account == "" {
		return "not yet"
	}
	return when(f.Poll.LastChecked, now)
}

// Account returns the facts about an account.
func (p Page) Account(a feed.Account) []mode.Row {
	server, _, _ := text.SplitLogin(a.URL)
	rows := []mode.Row{
		{Heading: "Account"},
		{Left: "name", Right: a.Name},
		{Left: "state", Right: cmp.Or(schedule.AccountProblem(a), p.agreement(a))},
		{Left: "server", Right: strings.TrimSpace(a.Kind + " " + server)},
		{Left: "feeds", Right: fmt.Sprintf("%s, %s unread", text.Plural(a.Feeds, "feed"), text.Number(a.Unread))},
		{Left: "synced", Right: cmp.Or(when(a.LastSynced, p.Now), "not yet")},
		{Left: "next sync", Right: p.nextSync(a)},
	}
	if a.Pending > 0 {
		rows = append(rows, mode.Row{Left: "to be sent", Right: p.Tips(text.Plural(a.Pending, "mark"), "; ", "refresh", "sends now")})
	}
	if a.Backlog > 0 {
		rows = append(rows, mode.Row{Left: "still to come", Right: text.Plural(a.Backlog, "older article")})
	}
	return clean(rows)
}

// agreement returns whether an account without a problem agrees with its server.
func (p Page) agreement(a feed.Account) string {
	switch {
	case a.LastSynced.IsZero():
		return p.Tips("not synced yet", "; ", "refresh", "syncs it now")
	case a.Pending+a.Backlog == 0:
		return "agrees with the server"
	}
	return ""
}

// nextSync returns when an account is synced next.
func (p Page) nextSync(a feed.Account) string {
	if !a.NextSync.After(p.Now) {
		return "now"
	}
	return "in " + feed.Until(a.NextSync, p.Now)
}

// posts returns how often a feed posts, with a bar for each of the last weeks.
func (p Page) posts(interval time.Duration) string {
	rate := schedule.RateText(interval)
	if p.Stats == nil {
		return rate
	}
	weeks := p.Stats.Posts
	sum := fmt.Sprintf("%s in %d weeks", text.Number(weeks.Sum()), feed.StatsWeeks)
	if rate == "" {
		return p.Bars(weeks[:]) + " " + sum
	}
	return p.Bars(weeks[:]) + " " + rate + "; " + sum
}

// read returns how many items the user read in each of the last weeks.
func (p Page) read() string {
	if p.Stats == nil || p.Stats.Read.Sum() == 0 {
		return ""
	}
	weeks := p.Stats.Read
	return fmt.Sprintf("%s %s in %d weeks", p.Bars(weeks[:]), text.Number(weeks.Sum()), feed.StatsWeeks)
}

// storage returns how much room the texts of a feed take.
func (p Page) storage() string {
	if p.Stats == nil {
		return ""
	}
	return text.Size(p.Stats.Bytes) + " for the texts of " + text.Plural(p.Stats.Items, "item")
}

// Checks returns the log of a feed's checks: for each its age, its duration, the size of
// the response and the result. Without checks it returns nothing.
func (p Page) Checks(polls []feed.PollLogEntry) []mode.Row {
	if len(polls) == 0 {
		return nil
	}
	rows := []mode.Row{{Heading: "Last checks"}}
	for _, c := range polls {
		took := "-"
		if c.Duration > 0 {
			took = fmt.Sprintf("%d ms", c.Duration.Milliseconds())
		}
		line := fmt.Sprintf("%8s %9s  %s", took, text.Size(c.Bytes), checkText(c))
		if c.Outcome == feed.Failed {
			line = fmt.Sprintf("%8s  %s", took, text.Clean(cmp.Or(c.Error, "failed")))
		}
		rows = append(rows, mode.Row{Left: feed.ShortAge(c.At, p.Now), Right: line})
	}
	return rows
}

// checkText returns what a successful check brought.
func checkText(p feed.PollLogEntry) string {
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

// Item is what is known of an item.
type Item struct {
	feed.Item
	// Replaced is when the publisher last edited the text; zero if that is not known.
	Replaced time.Time
	Page     feed.PageText
	// List is the query of the list in which the item is; empty for all items.
	List string
}

// Item returns the facts about an item.
func (p Page) Item(i Item) []mode.Row { return clean(p.item(i)) }

func (p Page) item(i Item) []mode.Row {
	now := p.Now
	published := when(i.Published, now)
	if i.Future {
		published += " (dated in the future)"
	}
	edited := when(i.Replaced, now)
	if i.Edited && edited == "" {
		edited = "yes, but the earlier text was not saved"
	}
	page := i.Page.Error
	if page == "" && !i.Page.Fetched.IsZero() {
		page = "stored, fetched " + when(i.Page.Fetched, now)
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
		{Left: "in lists", Right: p.listed(i)},
		{Left: "labels", Right: strings.Join(i.Labels, ", ")},
		{Left: "categories", Right: strings.Join(i.Categories, ", ")},
		{Left: "GUID", Right: i.GUID},
	}
}

// listed returns why an item is in a list, or why lists do not show it.
func (p Page) listed(i Item) string {
	switch {
	case i.Hidden && i.HiddenBy != "":
		return p.Tips("hidden by the rule "+i.HiddenBy, "; ", "hide", "unhides it") + ", is:hidden finds it"
	case i.Hidden:
		return p.Tips("hidden by you", "; ", "hide", "unhides it") + ", is:hidden finds it"
	case i.Snoozed.After(p.Now):
		return "snoozed until " + when(i.Snoozed, p.Now) + "; is:snoozed finds it"
	case i.List == "":
		return "listed because it is neither hidden nor snoozed"
	}
	return "listed because it matches " + i.List
}

// clean drops empty rows and cleans the others.
func clean(rows []mode.Row) []mode.Row {
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

// nextCheck returns when a feed is checked next, and why.
func (p Page) nextCheck(f feed.Feed) string {
	poll, now := f.Poll, p.Now
	switch {
	case f.Account != "":
		return "by the server of the account " + f.Account
	case poll.Gone:
		return p.Tips("not checked automatically: the server says the feed is gone for good", "; ", "refresh", "checks it now")
	case f.Paused:
		return p.Tips("not checked automatically: paused in the configuration", "; ", "refresh", "checks it now")
	case schedule.Due(poll, now):
		return "now"
	case poll.Reason != "":
		return "in " + feed.Until(poll.NextCheck, now) + ": " + poll.Reason
	}
	return "in " + feed.Until(poll.NextCheck, now)
}
