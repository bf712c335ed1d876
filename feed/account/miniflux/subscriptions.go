package miniflux

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// The limits of what is kept of a subscription, in bytes.
const (
	maxTitle  = 4096
	maxFolder = 256
)

// subscription is a feed as Miniflux sends it. Its login and its cookies are not read.
type subscription struct {
	ID          int64     `json:"id"`
	FeedURL     string    `json:"feed_url"`
	SiteURL     string    `json:"site_url"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	CheckedAt   date      `json:"checked_at"`
	Error       string    `json:"parsing_error_message"`
	Errors      int       `json:"parsing_error_count"`
	Category    *category `json:"category"`
}

// category is what Miniflux calls a folder. Each feed has exactly one.
type category struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
}

// Feeds implements [account.Server].
func (s *Server) Feeds(ctx context.Context) ([]account.Feed, error) {
	const what = "read the subscriptions"
	var list []subscription
	err := s.call(ctx, request{what: what, method: "GET", path: "/v1/feeds"}, &list)
	switch {
	case errors.Is(err, errNotFound):
		return nil, fmt.Errorf("%s: %w", what, errNoMiniflux())
	case err != nil:
		return nil, err
	case list == nil:
		return nil, fmt.Errorf("%s: %w", what, errNoMiniflux())
	}
	feeds := make([]account.Feed, 0, len(list))
	for _, f := range list {
		if address := f.address(); address != "" {
			feeds = append(feeds, f.account(address))
		}
	}
	return feeds, nil
}

// address returns the address of a feed without user and password, "" if it has none.
func (f subscription) address() string {
	address, _, _ := text.SplitLogin(f.FeedURL)
	return text.WebURL("", address)
}

// account returns the feed as the engine has it.
func (f subscription) account(address string) account.Feed {
	out := account.Feed{
		ID: entryID(f.ID), URL: address, Site: text.WebURL("", f.SiteURL),
		Title: text.Truncate(text.Clean(f.Title), maxTitle), Description: text.Truncate(text.Clean(f.Description), maxTitle),
	}
	if f.CheckedAt.Year() > 1 {
		out.Checked = f.CheckedAt.UTC()
	}
	if f.Errors > 0 {
		out.Error = text.Truncate(text.Clean(f.Error), maxServerWords)
	}
	if f.Category != nil {
		if name := text.Truncate(text.Clean(f.Category.Title), maxFolder); name != "" {
			out.Folders = []string{name}
		}
	}
	return out
}

// Subscribe implements [account.Server].
func (s *Server) Subscribe(ctx context.Context, address, title, folder string) error {
	const what = "subscribe"
	change := map[string]any{"feed_url": address}
	if folder != "" {
		id, err := s.categoryID(ctx, folder)
		if err != nil {
			return err
		}
		change["category_id"] = id
	}
	var made struct {
		ID int64 `json:"feed_id"`
	}
	err := s.call(ctx, request{what: what, method: "POST", path: "/v1/feeds", body: change}, &made)
	switch {
	case isDuplicate(err):
		return fmt.Errorf("%s: %w", what, account.ErrSubscribed)
	case err != nil:
		return err
	case made.ID <= 0:
		return fmt.Errorf("%s: %w", what, errNoMiniflux())
	case title == "":
		return nil
	}
	return s.update(ctx, "name the feed", account.Feed{ID: entryID(made.ID)}, map[string]any{"title": title})
}

// isDuplicate reports whether Miniflux refuses an address because another subscription has
// it. It has no code for that, and its messages to programs are always in English.
func isDuplicate(err error) bool {
	var failed *fetch.Error
	var refused *wordsError
	return errors.As(err, &failed) && failed.Status == statusBadRequest && errors.As(err, &refused) &&
		strings.Contains(strings.ToLower(refused.words), "already exists")
}

// Unsubscribe implements [account.Server]. A subscription that is gone already is none.
func (s *Server) Unsubscribe(ctx context.Context, f account.Feed) error {
	err := s.call(ctx, request{what: "unsubscribe", method: "DELETE", path: feedPath(f)}, nil)
	if errors.Is(err, errNotFound) {
		return nil
	}
	return err
}

// Rename implements [account.Server]. Miniflux does not keep the publisher's title of a feed
// that has another name, so it cannot give it back.
func (s *Server) Rename(ctx context.Context, f account.Feed, title string) error {
	if title == "" {
		return fmt.Errorf("rename the feed: %w: Miniflux does not keep the publisher's title; give the feed a name", account.ErrCannot)
	}
	return s.update(ctx, "rename the feed", f, map[string]any{"title": title})
}

// SetFolder implements [account.Server]. Without a folder the feed gets the category that
// Miniflux gives to a new feed.
func (s *Server) SetFolder(ctx context.Context, f account.Feed, folder string) error {
	id, err := s.categoryID(ctx, folder)
	if err != nil {
		return err
	}
	return s.update(ctx, "move the feed", f, map[string]any{"category_id": id})
}

// SetAddress implements [account.Server].
func (s *Server) SetAddress(ctx context.Context, f account.Feed, address string) error {
	const what = "change the address of the feed"
	err := s.update(ctx, what, f, map[string]any{"feed_url": address})
	if isDuplicate(err) {
		return fmt.Errorf("%s: %w", what, account.ErrSubscribed)
	}
	return err
}

// Refresh implements [account.Server].
func (s *Server) Refresh(ctx context.Context, f account.Feed) error {
	return s.call(ctx, request{what: "refresh the feed", method: "PUT", path: feedPath(f) + "/refresh"}, nil)
}

// feedPath returns the path of a subscription.
func feedPath(f account.Feed) string { return "/v1/feeds/" + url.PathEscape(f.ID) }

// update changes fields of a subscription.
func (s *Server) update(ctx context.Context, what string, f account.Feed, change map[string]any) error {
	var now subscription
	err := s.call(ctx, request{what: what, method: "PUT", path: feedPath(f), body: change}, &now)
	if err == nil && entryID(now.ID) != f.ID {
		return fmt.Errorf("%s: %w", what, errNoMiniflux())
	}
	return err
}

// categoryID returns the ID of the category of a name, which is created if there is none.
// Miniflux does not tell names apart that differ only in case. An empty name is the default.
func (s *Server) categoryID(ctx context.Context, name string) (int64, error) {
	const what = "look for the folder"
	var list []category
	if err := s.call(ctx, request{what: what, method: "GET", path: "/v1/categories"}, &list); err != nil {
		return 0, err
	}
	best := category{}
	for _, c := range list {
		if c.Title == name {
			return c.ID, nil
		}
		isFirst := best.ID == 0 || name == "" && c.Title < best.Title
		if isFirst && (name == "" || strings.EqualFold(c.Title, name)) {
			best = c
		}
	}
	if best.ID != 0 {
		return best.ID, nil
	}
	if name == "" {
		return 0, fmt.Errorf("%s: %w: Miniflux has no category; name a folder", what, account.ErrCannot)
	}
	var made category
	err := s.call(ctx, request{what: "create the folder", method: "POST", path: "/v1/categories", body: map[string]any{"title": name}}, &made)
	if err == nil && made.ID <= 0 {
		err = fmt.Errorf("create the folder: %w", errNoMiniflux())
	}
	return made.ID, err
}
