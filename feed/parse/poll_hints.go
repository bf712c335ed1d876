package parse

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/feed"
)

// maxTTL is the limit of a time to live. A longer one is shortened.
const maxTTL = 366 * 24 * time.Hour

// pollHints returns the polling hints of a feed. Most of them are of RSS
// (https://www.rssboard.org/rss-specification).
func (f *parsedFeed) pollHints() feed.PollHints {
	hints := feed.PollHints{Period: updatePeriod(f.extensions)}
	if f.rss == nil {
		return hints
	}
	if minutes, err := strconv.ParseFloat(strings.TrimSpace(f.rss.TTL), 64); err == nil && minutes > 0 {
		hints.TTL = time.Duration(min(minutes, maxTTL.Minutes()) * float64(time.Minute))
	}
	for _, s := range f.rss.SkipHours {
		// RSS 0.91 counts hours from 1 to 24. 24 is midnight.
		if hour, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && hour >= 0 && hour <= 24 {
			hints.SkipHours = append(hints.SkipHours, hour%24)
		}
	}
	for _, s := range f.rss.SkipDays {
		if day, ok := englishWeekday(strings.TrimSpace(s)); ok {
			hints.SkipDays = append(hints.SkipDays, day)
		}
	}
	hints.SkipHours = unlessAll(hints.SkipHours, 24)
	hints.SkipDays = unlessAll(hints.SkipDays, 7)
	return hints
}

// unlessAll returns the times sorted, each once. If all possible times are in
// it, it returns nil, because a feed must be checked at some time.
func unlessAll[T time.Weekday | int](times []T, possible int) []T {
	slices.Sort(times)
	times = slices.Compact(times)
	if len(times) == possible {
		return nil
	}
	return times
}

// updatePeriod returns the time between updates by the syndication module of RSS
// 1.0 (https://web.resource.org/rss/1.0/modules/syndication/), or 0 if the feed
// does not use it. The defaults are a period of a day and a frequency of 1.
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

// englishWeekday returns the weekday with an English name, whole or shortened to
// at least three letters, and whether there is one.
func englishWeekday(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if len(name) >= 3 && len(name) <= len(day.String()) && strings.EqualFold(name, day.String()[:len(name)]) {
			return day, true
		}
	}
	return 0, false
}
