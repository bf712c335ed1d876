package feed

import (
	"fmt"
	"testing"
	"time"

	"dateline/feed/markup"
)

// reissueDay is the date of the items in these tests. It is not midnight.
var reissueDay = time.Date(2026, 11, 20, 9, 30, 5, 0, time.UTC)

// article returns an article with a link, a title, a date and the HTML text.
func article(link, title string, at time.Time, text ...string) Article {
	a := Article{Item: Item{Link: link, Title: title, Published: at}}
	for _, t := range text {
		a.Body.Raw += t
	}
	return a
}

// paired reports whether Reissued pairs two items.
func paired(fresh, old Article) bool {
	pairs := Reissued(nil, []Article{fresh}, []Item{old.Item}, func(int) markup.Body { return old.Body })
	return len(pairs) == 1
}

// TestReissued checks which items are a pair: those with the same address and title, the
// same address on another host, or the same title and date. Similar items are not.
func TestReissued(t *testing.T) {
	const title = "The harbour opens again after years"
	day, hour := 24*time.Hour, time.Hour
	at := reissueDay
	midnight := at.Truncate(day)
	for name, c := range map[string]struct {
		fresh, old Article
		want       bool
	}{
		"same in all but the GUID":        {article("https://a.example/1", title, at), article("https://a.example/1", title, at), true},
		"https, tracking":                 {article("https://www.a.example/1?utm_source=rss", title, at), article("http://a.example/1/", title, at), true},
		"another time of the day":         {article("https://a.example/1", title, at.Add(hour)), article("https://a.example/1", title, at), true},
		"no date":                         {article("https://a.example/1", title, time.Time{}), article("https://a.example/1", title, at), true},
		"new date, same text":             {article("https://a.example/1", title, at.Add(9*day), "<p>a b"), article("https://a.example/1", title, at, "a <b>b"), true},
		"new date, new text":              {article("https://a.example/1", title, at.Add(9*day), "rain"), article("https://a.example/1", title, at, "sun"), false},
		"new title, same link and date":   {article("https://a.example/1", "Opened", at), article("https://a.example/1", title, at), true},
		"new title and date":              {article("https://a.example/1", "Opened", at.Add(hour)), article("https://a.example/1", title, at), false},
		"another hour, new text":          {article("https://a.example/1", title, at.Add(hour), "rain"), article("https://a.example/1", title, at, "sun"), false},
		"another host":                    {article("https://new.example/2026/1", title, at, "edited"), article("https://old.example/2026/1", title, at, "text"), true},
		"another host, another title":     {article("https://new.example/1", "Opened", at), article("https://old.example/1", title, at), false},
		"another host, next day":          {article("https://new.example/1", title, at.Add(day), "rain"), article("https://old.example/1", title, at, "sun"), false},
		"front pages":                     {article("https://new.example/", "News", at), article("https://old.example/", "News", at), false},
		"another path, same second":       {article("https://new.example/p/1", title, at), article("https://old.example/2026/1", title, at), true},
		"no link, same second":            {article("", title, at), article("", title, at), true},
		"no link, no date":                {article("", title, time.Time{}), article("", title, time.Time{}), false},
		"short title, same second":        {article("https://a.example/p/1", "Update", at), article("https://a.example/2026/1", "Update", at), false},
		"another path, day only":          {article("https://a.example/2", title, midnight), article("https://a.example/1", title, midnight), false},
		"another path, day only, text":    {article("https://a.example/2", title, midnight, "same"), article("https://a.example/1", title, midnight, "same"), true},
		"another path, other hour, texts": {article("https://a.example/2", title, at.Add(hour), "rain"), article("https://a.example/1", title, at, "sun"), false},
		"no title, another host":          {article("https://new.example/1", "", at), article("https://old.example/1", "", at), true},
		"nothing alike":                   {article("https://a.example/2", "Ships", at), article("https://a.example/1", title, at.Add(hour)), false},
	} {
		if got := paired(c.fresh, c.old); got != c.want {
			t.Errorf("%s: paired %v, want %v", name, got, c.want)
		}
	}
	episode := func(file string) Article {
		a := article("https://a.example/show", "The news in five minutes, every hour", at.Add(time.Duration(len(file))*day), "The latest news.")
		a.Enclosures = []Enclosure{{URL: file}}
		return a
	}
	if paired(episode("b.mp3!"), episode("a.mp3")) {
		t.Error("episodes with different files are a pair")
	}
}

