package feed

import (
	"dateline/feed/markup"
	"fmt"
	"testing"
	"time"
)

// reissueDay is when the items of these tests were published; not at midnight.
var reissueDay = time.Date(2026, 11, 20, 9, 30, 5, 0, time.UTC)

func piece(link, title string, at time.Time, text ...string) Article {
	a := Article{Item: Item{Link: link, Title: title, Published: at}}
	for _, t := range text {
		a.Body.Raw += t
	}
	return a
}

// paired is what Reissued makes of one item on either side.
func paired(fresh, old Article) bool {
	pairs := Reissued([]Article{fresh}, []Item{old.Item}, func(int) markup.Body { return old.Body })
	return len(pairs) == 1
}

// TestReissued: an item is known again by its address and title, by its address
// on another host, or by title and date; what only looks alike is news.
func TestReissued(t *testing.T) {
	const title = "The harbour opens again after years"
	day, hour := 24*time.Hour, time.Hour
	at := reissueDay
	midnight := at.Truncate(day)
	for name, c := range map[string]struct {
		fresh, old Article
		want       bool
	}{
		"same in all but the GUID":        {piece("https://a.example/1", title, at), piece("https://a.example/1", title, at), true},
		"https, tracking":                 {piece("https://www.a.example/1?utm_source=rss", title, at), piece("http://a.example/1/", title, at), true},
		"another time of the day":         {piece("https://a.example/1", title, at.Add(hour)), piece("https://a.example/1", title, at), true},
		"no date":                         {piece("https://a.example/1", title, time.Time{}), piece("https://a.example/1", title, at), true},
		"new date, same text":             {piece("https://a.example/1", title, at.Add(9*day), "<p>a b"), piece("https://a.example/1", title, at, "a <b>b"), true},
		"new date, new text":              {piece("https://a.example/1", title, at.Add(9*day), "rain"), piece("https://a.example/1", title, at, "sun"), false},
		"new title, same link and date":   {piece("https://a.example/1", "Opened", at), piece("https://a.example/1", title, at), true},
		"new title and date":              {piece("https://a.example/1", "Opened", at.Add(hour)), piece("https://a.example/1", title, at), false},
		"another hour, new text":          {piece("https://a.example/1", title, at.Add(hour), "rain"), piece("https://a.example/1", title, at, "sun"), false},
		"another host":                    {piece("https://new.example/2026/1", title, at, "edited"), piece("https://old.example/2026/1", title, at, "text"), true},
		"another host, another title":     {piece("https://new.example/1", "Opened", at), piece("https://old.example/1", title, at), false},
		"another host, next day":          {piece("https://new.example/1", title, at.Add(day), "rain"), piece("https://old.example/1", title, at, "sun"), false},
		"front pages":                     {piece("https://new.example/", "News", at), piece("https://old.example/", "News", at), false},
		"another path, same second":       {piece("https://new.example/p/1", title, at), piece("https://old.example/2026/1", title, at), true},
		"no link, same second":            {piece("", title, at), piece("", title, at), true},
		"no link, no date":                {piece("", title, time.Time{}), piece("", title, time.Time{}), false},
		"short title, same second":        {piece("https://a.example/p/1", "Update", at), piece("https://a.example/2026/1", "Update", at), false},
		"another path, day only":          {piece("https://a.example/2", title, midnight), piece("https://a.example/1", title, midnight), false},
		"another path, day only, text":    {piece("https://a.example/2", title, midnight, "same"), piece("https://a.example/1", title, midnight, "same"), true},
		"another path, other hour, texts": {piece("https://a.example/2", title, at.Add(hour), "rain"), piece("https://a.example/1", title, at, "sun"), false},
		"no title, another host":          {piece("https://new.example/1", "", at), piece("https://old.example/1", "", at), true},
		"nothing alike":                   {piece("https://a.example/2", "Ships", at), piece("https://a.example/1", title, at.Add(hour)), false},
	} {
		if got := paired(c.fresh, c.old); got != c.want {
			t.Errorf("%s: paired %v, want %v", name, got, c.want)
		}
	}
	episode := func(file string) Article {
		a := piece("https://a.example/show", "The news in five minutes, every hour", at.Add(time.Duration(len(file))*day), "The latest news.")
		a.Enclosures = []Enclosure{{URL: file}}
		return a
	}
	if paired(episode("b.mp3!"), episode("a.mp3")) {
		t.Error("another file is not another episode")
	}
}

