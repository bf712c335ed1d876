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

// The structs below are what --json prints, one object a line. Every object has all its
// keys, in the order of the struct. A date is in RFC 3339 and UTC, or "" if unknown. An
// empty list is [], never null. Keys may be added, but never renamed or removed.

// itemJSON is an item as "dateline list" prints it.
type itemJSON struct {
	ID        int64  `json:"id"`
	GUID      string `json:"guid"`
	Feed      string `json:"feed"`
	FeedTitle string `json:"feed_title"`
	Title     string `json:"title"`
	Link      string `json:"link"`
	Author    string `json:"author"`
	// Published and Updated are the publisher's dates. FirstSeen is when dateline first
	// saw the item.
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
	// HiddenBy is the rule that hid the item, "" if the user hid it.
	Hidden   bool   `json:"hidden"`
	HiddenBy string `json:"hidden_by"`
	Edited   bool   `json:"edited"`
	// Future is true if Published was in the future when the item was saved.
	Future     bool     `json:"future"`
	Fulltext   bool     `json:"fulltext"`
	Chapters   string   `json:"chapters"`
	Transcript string   `json:"transcript"`
	AlsoIn     []string `json:"also_in"`
	// CommentCount is 0 if unknown.
	CommentCount int `json:"comment_count"`
	// More is missing unless the item is of a kind that has more.
	More *feed.More `json:"more,omitempty"`
	// Account is "" for the items of a local feed.
	Account string `json:"account"`
	// SnoozedUntil is "" for an item that is not snoozed.
	SnoozedUntil string `json:"snoozed_until"`
	// Content is missing without --content.
	Content *string `json:"content,omitempty"`
}

// feedJSON is a feed as "dateline feeds" prints it.
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
	// NextReason is the reason for the time NextCheck.
	NextReason string `json:"next_reason"`
	// PostsPerDay is 0 if unknown.
	PostsPerDay float64 `json:"posts_per_day"`
	Newest      string  `json:"newest"`
	// MovedTo is the new address of a feed that has moved permanently.
	MovedTo string `json:"moved_to"`
	Gone    bool   `json:"gone"`
	Paused  bool   `json:"paused"`
	// Health is the problem of the feed, HealthReason a message about it. Both are ""
	// if the feed has no problem.
	Health       schedule.Problem `json:"health"`
	HealthReason string           `json:"health_reason"`
	// Account is "" for a local feed.
	Account string `json:"account"`
	// Shortened is missing unless the document is longer than dateline reads.
	Shortened bool `json:"shortened,omitempty"`
	// AsksFor and Polls are missing without --verbose.
	AsksFor *[]string   `json:"asks_for,omitempty"`
	Polls   *[]pollJSON `json:"polls,omitempty"`
}

// statsJSON is a feed as "dateline stats" prints it.
type statsJSON struct {
	URL   string   `json:"url"`
	Title string   `json:"title"`
	Tags  []string `json:"tags"`
	// Items counts all stored items, hidden ones too.
	Items   int `json:"items"`
	Unread  int `json:"unread"`
	Starred int `json:"starred"`
	// PostsPerDay follows from the usual interval between posts. It is 0 if unknown.
	PostsPerDay float64 `json:"posts_per_day"`
	// PostsByWeek and ReadByWeek have twelve numbers, the oldest week first.
	PostsByWeek feed.Weeks `json:"posts_by_week"`
	ReadByWeek  feed.Weeks `json:"read_by_week"`
	Bytes       int64      `json:"bytes"`
}

// pollJSON is one check of a feed.
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

// reportJSON is the result of a feed as "dateline refresh" prints it.
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
	// Shortened is missing unless the document is longer than dateline reads.
	Shortened bool `json:"shortened,omitempty"`
	// Account is missing for a local feed.
	Account string `json:"account,omitempty"`
	// Sent counts the marks that were sent to the server. Only the line of an account
	// itself has it.
	Sent *int `json:"sent,omitempty"`
}

// accountJSON is an account as "dateline accounts" prints it.
type accountJSON struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	URL        string `json:"url"`
	LastSynced string `json:"last_synced"`
	NextSync   string `json:"next_sync"`
	// Pending counts the marks that the server does not have yet.
	Pending int `json:"pending"`
	Feeds   int `json:"feeds"`
	Unread  int `json:"unread"`
	// Error is also about changes that are held back.
	Error string `json:"error"`
	// Backlog counts the entries of the server that are not fetched yet.
	Backlog int `json:"backlog"`
	// HeldBack counts the items whose state at the server is not believed.
	HeldBack int `json:"held_back"`
}

func jsonOfAccount(a feed.Account) accountJSON {
	return accountJSON{
		Name:       a.Name,
		Kind:       a.Kind,
		URL:        a.URL,
		LastSynced: jsonTime(a.LastSynced),
		NextSync:   jsonTime(a.NextSync),
		Pending:    a.Pending,
		Feeds:      a.Feeds,
		Unread:     a.Unread,
		Error:      accountProblem(a),
		Backlog:    a.Backlog,
		HeldBack:   a.HeldBack,
	}
}

