package miniflux

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/fetch"
)

// TestMalformedEntry protects that an entry which cannot be read costs only itself, and that
// a response that is cut off, or a list that is not one, still counts as none.
func TestMalformedEntry(t *testing.T) {
	const good = `{"id":1,"feed_id":1,"status":"read","title":"one","published_at":"2026-11-23T10:00:00Z","created_at":"2026-11-23T10:00:00Z","changed_at":"2026-11-23T11:00:00Z"}`
	const last = `{"id":9,"feed_id":1,"status":"unread","title":"nine"}`
	for name, c := range map[string]struct {
		entries string
		// want are the IDs and titles that come; "-" if there is an error.
		want string
	}{
		"a wrong date":              {`{"entries":[` + good + `,{"id":2,"feed_id":1,"title":"two","published_at":"yesterday","changed_at":5},` + last + `]}`, "1 one,2 two,9 nine"},
		"an impossible date":        {`{"entries":[{"id":1,"feed_id":1,"title":"one","published_at":"2026-02-31T10:00:00Z"},` + last + `]}`, "1 one,9 nine"},
		"a wrong title and list":    {`{"entries":[` + good + `,{"id":2,"feed_id":1,"title":{"a":1},"tags":{"0":"x"},"enclosures":"none"},` + last + `]}`, "1 one,2 ,9 nine"},
		"no entry":                  {`{"entries":[` + good + `,5,null,[],` + last + `]}`, "1 one,9 nine"},
		"a number that is none":     {`{"entries":[` + good + `,{"id":"x","feed_id":1},{"id":2,"feed_id":1e90},` + last + `]}`, "1 one,9 nine"},
		"cut off":                   {`{"entries":[` + good + `,{"id":2,"ti`, "-"},
		"cut off between entries":   {`{"entries":[` + good + `,`, "-"},
		"the list is of no entries": {`{"entries":"none"}`, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				body := c.entries
				if strings.HasSuffix(r.URL.Path, "/ids") {
					body = `{"total":9,"entry_ids":[9,8,7,6,5,4,3,2,1]}`
				}
				_, _ = io.WriteString(w, body)
			}))
			defer web.Close()
			s := New(fetch.New(fetch.Options{}), feed.AccountSettings{Name: "home", URL: web.URL, Token: "x"}, testTime)
			var got []string
			_, err := s.follow(t.Context(), walk{wanted: []int64{1, 2, 9}}, func(found []entry) error {
				for _, e := range found {
					a := e.account()
					got = append(got, a.ID+" "+a.Article.Title)
				}
				return nil
			})
			if err != nil {
				got = []string{"-"}
			}
			if list := strings.Join(got, ","); list != c.want {
				t.Errorf("%q, want %q: %v", list, c.want, err)
			}
		})
	}
}

// TestMalformedSingly protects the same of entries that are fetched one by one, and that a
// wrong date of a change does not count as one that nobody made.
func TestMalformedSingly(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body := map[string]string{
			"/v1/entries/1":    `{"id":1,"feed_id":1,"title":"one","created_at":"2026-11-23T10:00:00Z","changed_at":"2026-11-23T11:00:00Z"}`,
			"/v1/entries/1002": `{"id":{},"feed_id":1}`,
			"/v1/entries/2003": `{"id":2003,"feed_id":1,"title":"three","changed_at":"soon"}`,
		}[r.URL.Path]
		_, _ = io.WriteString(w, body)
	}))
	defer web.Close()
	s := New(fetch.New(fetch.Options{}), feed.AccountSettings{Name: "home", URL: web.URL, Token: "x"}, testTime)
	if got := fetchAll(t, s, []string{"1", "1002", "2003"}); strings.Join(got, ",") != "1,2003" {
		t.Errorf("the entries are %q", got)
	}
	times, err := s.Changed(t.Context(), []string{"1", "1002", "2003"})
	if _, known := times["2003"]; err != nil || known || times["1"].IsZero() {
		t.Errorf("the times are %v, %v", times, err)
	}
}

// TestMalformedAtEnd protects that entries which cannot be read at the end of a full page
// hide no others.
func TestMalformedAtEnd(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var from, n int
		_, _ = fmt.Sscan(r.FormValue("after_entry_id"), &from)
		_, _ = fmt.Sscan(r.FormValue("limit"), &n)
		var list []string
		for id := from + 1; id <= 6 && len(list) < n; id++ {
			if id == 2 || id == 3 {
				list = append(list, `"broken"`)
			} else {
				list = append(list, fmt.Sprintf(`{"id":%d,"feed_id":1}`, id))
			}
		}
		_, _ = fmt.Fprintf(w, `{"entries":[%s]}`, strings.Join(list, ","))
	}))
	defer web.Close()
	for _, size := range []int{1, 2, 3, 4} {
		s := New(fetch.New(fetch.Options{}), feed.AccountSettings{Name: "home", URL: web.URL, Token: "x"}, testTime)
		s.pageSize = size
		var got []string
		_, err := s.follow(t.Context(), walk{wanted: []int64{1, 2, 3, 4, 5, 6}, list: idList{known: true, ids: []int64{6}}}, func(found []entry) error {
			for _, e := range found {
				got = append(got, entryID(e.ID))
			}
			return nil
		})
		if err != nil || strings.Join(got, ",") != "1,4,5,6" {
			t.Errorf("pages of %d: %q, %v", size, got, err)
		}
	}
}