// TestReissuedAmbiguous: where an item could be several, it is none of them, and
// none is taken twice; a finer trait can tell them apart.
func TestReissuedAmbiguous(t *testing.T) {
	at := reissueDay
	same := piece("https://a.example/all", "The same title as every day", at)
	later := piece("https://a.example/all", "The same title as every day", at.Add(time.Hour))
	body := func(int) markup.Body { return markup.Body{} }
	for name, c := range map[string]struct {
		fresh []Article
		old   []Item
		want  int
	}{
		"one for two": {[]Article{same}, []Item{same.Item, same.Item}, 0},
		"two for one": {[]Article{same, same}, []Item{same.Item}, 0},
		"by the hour": {[]Article{later, same}, []Item{same.Item, later.Item}, 2},
		"nothing":     {nil, nil, 0},
	} {
		pairs := Reissued(c.fresh, c.old, body)
		if len(pairs) != c.want {
			t.Errorf("%s: %v", name, pairs)
		}
		for f, o := range pairs {
			if !c.fresh[f].Published.Equal(c.old[o].Published) {
				t.Errorf("%s: %d is not %d", name, f, o)
			}
		}
	}
}

// TestBusyFeedsAreNoReissues: feeds whose items are all new each time, in the
// ways in which such feeds repeat themselves, are never taken for an archive.
func TestBusyFeedsAreNoReissues(t *testing.T) {
	for name, make := range map[string]func(n, round int) Article{
		"news": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/%d-%d", round, n), fmt.Sprintf("Story %d of round %d", n, round), reissueDay.Add(time.Duration(round)*time.Hour))
		},
		"forecasts": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/place/%d", n), fmt.Sprintf("The weather in place number %d", n), reissueDay.Add(time.Duration(round)*24*time.Hour), fmt.Sprint(round+7, " degrees"))
		},
		"hourly forecasts": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/place/%d", n), fmt.Sprintf("The weather in place number %d", n), reissueDay.Add(time.Duration(round)*time.Hour), fmt.Sprint(round+7, " degrees"))
		},
		"jobs, day only": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/job/%d-%d", round, n), fmt.Sprintf("Senior software engineer wanted %d", n), reissueDay.Truncate(24*time.Hour), fmt.Sprint("Company ", round))
		},
		"hourly, one page": func(n, round int) Article {
			return piece("https://a.example/live", fmt.Sprintf("Markets at %d:%02d", round, n), reissueDay.Add(time.Duration(round)*time.Hour+time.Duration(n)*time.Minute))
		},
		"short posts": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/@x/%d%03d", round, n), "", reissueDay.Add(time.Duration(round)*time.Minute), fmt.Sprint("post ", n, round))
		},
		"builds": func(n, round int) Article {
			return piece(fmt.Sprintf("https://a.example/build/%d", round*20+n), "Build passed", reissueDay.Add(time.Duration(round)*time.Minute), "All tests passed.")
		},
	} {
		var fresh []Article
		var old []Item
		var bodies []markup.Body
		for n := range 20 {
			fresh = append(fresh, make(n, 1))
			a := make(n, 0)
			old, bodies = append(old, a.Item), append(bodies, a.Body)
		}
		if pairs := Reissued(fresh, old, func(i int) markup.Body { return bodies[i] }); len(pairs) != 0 {
			t.Errorf("%s: %v", name, pairs)
		}
	}
}

// TestTookOver: a GUID is taken over only where title, link and text are all
// others and the date is later.
func TestTookOver(t *testing.T) {
	at := reissueDay
	old := piece("https://a.example/1", "Old", at, "old text")
	for name, c := range map[string]struct {
		a    Article
		want bool
	}{
		"another item": {piece("https://a.example/2", "New", at.Add(1), "new text"), true},
		"same title":   {piece("https://a.example/2", "OLD", at.Add(1), "new text"), false},
		"same link":    {piece("http://a.example/1?utm_source=x", "New", at.Add(1), "new text"), false},
		"same text":    {piece("https://a.example/2", "New", at.Add(1), "<p>old text"), false},
		"same date":    {piece("https://a.example/2", "New", at, "new text"), false},
		"no date":      {piece("https://a.example/2", "New", time.Time{}, "new text"), false},
		"no title":     {piece("https://a.example/2", "", at.Add(1), "new text"), false},
	} {
		if got := c.a.TookOver(old); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
