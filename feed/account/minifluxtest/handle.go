package minifluxtest

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer is the response to a request.
type answer struct {
	status int
	// body is sent as JSON. If nil, nothing is sent.
	body any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

func done() answer { return answer{status: http.StatusNoContent} }

// refuse is how Miniflux reports an error.
func refuse(status int, message string) answer {
	return answer{status, map[string]string{"error_message": message}}
}

func badRequest(message string) answer { return refuse(http.StatusBadRequest, message) }

func notFound() answer { return refuse(http.StatusNotFound, "resource not found") }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.quirks
	if q.Delay > 0 {
		s.mu.Unlock()
		time.Sleep(q.Delay)
		s.mu.Lock()
	}
	s.counts.Paths = append(s.counts.Paths, r.Method+" "+r.URL.RequestURI())
	w.Header().Set("Date", s.clock().Format(http.TimeFormat))
	isChange := r.Method != http.MethodGet
	if isChange && hit(&q.LoseRequests) {
		panic(http.ErrAbortHandler)
	}
	page, status := "<!doctype html><title>Nothing here</title>", http.StatusOK
	switch {
	case q.NotFound:
		status = http.StatusNotFound
		fallthrough
	case q.NoMiniflux:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(page))
		return
	}
	a := s.route(r)
	if isChange && hit(&q.LoseAnswers) {
		panic(http.ErrAbortHandler)
	}
	s.write(w, r, a)
}

// hit reports whether a quirk that counts down hits this request.
func hit(n *int) bool {
	if *n <= 0 {
		return false
	}
	*n--
	return true
}

