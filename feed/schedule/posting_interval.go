package schedule

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"dateline/feed"
)

const (
	// intervalItems is the maximum number of items that a posting interval is computed
	// from.
	intervalItems = 30
	// burst is the time within which items count as one arrival.
	burst = 15 * time.Minute
)

// PostInterval returns a feed's posting interval: the median of the times between the
// arrivals of its newest items. Items within burst of each other count as one arrival. So
// several items at once, nights, holidays and old archives do not change the result much.
// It is 0 if there are too few dates. Otherwise it is not less than burst.
func PostInterval(items []feed.Article, now time.Time) time.Duration {
	var dates []time.Time
	for _, a := range items {
		if t := statedDate(a.Item); !t.IsZero() && !t.After(now) {
			dates = append(dates, t)
		}
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return b.Compare(a) })
	dates = dates[:min(len(dates), intervalItems)]
	var gaps []time.Duration
	for i := 0; i < len(dates); {
		first := i // the newest item of an arrival
		for i < len(dates) && dates[first].Sub(dates[i]) < burst {
			i++
		}
		if i < len(dates) {
			gaps = append(gaps, dates[first].Sub(dates[i]))
		}
	}
	if n := len(dates); n == intervalItems && len(gaps) == 0 && now.Sub(dates[0]) < burst && dates[0].Sub(dates[n-1]) > burst/3 {
		return burst // the document is too short for a feed that posts so often
	}
	if len(gaps) < 2 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// NewestDate returns the date of the newest item, without those dated after now. It is
// zero if there is none.
func NewestDate(items []feed.Article, now time.Time) time.Time {
	var newest time.Time
	for _, a := range items {
		if t := statedDate(a.Item); t.After(newest) && !t.After(now) {
			newest = t
		}
	}
	return newest
}

// statedDate returns the publisher's date of an item.
func statedDate(i feed.Item) time.Time {
	if i.Published.IsZero() {
		return i.Updated
	}
	return i.Published
}

// RateText returns a posting interval in words: "about 3 times a day". It is empty for 0.
func RateText(interval time.Duration) string {
	const hours36, days10, days45, days300 = 36 * time.Hour, 10 * feed.Day, 45 * feed.Day, 300 * feed.Day
	switch {
	case interval <= 0:
		return ""
	case interval <= 2*burst:
		return "several times an hour"
	case interval < 90*time.Minute:
		return "about every hour"
	case interval < hours36:
		return rateText(feed.Day, interval, "day")
	case interval < days10:
		return rateText(feed.Week, interval, "week")
	case interval < days45:
		return rateText(30*feed.Day, interval, "month")
	case interval < days300:
		return fmt.Sprintf("about every %d months", cmp.Or(int(math.Round(interval.Hours()/24/30)), 1))
	}
	return "about once a year or less"
}

// rateText returns how often an interval fits into a unit of time.
func rateText(unit, interval time.Duration, name string) string {
	switch n := int(math.Round(float64(unit) / float64(interval))); n {
	case 0, 1:
		return "about once a " + name
	case 2:
		return "about twice a " + name
	default:
		return fmt.Sprintf("about %d times a %s", n, name)
	}
}
