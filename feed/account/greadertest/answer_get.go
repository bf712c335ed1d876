package greadertest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The streams of states.
const (
	readStream    = "user/-/state/com.google/read"
	starredStream = "user/-/state/com.google/starred"
	allStream     = "user/-/state/com.google/reading-list"
	longPrefix    = "tag:google.com,2005:reader/item/"
)

func (s *Server) answerGet(path string, query url.Values) reply {
	isJSON := query.Get("output") == "json"
	switch {
	case path == "token":
		return reply{status: 200, kind: kindPHP, body: s.token() + "\n"}
	case path == "stream/items/ids" && !isJSON && s.dialect == Miniflux:
		return jsonReply(400, map[string]string{"error_message": "googlereader: only json output is supported"})
	case path == "stream/items/ids":
		return s.idPage(query)
	case path == "subscription/list" && !isJSON:
		return textReply(501, "Not Implemented!")
	case path == "subscription/list":
		return s.subscriptionList()
	case s.dialect == Miniflux:
		return jsonReply(200, []string{})
	}
	return textReply(400, "Bad Request!")
}

func (s *Server) subscriptionList() reply {
	list := []map[string]any{}
	for _, f := range s.feeds {
		label := map[string]string{"id": s.user() + "/label/" + f.folder, "label": f.folder}
		title := f.title
		if s.dialect == FreshRSS {
			title = strings.NewReplacer("?", "？", `\`, "＼", "/", "／", ",", "，", ";", "；").Replace(widen(title))
		} else {
			label["type"] = "folder"
		}
		list = append(list, map[string]any{"id": f.stream(), "title": title, "url": f.url, "htmlUrl": f.site, "iconUrl": "",
			"categories": []map[string]string{label}})
	}
	return jsonReply(200, map[string]any{"subscriptions": list})
}

// user is how the answers call the user.
func (s *Server) user() string {
	if s.dialect == FreshRSS {
		return "user/-"
	}
	return "user/1"
}

func widen(s string) string {
	return strings.NewReplacer("&", "＆", "<", "＜", ">", "＞").Replace(s)
}

// idPage answers with IDs: a page by number and offset (Miniflux), or one that begins with
// the entry before it, whose ID the continuation is (FreshRSS).
func (s *Server) idPage(query url.Values) reply {
	all, ok := s.stream(query.Get("s"), query.Get("xt"))
	if !ok {
		return s.failure("googlereader: unknown stream type")
	}
	n, _ := strconv.Atoi(query.Get("n"))
	if n <= 0 {
		n = 20
	}
	if s.dialect == Miniflux {
		n = min(n, 10_000)
	}
	n = min(n, cmp.Or(s.quirks.MaxPage, n))
	from, _ := strconv.ParseInt(strings.TrimPrefix(query.Get("c"), "opaque-"), 10, 64)
	out := map[string]any{}
	var shown []*entry
	if s.dialect == Miniflux {
		from = min(max(from, 0), int64(len(all)))
		shown = all[from:min(from+int64(n), int64(len(all)))]
		if end := int(from) + len(shown); end < len(all) {
			out["continuation"] = strconv.Itoa(end)
		}
	} else {
		if from > 0 {
			all = slices.DeleteFunc(all, func(e *entry) bool { return e.id > from })
			all = all[min(1, len(all)):]
		}
		shown = all[:min(n, len(all))]
		if len(shown) >= n {
			out["continuation"] = strconv.FormatInt(shown[len(shown)-1].id, 10)
		}
	}
	if c, more := out["continuation"]; more && s.quirks.OpaquePages {
		out["continuation"] = fmt.Sprint("opaque-", c)
	}
	refs := []map[string]string{}
	for _, e := range shown {
		refs = append(refs, map[string]string{"id": s.shortID(e)})
	}
	out["itemRefs"] = refs
	if s.quirks.ShiftLists > 0 && len(shown) > 0 {
		s.quirks.ShiftLists--
		last := shown[len(shown)-1]
		last.read, last.starred = !last.read, !last.starred
	}
	return jsonReply(200, out)
}

// stream returns the entries of a stream without those of another one. FreshRSS answers
// with everything to streams that it does not know.
func (s *Server) stream(of, without string) ([]*entry, bool) {
	if s.dialect == Miniflux && !slices.Contains([]string{readStream, starredStream, allStream}, of) {
		return nil, false
	}
	list := slices.DeleteFunc(slices.Clone(s.entries), func(e *entry) bool {
		return of == starredStream && !e.starred || of == readStream && s.dialect == Miniflux && !e.read || without == readStream && e.read
	})
	slices.SortStableFunc(list, func(a, b *entry) int {
		if s.dialect == Miniflux {
			return cmp.Or(b.published.Compare(a.published), cmp.Compare(b.id, a.id))
		}
		return cmp.Compare(b.id, a.id)
	})
	return list, true
}

// shortID returns an ID as lists have it, and longID as entries have it.
func (s *Server) shortID(e *entry) string {
	if s.quirks.TextIDs {
		return fmt.Sprintf("51d49b79%016x", e.id)
	}
	return strconv.FormatInt(e.id, 10)
}

func (s *Server) longID(e *entry) string {
	if s.quirks.TextIDs {
		return longPrefix + s.shortID(e)
	}
	return fmt.Sprintf("%s%016x", longPrefix, e.id)
}

// parseID reads an ID as the dialects do: without the prefix, 16 digits are hexadecimal
// for Miniflux and decimal for FreshRSS. It returns 0 for none.
func (s *Server) parseID(id string) int64 {
	digits, long := strings.CutPrefix(id, longPrefix)
	if s.quirks.TextIDs {
		digits = strings.TrimPrefix(digits, "51d49b79")
		long = true
	}
	base := 10
	if raw, err := hex.DecodeString(digits); long || s.dialect == Miniflux && err == nil && len(raw) == 8 {
		base = 16
	}
	n, err := strconv.ParseInt(digits, base, 64)
	if err != nil {
		return 0
	}
	return n
}