// jsonOfItem returns an item for JSON. If content is true, its text is included as
// sanitised HTML.
func jsonOfItem(a feed.Article, content bool, now time.Time) itemJSON {
	j := itemJSON{
		ID:           a.ID,
		GUID:         a.GUID,
		Feed:         a.Feed,
		FeedTitle:    a.FeedTitle,
		Title:        a.Title,
		Link:         a.Link,
		Author:       a.Author,
		Published:    jsonTime(a.Published),
		Updated:      jsonTime(a.Updated),
		FirstSeen:    jsonTime(a.FirstSeen),
		Summary:      a.Summary,
		Read:         a.Read,
		Starred:      a.Starred,
		Labels:       emptyList(a.Labels),
		Categories:   emptyList(a.Categories),
		Enclosures:   emptyList(a.Enclosures),
		Comments:     a.Comments,
		Age:          feed.Age(a.Date, now),
		Hidden:       a.Hidden,
		HiddenBy:     a.HiddenBy,
		Edited:       a.Edited,
		Future:       a.Future,
		Fulltext:     a.HasPageText,
		Chapters:     a.Chapters,
		Transcript:   a.Transcript,
		AlsoIn:       emptyList(a.AlsoIn),
		CommentCount: a.CommentCount,
		Account:      a.Account,
		SnoozedUntil: jsonTime(a.Snoozed),
	}
	if !a.More.IsZero() {
		j.More = &a.More
	}
	if content {
		html := a.Body.Safe().String()
		j.Content = &html
	}
	return j
}

func jsonOfFeed(f feed.Feed, now time.Time) feedJSON {
	problem, message := schedule.ProblemOf(f, now)
	return feedJSON{
		URL:         f.URL,
		Title:       f.Title,
		Description: f.Description,
		Link:        f.Site,
		Updated:     jsonTime(f.Updated),
		Tags:        emptyList(f.Tags),
		LastChecked: jsonTime(f.Poll.LastChecked),
		NextCheck:   jsonTime(f.Poll.NextCheck),
		CheckedAge:  feed.Age(f.Poll.LastChecked, now),
		Error:       f.Poll.Error,
		Failures:    f.Poll.Failures,
		Total:       f.Total,
		Unread:      f.Unread,

		NextReason:   f.Poll.Reason,
		PostsPerDay:  perDay(f.Poll.PostInterval),
		Newest:       jsonTime(f.Poll.Newest),
		MovedTo:      schedule.NewAddress(f.Poll),
		Gone:         f.Poll.Gone,
		Paused:       f.Paused,
		Health:       problem,
		HealthReason: message,
		Account:      f.Account,
		Shortened:    f.Poll.Shortened,
	}
}

// perDay returns how often a day a feed with a posting interval posts, rounded to two
// decimal places. It is 0 if the interval is unknown.
func perDay(interval time.Duration) float64 {
	if interval <= 0 {
		return 0
	}
	return math.Round(100*24*float64(time.Hour)/float64(interval)) / 100
}

func jsonOfPolls(polls []feed.PollLogEntry) *[]pollJSON {
	out := make([]pollJSON, len(polls))
	for i, p := range polls {
		out[i] = pollJSON{
			At:         jsonTime(p.At),
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
	var sent *int
	if r.Sync != nil {
		sent = &r.Sync.Sent
	}
	return reportJSON{
		URL:        r.URL,
		Status:     r.Status,
		New:        r.New,
		Updated:    r.Updated,
		Error:      r.Error,
		DurationMS: r.Duration.Milliseconds(),
		FinalURL:   r.FinalURL,
		HTTP:       r.HTTPStatus,
		Bytes:      r.Bytes,
		Reissued:   r.Reissued,
		MovedTo:    r.MovedTo,
		NextCheck:  jsonTime(r.Next),
		Reason:     r.Reason,
		Shortened:  r.Shortened,
		Account:    r.Account,
		Sent:       sent,
	}
}

// ruleJSON is a rule as "dateline rules" prints it.
type ruleJSON struct {
	Name   string `json:"name"`
	Query  string `json:"query"`
	Active bool   `json:"active"`
	// Until is when the rule ends, "" if it never ends.
	Until  string   `json:"until"`
	Hide   bool     `json:"hide"`
	Read   bool     `json:"read"`
	Star   bool     `json:"star"`
	Labels []string `json:"labels"`
	Notify bool     `json:"notify"`
}

// hitJSON is an item that a rule would have matched, as "dateline rules test" prints it.
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
		Until:  jsonTime(r.Until),
		Hide:   r.Hide,
		Read:   r.Read,
		Star:   r.Star,
		Labels: emptyList(r.Labels),
		Notify: r.Notify,
	}
}

// jsonTime returns a time for JSON, "" for the zero time.
func jsonTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// emptyList returns s, or an empty list if s is nil. In JSON a nil list would be null.
func emptyList[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// lineEncoder writes each object as one line of JSON.
type lineEncoder struct{ w io.Writer }

func jsonLines(w io.Writer) lineEncoder { return lineEncoder{w} }

// Encode writes v. It does not escape <, > and &, because no browser reads the output.
// It escapes characters that could control a terminal. The value stays the same for a
// program that parses the JSON.
func (l lineEncoder) Encode(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(l.w, escapeControls(b.String()))
	return err
}

// escapeControls replaces characters that could control a terminal by \u escapes (RFC
// 8259 section 7). ASCII control characters are already escaped in line.
func escapeControls(line string) string {
	controls := func(r rune) bool {
		return r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
	}
	if !strings.ContainsFunc(line, controls) {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		switch {
		case !controls(r):
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
