package greader

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"dateline/feed"
	"dateline/feed/account"
	"dateline/feed/account/greadertest"
)

// between returns a client of the fake server behind a proxy that answers some paths itself.
func between(t *testing.T, fake *greadertest.Server, answer func(path string) (status int, body string)) *Server {
	t.Helper()
	to, err := url.Parse(fake.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status, body := answer(r.URL.Path); status != 0 {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return newServer(settings(web.URL, greadertest.User, greadertest.Password))
}

// TestAnswersOfOthers protects that a mark counts as sent only if the server says so: a network
// that wants a login answers with success, too.
func TestAnswersOfOthers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		ok     bool
	}{
		"the server":   {0, "", true},
		"with an end":  {200, "OK\n", true},
		"nothing":      {204, "", false},
		"empty":        {200, "", false},
		"a text":       {200, "log in to this network", false},
		"a page":       {200, "<html>log in to this network", false},
		"another JSON": {200, `{"login":"https://portal.example/"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake, _, ids := start(t, greadertest.FreshRSS, 1)
			s := between(t, fake, func(path string) (int, string) {
				if strings.HasSuffix(path, "/edit-tag") {
					return c.status, c.body
				}
				return 0, ""
			})
			err := s.Mark(context.Background(), feed.Read, true, ids)
			if (err == nil) != c.ok || !c.ok && !errors.Is(err, account.ErrUnsuitable) {
				t.Errorf("the mark ended with %v", err)
			}
		})
	}
}

// TestNoLists protects that only a list of IDs is one: null would call everything read, and
// what no server has as an ID would be kept for ever.
func TestNoLists(t *testing.T) {
	for _, body := range []string{
		`{"itemRefs":null}`, `{"itemRefs":{}}`, `{"itemRefs":""}`, `{}`, `[]`, `{"itemRefs":[{"id":""}]}`, `{"itemRefs":[{"id":"a\u0000"}]}`,
		`{"itemRefs":[{"id":"\u001b[31m"}]}`, `{"itemRefs":[{"id":"` + strings.Repeat("9", 100_000) + `"}]}`, `{"itemRefs":[{"id":{}}]}`, `{"itemRefs":[null]}`,
	} {
		fake, _, _ := start(t, greadertest.FreshRSS, 1)
		s := between(t, fake, func(path string) (int, string) {
			if strings.HasSuffix(path, "/stream/items/ids") {
				return 200, body
			}
			return 0, ""
		})
		if ids, err := s.Unread(context.Background()); err == nil {
			t.Errorf("%.60s is the list %.60q", body, ids)
		}
	}
}

// TestRepeatedSecrets protects that a server which repeats the secrets of the session in what
// it says does not bring them into a message.
func TestRepeatedSecrets(t *testing.T) {
	fake, _, _ := start(t, greadertest.FreshRSS, 1)
	var s *Server
	s = between(t, fake, func(path string) (int, string) {
		if !strings.HasSuffix(path, "/subscription/edit") {
			return 0, ""
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return 400, `{"error":"no: ` + s.session.auth + ` and ` + s.session.token + `"}`
	})
	err := s.Rename(context.Background(), account.Feed{ID: "feed/1"}, "x")
	if err == nil || s.session.token == "" || !strings.Contains(err.Error(), "no: … and …") {
		t.Errorf("the error is %v", err)
	}
}

// TestTooLongForEver protects that a server whose replies are all too long is told of, and is
// not asked for each entry in each round.
func TestTooLongForEver(t *testing.T) {
	fake, _, ids := start(t, greadertest.FreshRSS, 100)
	asked := 0
	s := between(t, fake, func(path string) (int, string) {
		if !strings.HasSuffix(path, "/stream/items/contents") {
			return 0, ""
		}
		asked++
		return 200, `{"items":[` + strings.Repeat(`{},`, maxElements) + `{}]}`
	})
	err := s.Entries(context.Background(), ids, func([]account.Entry) error { return nil })
	if err == nil || asked > 50 {
		t.Errorf("%d requests, %v", asked, err)
	}
}

// TestMalformedItem protects that an item which cannot be read costs only itself, that a reply
// which is cut off counts as none, and that a list of IDs has no such leniency.
func TestMalformedItem(t *testing.T) {
	const item = `{"id":"tag:google.com,2005:reader/item/0000000000000001","title":"one","published":1,"origin":{"streamId":"feed/1"}}`
	for name, c := range map[string]struct {
		items string
		// want are the titles that come; "-" if there is an error.
		want string
	}{
		"a wrong date":        {`{"items":[` + item + `,{"id":2,"title":"two","published":{"at":1}},{"id":"3","title":"three","published":true}]}`, "one,two,three"},
		"a wrong id":          {`{"items":[` + item + `,{"id":[2],"title":"two"},{"id":3,"title":"three"}]}`, "one,three"},
		"wrong lists":         {`{"items":[{"id":2,"title":"two","categories":{"0":"a"},"enclosure":{"0":{}},"summary":"text"},` + item + `]}`, "two,one"},
		"no items":            {`{"items":[7,` + item + `,null,"x"]}`, "one"},
		"cut off":             {`{"items":[` + item + `,{"id":2`, "-"},
		"no list":             {`{"items":{}}`, "-"},
		"a list of IDs of it": {`{"itemRefs":[{"id":{}}]}`, "-"},
	} {
		t.Run(name, func(t *testing.T) {
			fake, _, _ := start(t, greadertest.FreshRSS, 1)
			s := between(t, fake, func(path string) (int, string) {
				if strings.HasSuffix(path, "/stream/items/contents") || strings.HasSuffix(path, "/stream/items/ids") {
					return 200, c.items
				}
				return 0, ""
			})
			var got []string
			err := s.Entries(t.Context(), []string{"1", "2", "3"}, func(part []account.Entry) error {
				for _, e := range part {
					got = append(got, e.Article.Title)
				}
				return nil
			})
			if strings.Contains(c.items, "itemRefs") {
				_, err = s.Unread(t.Context())
			}
			if err != nil {
				got = []string{"-"}
			}
			if list := strings.Join(got, ","); list != c.want {
				t.Errorf("%q, want %q: %v", list, c.want, err)
			}
		})
	}
}
