package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
)

// What --json prints is one object a line, its keys always all there and in the
// order of these structs: dates in RFC 3339 and UTC, or "" when unknown; lists
// [] when empty, never null.

type itemJSON struct {
	ID        int64  `json:"id"`
	GUID      string `json:"guid"`
	Feed      string `json:"feed"`
	FeedTitle string `json:"feed_title"`
	Title     string `json:"title"`
	Link      string `json:"link"`
	Author    string `json:"author"`
	// Published and Updated are the publisher's own words; FirstSeen is ours.
	Published  string           `json:"published"`
	Updated    string           `json:"updated"`
	FirstSeen  string           `json:"first_seen"`
	Summary    string           `json:"summary"`
	Read       bool             `json:"read"`
	Starred    bool             `json:"starred"`
	Labels     []string         `json:"labels"`
	Categories []string         `json:"categories"`
	Enclosures []feed.Enclosure `json:"enclosures"`
	Comments   string           `json:"comments"`
	Age        string           `json:"age"`
	// Hidden items are hidden by the reader unless HiddenBy names a rule.
	Hidden   bool   `json:"hidden"`
	HiddenBy string `json:"hidden_by"`
	Edited   bool   `json:"edited"`
	// Future says that Published lay in the future.
	Future     bool     `json:"future"`
	Fulltext   bool     `json:"fulltext"`
	Chapters   string   `json:"chapters"`
	Transcript string   `json:"transcript"`
	AlsoIn     []string `json:"also_in"`
	// CommentCount is 0 while it is not known.
	CommentCount int `json:"comment_count"`
	// Account is "" for the items of a local feed.
	Account string `json:"account"`
	// SnoozedUntil is "" for an item that is not snoozed.
	SnoozedUntil string `json:"snoozed_until"`
	// Content is there only when it was asked for.
	Content *string `json:"content,omitempty"`
}

