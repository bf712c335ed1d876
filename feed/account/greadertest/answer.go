package greadertest

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reply is a response that is being made.
type reply struct {
	status int
	kind   string
	body   string
	header map[string]string
}

// The kinds of bodies. PHP calls a text HTML if nobody says otherwise.
const (
	kindText = "text/plain; charset=UTF-8"
	kindPHP  = "text/html; charset=UTF-8"
	kindJSON = "application/json; charset=UTF-8"
	page     = "<!DOCTYPE html><html><head><title>A page</title></head><body>Hello</body></html>"
)

func textReply(status int, body string) reply {
	return reply{status: status, kind: kindText, body: body}
}

func pageReply(status int) reply { return reply{status: status, kind: kindPHP, body: page} }

func jsonReply(status int, value any) reply {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return reply{status: status, kind: kindJSON, body: string(body)}
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		form = url.Values{}
	}
	s.mu.Lock()
	delay := s.quirks.Delay
	path, isAPI := s.apiPath(r.URL.Path)
	isChange := isAPI && r.Method == "POST" && path != "accounts/ClientLogin" && path != "reader/api/0/stream/items/contents"
	s.count(r, form, isChange)
	lost := false
	var out reply
	switch {
	case isChange && s.quirks.LoseRequests > 0:
		s.quirks.LoseRequests--
		lost = true
	default:
		out = s.answer(r, path, isAPI, form)
		if isChange && s.quirks.LoseAnswers > 0 {
			s.quirks.LoseAnswers--
			lost = true
		}
	}
	length := len(out.body)
	if s.quirks.Truncate > 0 && !lost && strings.HasPrefix(out.body, "{") {
		s.quirks.Truncate--
		length /= 2
	}
	s.counts.Bytes += int64(length)
	date := s.clock().Format(http.TimeFormat)
	s.mu.Unlock()

	time.Sleep(delay)
	if lost {
		panic(http.ErrAbortHandler)
	}
	for name, value := range out.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Date", date)
	w.Header().Set("Content-Type", out.kind)
	w.WriteHeader(out.status)
	_, _ = io.WriteString(w, out.body[:length])
}

// apiPath returns the path below the API.
func (s *Server) apiPath(path string) (string, bool) {
	if s.dialect == FreshRSS {
		return strings.CutPrefix(path, "/api/greader.php/")
	}
	return strings.CutPrefix(path, "/")
}

func (s *Server) count(r *http.Request, form url.Values, isChange bool) {
	s.counts.Paths = append(s.counts.Paths, r.Method+" "+r.URL.RequestURI())
	s.counts.MostIDs = max(s.counts.MostIDs, len(form["i"]))
	if isChange {
		shown := url.Values{}
		for name, values := range form {
			if name != "T" {
				shown[name] = values
			}
		}
		s.counts.Forms = append(s.counts.Forms, shown.Encode())
	}
}

// answer makes the response to a request.
func (s *Server) answer(r *http.Request, path string, isAPI bool, form url.Values) reply {
	q := &s.quirks
	if q.FailAfter > 0 {
		q.FailAfter--
		if q.FailAfter == 0 {
			q.FailAfter = 1
			return textReply(500, "Internal Server Error!")
		}
	}
	switch {
	case q.Status != 0:
		return reply{status: q.Status, kind: kindText, body: "Not now", header: map[string]string{"Retry-After": q.RetryAfter}}
	case q.NoAPI:
		return pageReply(404)
	case q.Pages:
		return pageReply(200)
	case !isAPI:
		return reply{status: 302, kind: kindPHP, header: map[string]string{"Location": "/i/?rid=1"}}
	case q.Off:
		return textReply(503, "Service Unavailable!")
	case path == "accounts/ClientLogin" && r.Method == "POST":
		return s.logIn(form)
	}
	path, isReader := strings.CutPrefix(path, "reader/api/0/")
	if !isReader {
		return pageReply(404)
	}
	if !s.isAllowed(r, path, form) {
		return reply{status: 401, kind: kindText, body: "Unauthorized", header: map[string]string{"X-Reader-Google-Bad-Token": "true"}}
	}
	if slices.Contains(q.Unknown, path) {
		return jsonReply(200, []string{})
	}
	if r.Method == "POST" {
		return s.answerPost(path, form)
	}
	return s.answerGet(path, r.URL.Query())
}

// auth is what the login answers, token that of POSTs.
func (s *Server) auth() string { return User + "/" + digest("auth", s.logins) }

func (s *Server) token() string {
	if s.dialect == Miniflux {
		return s.auth()
	}
	return digest("token", s.tokens) + strings.Repeat("Z", 17)
}

func digest(of string, n int) string {
	sum := sha1.Sum([]byte(of + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:])
}

func (s *Server) logIn(form url.Values) reply {
	passwords := s.quirks.Passwords
	if passwords == nil {
		passwords = []string{Password}
	}
	switch {
	case form.Get("Email") == User && slices.Contains(passwords, form.Get("Passwd")):
	case s.dialect == Miniflux:
		return jsonReply(401, map[string]string{"error_message": "access unauthorized"})
	default:
		return textReply(401, "Unauthorized!")
	}
	second := "null"
	if s.dialect == Miniflux {
		second = s.auth()
	}
	return textReply(200, fmt.Sprintf("SID=%s\nLSID=%s\nAuth=%s\n", s.auth(), second, s.auth()))
}

// isAllowed reports whether a request has what its dialect wants: Miniflux the token in
// every POST, FreshRSS only with tags, and there an empty one will do.
func (s *Server) isAllowed(r *http.Request, path string, form url.Values) bool {
	if s.dialect == Miniflux && r.Method == "POST" {
		return form.Get("T") == s.token()
	}
	if r.Header.Get("Authorization") != "GoogleLogin auth="+s.auth() {
		return false
	}
	return path != "edit-tag" || form.Get("T") == "" || form.Get("T") == s.token()
}

// failure is an error of the server. FreshRSS says nothing about it.
func (s *Server) failure(words string) reply {
	if s.dialect == FreshRSS {
		return textReply(400, "Bad Request!")
	}
	return jsonReply(500, map[string]string{"error_message": words})
}
