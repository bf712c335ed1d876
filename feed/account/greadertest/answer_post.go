package greadertest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) answerPost(path string, form url.Values) reply {
	switch path {
	case "stream/items/contents":
		if s.dialect == Miniflux && form.Get("output") != "json" {
			return jsonReply(400, map[string]string{"error_message": "googlereader: only json output is supported"})
		}
		return s.contents(form["i"])
	case "edit-tag":
		return s.editTag(form)
	case "subscription/edit":
		return s.editSubscription(form)
	case "subscription/quickadd":
		return s.quickAdd(form.Get("quickadd"))
	}
	if s.dialect == Miniflux {
		return jsonReply(200, []string{})
	}
	return textReply(400, "Bad Request!")
}

// contents answers with entries, each once.
func (s *Server) contents(ids []string) reply {
	items := []map[string]any{}
	given := map[*entry]bool{}
	s.each(ids, func(e *entry) {
		if !given[e] {
			given[e] = true
			items = append(items, s.item(e))
		}
	})
	return jsonReply(200, map[string]any{"id": allStream, "updated": s.clock().Unix(), "items": items})
}

// item returns an entry as the dialect writes it.
func (s *Server) item(e *entry) map[string]any {
	state := s.user() + "/state/com.google/"
	categories := []string{state + "reading-list", s.user() + "/label/" + e.feed.folder}
	if e.read {
		categories = append(categories, state+"read")
	}
	if e.starred {
		categories = append(categories, state+"starred")
	}
	text := map[string]string{"content": e.from.Content}
	out := map[string]any{
		"id": s.longID(e), "title": e.from.Title, "author": e.from.Author, "published": e.published.Unix(),
		"crawlTimeMsec": strconv.FormatInt(e.arrived.UnixMilli(), 10), "timestampUsec": strconv.FormatInt(e.id, 10),
		"canonical": []map[string]string{{"href": e.from.URL}}, "alternate": []map[string]string{{"href": e.from.URL}},
		"origin":  map[string]string{"streamId": e.feed.stream(), "title": e.feed.title, "htmlUrl": e.feed.site},
		"summary": text,
	}
	address := "href"
	if s.dialect == FreshRSS {
		out["title"], out["author"] = widen(e.from.Title), widen(e.from.Author)
		for _, label := range e.from.Labels {
			categories = append(categories, s.user()+"/label/"+label)
		}
		categories = append(categories, e.from.Tags...)
	} else {
		out["content"], address = text, "url"
	}
	if e.from.Enclosure != "" {
		out["enclosure"] = []map[string]any{{address: e.from.Enclosure, "type": "audio/mpeg", "length": 1000}}
	}
	out["categories"] = categories
	return out
}

// editTag sets flags. FreshRSS obeys only the last tag of several. Entries that are gone
// are no error.
func (s *Server) editTag(form url.Values) reply {
	set := func(tags []string, on bool) {
		if s.dialect == FreshRSS && len(tags) > 1 {
			tags = tags[len(tags)-1:]
		}
		for _, tag := range tags {
			s.each(form["i"], func(e *entry) {
				switch tag {
				case readStream:
					e.read = on && !(s.quirks.Toggles && e.read)
				case starredStream:
					e.starred = on && !(s.quirks.Toggles && e.starred)
				}
			})
		}
	}
	for _, tag := range slices.Concat(form["a"], form["r"]) {
		if s.dialect == Miniflux && tag != readStream && tag != starredStream {
			return s.failure("googlereader: unsupported tag type")
		}
	}
	set(form["a"], true)
	set(form["r"], false)
	return reply{status: 200, kind: kindPHP, body: "OK"}
}

// label returns the folder of a stream.
func label(stream string) (string, bool) { return strings.CutPrefix(stream, "user/-/label/") }

func (s *Server) editSubscription(form url.Values) reply {
	stream := form.Get("s")
	known := s.feed(stream)
	folder, isLabel := label(form.Get("a"))
	switch form.Get("ac") {
	case "subscribe":
		if words := s.subscribe(strings.TrimPrefix(stream, "feed/"), form.Get("t"), folder); words != "" {
			return s.failure(words)
		}
	case "unsubscribe":
		// Miniflux says nothing of a feed that it does not have.
		if known == nil && s.dialect == FreshRSS {
			return s.failure("")
		}
		s.removeFeed(known)
	case "edit":
		if known == nil {
			return s.failure("googlereader: feed not found")
		}
		if title := form.Get("t"); title != "" {
			known.title = title
		}
		_, removes := label(form.Get("r"))
		switch {
		case isLabel && (folder != "" || s.dialect == Miniflux):
			known.folder = s.folder(folder)
		case removes && form.Get("a") == "" && s.dialect == FreshRSS:
			known.folder = s.folders[0]
		}
	default:
		return s.failure("googlereader: unrecognized action")
	}
	return reply{status: 200, kind: kindPHP, body: "OK"}
}

// subscribe adds a feed, or returns why not. An address with "bad" in it is no feed.
func (s *Server) subscribe(address, title, folder string) string {
	switch {
	case slices.ContainsFunc(s.feeds, func(f *feed) bool { return f.url == address }):
		if s.dialect == FreshRSS {
			return "Already subscribed! " + address
		}
		return "This feed already exists."
	case strings.Contains(address, "bad"):
		if s.dialect == FreshRSS {
			return "Feed <em>not</em> added! " + address
		}
		return "fetcher: resource not found (404 status code)"
	}
	s.addFeed(address, title, folder)
	return ""
}

func (s *Server) quickAdd(address string) reply {
	words := s.subscribe(address, "", "")
	switch {
	case words == "":
		f := s.feeds[len(s.feeds)-1]
		return jsonReply(200, map[string]any{"numResults": 1, "query": f.url, "streamId": f.stream(), "streamName": f.title})
	case s.dialect == FreshRSS:
		return jsonReply(200, map[string]any{"numResults": 0, "error": words})
	}
	return s.failure(words)
}
