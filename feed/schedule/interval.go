package schedule

import (
	"cmp"
	"dateline/feed"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// intervalItems is how many of the newest items tell a rhythm.
	intervalItems = 30
	// burst is how close to each other items count as one arrival.
	burst = 15 * time.Minute
)

// PostInterval is the usual time between two arrivals of new items: the median over
// the newest ones, where those that came within a quarter of an hour count as
// one. So a week's episodes published at once, a night, a summer break or an old
// archive do not mislead it. It is zero when there are too few dates to tell, and
// never below that quarter of an hour.
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
		last := i
		for i < len(dates) && dates[last].Sub(dates[i]) < burst {
			i++
		}
		if i < len(dates) {
			gaps = append(gaps, dates[last].Sub(dates[i]))
		}
	}
	if n := len(dates); n == intervalItems && len(gaps) == 0 && now.Sub(dates[0]) < burst && dates[0].Sub(dates[n-1]) > burst/3 {
		return burst // so busy that its document reaches no further back
	}
	if len(gaps) < 2 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// NewestDate is the date of the newest item that is not dated after now; zero
// when none is dated.
func NewestDate(items []feed.Article, now time.Time) time.Time {
	var newest time.Time
	for _, a := range items {
		if t := statedDate(a.Item); t.After(newest) && !t.After(now) {
			newest = t
		}
	}
	return newest
}

func statedDate(i feed.Item) time.Time {
	if i.Published.IsZero() {
		return i.Updated
	}
	return i.Published
}

// RateText tells a rhythm in words: "about 3 times a day". It is empty for zero.
func RateText(rhythm time.Duration) string {
	const hours36, days10, days45, days300 = 36 * time.Hour, 10 * feed.Day, 45 * feed.Day, 300 * feed.Day
	switch {
	case rhythm <= 0:
		return ""
	case rhythm <= 2*burst:
		return "several times an hour"
	case rhythm < 90*time.Minute:
		return "about every hour"
	case rhythm < hours36:
		return rateText(feed.Day, rhythm, "day")
	case rhythm < days10:
		return rateText(feed.Week, rhythm, "week")
	case rhythm < days45:
		return rateText(30*feed.Day, rhythm, "month")
	case rhythm < days300:
		return fmt.Sprintf("about every %d months", cmp.Or(int(math.Round(rhythm.Hours()/24/30)), 1))
	}
	return "about once a year or less"
}

func rateText(whole, rhythm time.Duration, name string) string {
	switch n := int(math.Round(float64(whole) / float64(rhythm))); n {
	case 0, 1:
		return "about once a " + name
	case 2:
		return "about twice a " + name
	default:
		return fmt.Sprintf("about %d times a %s", n, name)
	}
}
