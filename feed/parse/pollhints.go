package parse

import (
	"dateline/feed"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/rss"
)

// maxHint bounds what a document can ask for; a longer wait is a slip.
const maxHint = 366 * 24 * time.Hour

// rssPollHints is what an RSS document asks of those who poll it.
func rssPollHints(f *rss.Feed, x extensions) feed.PollHints {
	w := feed.PollHints{Period: updatePeriod(x)}
	if minutes, err := strconv.ParseFloat(strings.TrimSpace(f.TTL), 64); err == nil && minutes > 0 {
		w.TTL = time.Duration(min(minutes, maxHint.Minutes()) * float64(time.Minute))
	}
	for _, s := range f.SkipHours {
		// RSS 0.91 counts from 1 to 24, where 24 is midnight.
		if hour, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && hour >= 0 && hour <= 24 {
			w.SkipHours = append(w.SkipHours, hour%24)
		}
	}
	for _, s := range f.SkipDays {
		if day, ok := englishWeekday(strings.TrimSpace(s)); ok {
			w.SkipDays = append(w.SkipDays, day)
		}
	}
	w.SkipHours = unlessAll(w.SkipHours, 24)
	w.SkipDays = unlessAll(w.SkipDays, 7)
	return w
}

// unlessAll sorts a set of times; all of the possible ones are none, for a feed
// must be asked at some time.
func unlessAll[T time.Weekday | int](times []T, possible int) []T {
	slices.Sort(times)
	times = slices.Compact(times)
	if len(times) == possible {
		return nil
	}
	return times
}

// updatePeriod is the time between updates by the syndication module of RSS 1.0,
// whose defaults are "daily" and once.
func updatePeriod(x extensions) time.Duration {
	period, frequency := x.text("sy:updateperiod"), x.text("sy:updatefrequency")
	if period == "" && frequency == "" {
		return 0
	}
	const day = 24 * time.Hour
	wait := day
	switch strings.ToLower(strings.TrimSpace(period)) {
	case "hourly":
		wait = time.Hour
	case "daily", "":
	case "weekly":
		wait = 7 * day
	case "monthly":
		wait = 30 * day
	case "yearly":
		wait = 365 * day
	default:
		return 0
	}
	if times, err := strconv.Atoi(strings.TrimSpace(frequency)); err == nil && times > 1 {
		wait /= time.Duration(times)
	}
	return wait
}

// englishWeekday reads a day's name in the language that RSS 2.0 asks for,
// whole or shortened.
func englishWeekday(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if len(name) >= 3 && len(name) <= len(day.String()) && strings.EqualFold(name, day.String()[:len(name)]) {
			return day, true
		}
	}
	return 0, false
}
