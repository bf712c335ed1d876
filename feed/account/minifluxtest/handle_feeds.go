package minifluxtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) hasAddress(url string, other int64) bool {
	return slices.ContainsFunc(s.feeds, func(f *feed) bool { return f.FeedURL == url && f.ID != other })
}

func (s *Server) categoryByID(id int64) (category, bool) {
	at := slices.IndexFunc(s.categories, func(c category) bool { return c.ID == id })
	if at < 0 {
		return category{}, false
	}
	return s.categories[at], true
}

func (s *Server) createCategory(r *http.Request) answer {
	var made category
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || made.Title == "" {
		return badRequest("The title is mandatory.")
	}
	if slices.ContainsFunc(s.categories, func(c category) bool { return strings.EqualFold(c.Title, made.Title) }) {
		return badRequest("This category already exists.")
	}
	return answer{http.StatusCreated, s.category(made.Title)}
}

func (s *Server) createFeed(r *http.Request) answer {
	var made struct {
		URL      string `json:"feed_url"`
		Category int64  `json:"category_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil {
		return badRequest(err.Error())
	}
	c, has := s.category(""), true
	if made.Category != 0 {
		c, has = s.categoryByID(made.Category)
	}
	switch {
	case !strings.HasPrefix(made.URL, "http"):
		return badRequest("Invalid feed URL.")
	case s.hasAddress(made.URL, 0):
		return badRequest("This feed already exists.")
	case !has:
		return badRequest("This category does not exist or does not belong to this user.")
	}
	return answer{http.StatusCreated, map[string]int64{"feed_id": s.addFeed(made.URL, c).ID}}
}

// changeFeed answers requests about one feed.
func (s *Server) changeFeed(r *http.Request, id int64, refresh bool) answer {
	f := s.feed(id)
	switch {
	case f == nil:
		return notFound()
	case r.Method == http.MethodDelete:
		s.removeFeed(id)
		return done()
	case r.Method != http.MethodPut:
		return ok(f)
	case refresh && f.Errors > 0:
		return refuse(http.StatusInternalServerError, f.Error)
	case refresh:
		f.CheckedAt = s.clock()
		return done()
	}
	var change struct {
		URL      *string `json:"feed_url"`
		Title    *string `json:"title"`
		Category *int64  `json:"category_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
		return badRequest(err.Error())
	}
	c, has := f.Category, true
	if change.Category != nil {
		c, has = s.categoryByID(*change.Category)
	}
	switch {
	case change.URL != nil && s.hasAddress(*change.URL, id):
		return badRequest("This feed already exists.")
	case change.Title != nil && *change.Title == "":
		return badRequest("The feed title cannot be empty.")
	case !has:
		return badRequest("This category does not exist or does not belong to this user.")
	}
	f.Category, f.Errors, f.Error = c, 0, ""
	if change.URL != nil {
		f.FeedURL = *change.URL
	}
	if change.Title != nil {
		f.Title = *change.Title
	}
	return answer{http.StatusCreated, f}
}
