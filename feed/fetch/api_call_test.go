package fetch

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

const callSecret = "secret-of-the-call"

// newCall returns a call with a secret in each place that can have one.
func newCall(method, address string) Call {
	return Call{Method: method, URL: address, Headers: map[string]string{"X-Auth-Token": callSecret},
		Access: feed.Access{User: "ann", Password: callSecret, Cookies: "gate=" + callSecret}}
}

// A redirect must not carry the secrets to another server, and what is shown of it must not
// repeat them. Another port is another server: somebody else's, on a shared computer.
func TestCallRedirects(t *testing.T) {
	foreign := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another server was asked: %v %v", r.URL, r.Header)
	}))
	defer foreign.Close()
	var target string
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			_, _ = w.Write([]byte(`{}`))
			return
		}
		http.Redirect(w, r, target, http.StatusFound)
	}))
	defer own.Close()
	u, err := url.Parse(foreign.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, to string
		kind       Kind
	}{
		"own path":          {"GET", "/end", ""},
		"own path, POST":    {"POST", "/end", KindRedirects},
		"another port":      {"GET", foreign.URL + "/" + callSecret + "?token=" + callSecret, KindRedirects},
		"another name":      {"GET", "http://localhost:" + u.Port() + "/?token=" + callSecret, KindRedirects},
		"with a login":      {"GET", "http://ann:" + callSecret + "@localhost:" + u.Port() + "/", KindRedirects},
		"no web address":    {"GET", "file:///etc/passwd", KindRedirects},
		"back to the start": {"GET", "/start", KindRedirects},
	} {
		t.Run(name, func(t *testing.T) {
			target = c.to
			reply, err := New(Options{}).Do(context.Background(), newCall(c.method, own.URL+"/start"))
			var failed *Error
			switch {
			case c.kind == "" && (err != nil || reply.Status != 200):
				t.Fatalf("the call ended with %+v, %v", reply, err)
			case c.kind == "":
				return
			case !errors.As(err, &failed) || failed.Kind != c.kind:
				t.Fatalf("the error is %v, want %s", err, c.kind)
			}
			if all := failed.Error() + failed.UserMessage(); strings.Contains(all, callSecret) {
				t.Errorf("the secret is in %q", all)
			}
		})
	}
}

// What is short as text must not become large in memory: an element of an array takes as
// much as its fields, and its text can be two characters.
func TestReplyJSON(t *testing.T) {
	type wide struct{ A, B, C, D string }
	for name, c := range map[string]struct {
		body string
		kind Kind
	}{
		"few":                   {`[{"A":"x"},{"B":"[,,,,,,,,\"[,,,,"}]`, ""},
		"fields are no values":  {`[{"A":"","B":"","C":"","D":""}]`, ""},
		"many objects":          {`[` + strings.Repeat(`{},`, 100) + `{}]`, KindTooLarge},
		"many of another type":  {`[` + strings.Repeat(`0,`, 100) + `0]`, KindTooLarge},
		"many below":            {`[{"X":[` + strings.Repeat(`{},`, 100) + `{}]}]`, KindTooLarge},
		"many in a nested list": {`[` + strings.Repeat(`[0],`, 100) + `[0]]`, KindTooLarge},
		"endless depth":         {strings.Repeat(`[`, 1_000_000), KindTooLarge},
		"endless objects":       {strings.Repeat(`{"A":`, 1_000_000), KindOther},
		"cut off":               {`[{"A":"x`, KindOther},
		"ends too often":        {`]]]]}}}}[`, KindOther},
		"a text ends in \\":     {`["\`, KindOther},
		"no JSON":               {`<html>`, KindOther},
	} {
		t.Run(name, func(t *testing.T) {
			var list []wide
			err := Reply{URL: "https://flux.example/v1", Body: []byte(c.body)}.JSON(&list, 50)
			var failed *Error
			if errors.As(err, &failed) != (c.kind != "") || failed != nil && failed.Kind != c.kind {
				t.Fatalf("the error is %v, want %q", err, c.kind)
			}
			if len(list) > 50 {
				t.Errorf("%d values were decoded", len(list))
			}
		})
	}
}

// The ways out of a call are those of an account: nobody can subscribe to another feed.
func TestCallMessages(t *testing.T) {
	kinds := []Kind{KindUnset, KindProgram, KindRefused, KindUnreachable, KindProxy, KindReset, KindTimeout, KindTLS, KindTooLarge,
		KindRedirects, KindLoop, KindDowngrade, KindEncoding, KindCanceled, KindOther, KindDNS}
	var all []Error
	for _, kind := range kinds {
		all = append(all, Error{Kind: kind, Err: errors.New("why")})
	}
	for _, status := range []int{400, 401, 403, 404, 407, 410, 429, 500, 503, 511} {
		all = append(all, Error{Kind: KindStatus, Status: status})
	}
	pause := Error{Kind: KindStatus, Status: 503, RetryAfter: time.Hour}
	if message := pause.callStatusMessage("flux.example"); strings.Contains(message, "next refresh") {
		t.Errorf("while the pause holds: %q", message)
	}
	all = append(all, pause)
	for _, e := range all {
		e.URL, e.OfCall = "https://flux.example/v1/feeds", true
		message := e.UserMessage()
		if strings.Contains(message, "feed") || len(message) > 280 || !strings.HasSuffix(message, ".") || !strings.Contains(message, ": ") {
			t.Errorf("%s %d: %q", e.Kind, e.Status, message)
		}
	}
}

// TestHide checks that a secret is hidden however a server repeats it: whole, in parts, as in
// an address, and as basic authentication sends it.
func TestHide(t *testing.T) {
	form := url.Values{"Email": {"ann"}, "Passwd": {"form s3cret&more"}}
	c := Call{
		Access:  feed.Access{User: "ann", Password: "p@ss w/ord", Cookies: "a=first77; b=second77"},
		Headers: map[string]string{"X-Auth-Token": "tok-1234567", "Authorization": "GoogleLogin auth=ann/abcdef123"},
		Body:    []byte(form.Encode()), Type: "application/x-www-form-urlencoded",
	}
	for _, secret := range []string{"p@ss w/ord", "p%40ss+w%2Ford", "p@ss%20w%2Ford", "first77", "second77", "tok-1234567", "ann/abcdef123", "abcdef123",
		"form s3cret&more", "form+s3cret%26more", base64.StdEncoding.EncodeToString([]byte("ann:p@ss w/ord"))} {
		if got := c.Hide("it was /got/" + secret + "!"); strings.Contains(got, secret) || !strings.HasPrefix(got, "it was /got/") || !strings.HasSuffix(got, "!") {
			t.Errorf("%s: %s", secret, got)
		}
	}
	if got := c.Hide("nothing of it, ann"); got != "nothing of it, ann" {
		t.Errorf("got %q", got)
	}
}