// write sends a response, compressed as Miniflux does it.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer) {
	if s.quirks.RetryAfter != "" {
		w.Header().Set("Retry-After", s.quirks.RetryAfter)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	if hit(&s.quirks.Truncate) {
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	out := &countingWriter{w: w, n: &s.counts.Bytes}
	if s.quirks.NoGzip || len(body) < 1024 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(a.status)
		_, _ = out.Write(body)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(a.status)
	z := gzip.NewWriter(out)
	_, _ = z.Write(body)
	_ = z.Close()
}

// countingWriter counts what is written.
type countingWriter struct {
	w http.ResponseWriter
	n *int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return c.w.Write(p)
}

// route answers a request.
func (s *Server) route(r *http.Request) answer {
	q := &s.quirks
	if q.FailAfter == 1 {
		return refuse(http.StatusInternalServerError, "store: unable to do anything")
	}
	q.FailAfter = max(q.FailAfter-1, 0)
	if q.Status != 0 {
		return refuse(q.Status, "try again later")
	}
	if q.Refuse || !s.knows(r) {
		return refuse(http.StatusUnauthorized, "access unauthorized")
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	if !strings.HasPrefix(r.URL.Path, "/v1/") || len(parts) > 3 {
		return notFound()
	}
	var id int64
	if len(parts) > 1 {
		id, _ = strconv.ParseInt(parts[1], 10, 64)
	}
	switch name := r.Method + " " + parts[0]; {
	case name == "GET entries" && len(parts) == 2 && parts[1] == "ids" && !q.Old:
		return s.idList(r.URL.Query())
	case name == "GET entries" && len(parts) == 2:
		return s.oneEntry(id)
	case name == "GET entries":
		return s.entryList(r.URL.Query())
	case name == "PUT entries" && len(parts) == 1:
		return s.changeEntries(r)
	case name == "GET feeds" && len(parts) == 1:
		return ok(append([]*feed{}, s.feeds...))
	case name == "POST feeds" && len(parts) == 1:
		return s.createFeed(r)
	case name == "GET categories":
		return ok(s.categories)
	case name == "POST categories":
		return s.createCategory(r)
	case parts[0] == "feeds" && len(parts) > 1:
		return s.changeFeed(r, id, len(parts) == 3 && parts[2] == "refresh")
	}
	return notFound()
}

// knows reports whether a request has a login that counts. A token comes first.
func (s *Server) knows(r *http.Request) bool {
	tokens := s.quirks.Tokens
	if tokens == nil {
		tokens = []string{Token}
	}
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		return slices.Contains(tokens, token)
	}
	user, password, _ := r.BasicAuth()
	return user == User && password == Password
}

// filtered returns the entries that the query selects, by ID.
func (s *Server) filtered(q url.Values) []*entry {
	number := func(name string) int64 { n, _ := strconv.ParseInt(q.Get(name), 10, 64); return n }
	after, before, changedAfter := number("after_entry_id"), number("before_entry_id"), number("changed_after")
	var out []*entry
	for _, e := range s.entries {
		switch {
		case q.Has("status") && e.Status != q.Get("status"),
			q.Has("starred") && strconv.FormatBool(e.Starred) != q.Get("starred"),
			after > 0 && e.ID <= after, before > 0 && e.ID >= before,
			changedAfter > 0 && !e.ChangedAt.After(time.Unix(changedAfter, 0)):
		default:
			out = append(out, e)
		}
	}
	return out
}

// cut returns the part of a list that limit and offset select.
func cut[E any](list []E, limit, offset int) []E {
	offset = min(max(offset, 0), len(list))
	return append([]E{}, list[offset:min(offset+limit, len(list))]...)
}

// window returns limit and offset of a query.
func window(q url.Values, standard int) (limit, offset int, valid bool) {
	limit, errLimit := strconv.Atoi(cmp.Or(q.Get("limit"), strconv.Itoa(standard)))
	offset, errOffset := strconv.Atoi(cmp.Or(q.Get("offset"), "0"))
	return limit, offset, errLimit == nil && errOffset == nil && limit >= 0 && offset >= 0
}

func (s *Server) idList(q url.Values) answer {
	limit, offset, valid := window(q, 10000)
	if !valid || limit == 0 || limit > 10000 {
		limit = 10000
	}
	ids := []int64{}
	for _, e := range s.filtered(q) {
		ids = append(ids, e.ID)
	}
	slices.Reverse(ids)
	a := ok(map[string]any{"total": len(ids), "entry_ids": cut(ids, limit, offset)})
	swap := hit(&s.quirks.SwapLists)
	if swap {
		s.entries = s.entries[min(1, len(s.entries)):]
	}
	if (swap || hit(&s.quirks.ChangeLists)) && len(s.feeds) > 0 {
		s.addEntry(s.feeds[0].ID, Entry{GUID: "between two pages " + strconv.FormatInt(s.lastID, 10)})
	}
	return a
}

func (s *Server) entryList(q url.Values) answer {
	limit, offset, valid := window(q, 100)
	if !valid || limit == 0 || limit > 1000 {
		return badRequest("limit must be between 1 and 1000")
	}
	list := s.filtered(q)
	if q.Get("order") == "changed_at" {
		slices.SortStableFunc(list, func(a, b *entry) int { return a.ChangedAt.Compare(b.ChangedAt) })
	}
	if q.Get("direction") == "desc" {
		slices.Reverse(list)
	}
	page := cut(list, limit, offset)
	s.counts.Entries += len(page)
	return ok(map[string]any{"total": len(list), "entries": page})
}

func (s *Server) oneEntry(id int64) answer {
	if id == 0 {
		return badRequest("invalid entry ID")
	}
	e := s.entry(id)
	if e == nil {
		return notFound()
	}
	s.counts.Entries++
	return ok(e)
}

func (s *Server) changeEntries(r *http.Request) answer {
	var change struct {
		IDs     []int64 `json:"entry_ids"`
		Status  string  `json:"status"`
		Starred *bool   `json:"starred"`
	}
	if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
		return badRequest(err.Error())
	}
	s.counts.MostIDs = max(s.counts.MostIDs, len(change.IDs))
	switch {
	case len(change.IDs) == 0:
		return badRequest("the list of entries cannot be empty")
	case change.Status == "" && (change.Starred == nil && !s.quirks.Old):
		return badRequest("either the status or the starred field must be specified")
	}
	if change.Status != "" {
		s.mark(change.IDs, func(e *entry) { e.Status = change.Status })
	}
	if change.Starred != nil && !s.quirks.Old {
		s.mark(change.IDs, func(e *entry) { e.Starred = *change.Starred })
	}
	return done()
}