// TestReissuedAmbiguous checks that an item that matches several others is in no pair, and
// that a more specific key can decide between them.
func TestReissuedAmbiguous(t *testing.T) {
	at := reissueDay
	same := article("https://a.example/all", "The same title as every day", at)
	later := article("https://a.example/all", "The same title as every day", at.Add(time.Hour))
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
		pairs := Reissued(nil, c.fresh, c.old, body)
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

// TestNewItemsAreNotReissued checks that new items of feeds that repeat their titles or
// addresses are not paired with older items.
func TestNewItemsAreNotReissued(t *testing.T) {
	for name, newArticle := range map[string]func(n, refresh int) Article{
		"news": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/%d-%d", refresh, n), fmt.Sprintf("Story %d of refresh %d", n, refresh), reissueDay.Add(time.Duration(refresh)*time.Hour))
		},
		"forecasts": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/place/%d", n), fmt.Sprintf("The weather in place number %d", n), reissueDay.Add(time.Duration(refresh)*24*time.Hour), fmt.Sprint(refresh+7, " degrees"))
		},
		"hourly forecasts": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/place/%d", n), fmt.Sprintf("The weather in place number %d", n), reissueDay.Add(time.Duration(refresh)*time.Hour), fmt.Sprint(refresh+7, " degrees"))
		},
		"jobs, day only": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/job/%d-%d", refresh, n), fmt.Sprintf("Senior software engineer wanted %d", n), reissueDay.Truncate(24*time.Hour), fmt.Sprint("Company ", refresh))
		},
		"hourly, one page": func(n, refresh int) Article {
			return article("https://a.example/live", fmt.Sprintf("Markets at %d:%02d", refresh, n), reissueDay.Add(time.Duration(refresh)*time.Hour+time.Duration(n)*time.Minute))
		},
		"short posts": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/@x/%d%03d", refresh, n), "", reissueDay.Add(time.Duration(refresh)*time.Minute), fmt.Sprint("post ", n, refresh))
		},
		"builds": func(n, refresh int) Article {
			return article(fmt.Sprintf("https://a.example/build/%d", refresh*20+n), "Build passed", reissueDay.Add(time.Duration(refresh)*time.Minute), "All tests passed.")
		},
	} {
		var fresh []Article
		var old []Item
		var bodies []markup.Body
		for n := range 20 {
			fresh = append(fresh, newArticle(n, 1))
			a := newArticle(n, 0)
			old, bodies = append(old, a.Item), append(bodies, a.Body)
		}
		if pairs := Reissued(nil, fresh, old, func(i int) markup.Body { return bodies[i] }); len(pairs) != 0 {
			t.Errorf("%s: %v", name, pairs)
		}
	}
}

// TestTookOver checks that an item with a known GUID is a different item only if title, link
// and text differ and the date is later.
func TestTookOver(t *testing.T) {
	at := reissueDay
	old := article("https://a.example/1", "Old", at, "old text")
	for name, c := range map[string]struct {
		a    Article
		want bool
	}{
		"another item": {article("https://a.example/2", "New", at.Add(1), "new text"), true},
		"same title":   {article("https://a.example/2", "OLD", at.Add(1), "new text"), false},
		"same link":    {article("http://a.example/1?utm_source=x", "New", at.Add(1), "new text"), false},
		"same text":    {article("https://a.example/2", "New", at.Add(1), "<p>old text"), false},
		"same date":    {article("https://a.example/2", "New", at, "new text"), false},
		"no date":      {article("https://a.example/2", "New", time.Time{}, "new text"), false},
		"no title":     {article("https://a.example/2", "", at.Add(1), "new text"), false},
	} {
		if got := c.a.ReusesKeyOf(old); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