type feedJSON struct {
	URL         string   `json:"url"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Link        string   `json:"link"`
	Updated     string   `json:"updated"`
	Tags        []string `json:"tags"`
	LastChecked string   `json:"last_checked"`
	NextCheck   string   `json:"next_check"`
	CheckedAge  string   `json:"checked_age"`
	Error       string   `json:"error"`
	Failures    int      `json:"failures"`
	Total       int      `json:"total"`
	Unread      int      `json:"unread"`
	// NextReason says why NextCheck is then.
	NextReason string `json:"next_reason"`
	// PostsPerDay is 0 while it is not known.
	PostsPerDay float64 `json:"posts_per_day"`
	Newest      string  `json:"newest"`
	// MovedTo is the address of a feed that has moved for good.
	MovedTo string `json:"moved_to"`
	Gone    bool   `json:"gone"`
	Paused  bool   `json:"paused"`
	// Health is a feed.HealthKind, HealthReason a sentence; both "" for a feed
	// that is well.
	Health       schedule.Problem `json:"health"`
	HealthReason string           `json:"health_reason"`
	// Account is "" for a local feed.
	Account string `json:"account"`
	// AsksFor and Polls are there only with --verbose.
	AsksFor *[]string   `json:"asks_for,omitempty"`
	Polls   *[]pollJSON `json:"polls,omitempty"`
}

type pollJSON struct {
	At         string      `json:"at"`
	Status     feed.Status `json:"status"`
	HTTP       int         `json:"http"`
	Bytes      int64       `json:"bytes"`
	New        int         `json:"new"`
	Updated    int         `json:"updated"`
	Reissued   int         `json:"reissued"`
	DurationMS int64       `json:"duration_ms"`
	Error      string      `json:"error"`
}

type reportJSON struct {
	URL        string      `json:"url"`
	Status     feed.Status `json:"status"`
	New        int         `json:"new"`
	Updated    int         `json:"updated"`
	Error      string      `json:"error"`
	DurationMS int64       `json:"duration_ms"`
	FinalURL   string      `json:"final_url"`
	HTTP       int         `json:"http"`
	Bytes      int64       `json:"bytes"`
	Reissued   int         `json:"reissued"`
	MovedTo    string      `json:"moved_to"`
	NextCheck  string      `json:"next_check"`
	Reason     string      `json:"reason"`
}

// jsonOfItem gives an article's line; content adds its sanitised text.
func jsonOfItem(a feed.Article, content bool, now time.Time) itemJSON {
	j := itemJSON{
		ID:           a.ID,
		GUID:         a.GUID,
		Feed:         a.Feed,
		FeedTitle:    a.FeedTitle,
		Title:        a.Title,
		Link:         a.Link,
		Author:       a.Author,
		Published:    stamp(a.Published),
		Updated:      stamp(a.Updated),
		FirstSeen:    stamp(a.FirstSeen),
		Summary:      a.Summary,
		Read:         a.Read,
		Starred:      a.Starred,
		Labels:       list(a.Labels),
		Categories:   list(a.Categories),
		Enclosures:   list(a.Enclosures),
		Comments:     a.Comments,
		Age:          feed.Age(a.Date, now),
		Hidden:       a.Hidden,
		HiddenBy:     a.HiddenBy,
		Edited:       a.Edited,
		Future:       a.Future,
		Fulltext:     a.Fulltext,
		Chapters:     a.Chapters,
		Transcript:   a.Transcript,
		AlsoIn:       list(a.AlsoIn),
		CommentCount: a.CommentCount,
		Account:      a.Account,
		SnoozedUntil: stamp(a.Snoozed),
	}
	if content {
		html := a.Body.Safe().String()
		j.Content = &html
	}
	return j
}

func jsonOfFeed(f feed.Feed, now time.Time) feedJSON {
	health, sentence := schedule.ProblemOf(f, now)
	return feedJSON{
		URL:         f.URL,
		Title:       f.Title,
		Description: f.Description,
		Link:        f.Site,
		Updated:     stamp(f.Updated),
		Tags:        list(f.Tags),
		LastChecked: stamp(f.Poll.LastChecked),
		NextCheck:   stamp(f.Poll.NextCheck),
		CheckedAge:  feed.Age(f.Poll.LastChecked, now),
		Error:       f.Poll.Error,
		Failures:    f.Poll.Failures,
		Total:       f.Total,
		Unread:      f.Unread,

		NextReason:   f.Poll.Reason,
		PostsPerDay:  perDay(f.Poll.PostInterval),
		Newest:       stamp(f.Poll.Newest),
		MovedTo:      schedule.NewAddress(f.Poll),
		Gone:         f.Poll.Gone,
		Paused:       f.Paused,
		Health:       health,
		HealthReason: sentence,
		Account:      f.Account,
	}
}

// perDay is how often a day a feed posts, to two places.
func perDay(rhythm time.Duration) float64 {
	if rhythm <= 0 {
		return 0
	}
	return math.Round(100*24*float64(time.Hour)/float64(rhythm)) / 100
}

func jsonOfPolls(polls []feed.Poll) *[]pollJSON {
	out := make([]pollJSON, len(polls))
	for i, p := range polls {
		out[i] = pollJSON{
			At:         stamp(p.At),
			Status:     p.Outcome,
			HTTP:       p.Status,
			Bytes:      p.Bytes,
			New:        p.New,
			Updated:    p.Updated,
			Reissued:   p.Reissued,
			DurationMS: p.Duration.Milliseconds(),
			Error:      p.Error,
		}
	}
	return &out
}

func jsonOfReport(r feed.Report) reportJSON {
	return reportJSON{
		URL:        r.URL,
		Status:     r.Status,
		New:        r.New,
		Updated:    r.Updated,
		Error:      r.Error,
		DurationMS: r.Duration.Milliseconds(),
		FinalURL:   r.FinalURL,
		HTTP:       r.HTTP,
		Bytes:      r.Bytes,
		Reissued:   r.Reissued,
		MovedTo:    r.MovedTo,
		NextCheck:  stamp(r.Next),
		Reason:     r.Reason,
	}
}

// ruleJSON is a rule as dateline rules prints it.
type ruleJSON struct {
	Name   string `json:"name"`
	Query  string `json:"query"`
	Active bool   `json:"active"`
	// Until is when the rule ends, "" for never.
	Until  string   `json:"until"`
	Hide   bool     `json:"hide"`
	Read   bool     `json:"read"`
	Star   bool     `json:"star"`
	Labels []string `json:"labels"`
	Notify bool     `json:"notify"`
}

// hitJSON is an item that a rule would have matched.
type hitJSON struct {
	Rule string   `json:"rule"`
	Does []string `json:"does"`
	itemJSON
}

func jsonOfRule(r query.Rule, now time.Time) ruleJSON {
	return ruleJSON{
		Name:   r.Name,
		Query:  r.Query.String(),
		Active: r.Active(now),
		Until:  stamp(r.Until),
		Hide:   r.Hide,
		Read:   r.Read,
		Star:   r.Star,
		Labels: list(r.Labels),
		Notify: r.Notify,
	}
}

// stamp writes a date, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// list keeps an empty list from becoming null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// lineEncoder writes one JSON object a line.
type lineEncoder struct{ w io.Writer }

func jsonLines(w io.Writer) lineEncoder { return lineEncoder{w} }

// Encode leaves <, > and & as they are: this is read by programs, not by
// browsers. Characters that could steer a terminal stand as escapes, which mean
// the same to a program; a GUID, say, is kept as the publisher sent it.
func (l lineEncoder) Encode(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(l.w, escapeSteering(b.String()))
	return err
}

func escapeSteering(line string) string {
	steers := func(r rune) bool {
		return r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
	}
	if !strings.ContainsFunc(line, steers) {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		switch {
		case !steers(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
