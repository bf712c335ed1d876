package greader

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// The paths of subscriptions, and the stream of a folder.
const (
	pathList     = "subscription/list"
	pathEdit     = "subscription/edit"
	pathQuickAdd = "subscription/quickadd"
	labelOf      = ownUser + "/label/"
)

// Feeds returns all subscriptions.
func (s *Server) Feeds(ctx context.Context) ([]account.Feed, error) {
	reply, err := s.get(ctx, pathList, nil)
	if err != nil {
		return nil, err
	}
	var page struct {
		Subscriptions *[]subscription `json:"subscriptions"`
	}
	if err := s.decode(pathList, reply, &page); err != nil {
		return nil, err
	}
	if page.Subscriptions == nil {
		return nil, s.notTheAPI(pathList)
	}
	widens := s.isWidening()
	feeds := make([]account.Feed, 0, len(*page.Subscriptions))
	folders := map[string]bool{}
	for _, sub := range *page.Subscriptions {
		if sub.ID == "" || strings.ContainsFunc(sub.ID, unicode.IsControl) {
			return nil, s.notTheAPI(pathList)
		}
		if f := sub.feed(widens); f.URL != "" {
			feeds = append(feeds, f)
		}
		for _, c := range sub.Categories {
			folders[c.name()] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = folders
	return feeds, nil
}

// folderNames returns the names of the folders as the server writes them.
func (s *Server) folderNames(ctx context.Context) (map[string]bool, error) {
	s.mu.Lock()
	known := s.folders
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if _, err := s.Feeds(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folders, nil
}

// subscription is a feed as the API has it.
type subscription struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	URL        string   `json:"url"`
	HTMLURL    string   `json:"htmlUrl"`
	Categories []folder `json:"categories"`
}

type folder struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// name returns the name of a folder, which is the end of its ID.
func (f folder) name() string {
	if name, own := ownStream(f.ID); own {
		if label, ok := strings.CutPrefix(name, "/label/"); ok {
			return label
		}
	}
	return f.Label
}

// maxFolders is how many folders of a subscription count. FreshRSS and Miniflux have one.
const maxFolders = 100

// feed cleans the subscription. Its addresses lose a login, which must not be shown. They
// are empty if they are none of the web.
func (sub subscription) feed(widens bool) account.Feed {
	address := sub.URL
	if address == "" {
		address = strings.TrimPrefix(sub.ID, "feed/")
	}
	address, _, _ = text.SplitLogin(address)
	site, _, _ := text.SplitLogin(sub.HTMLURL)
	title := sub.Title
	if widens {
		title = narrowName(title)
	}
	f := account.Feed{ID: sub.ID, URL: text.WebURL("", address), Title: cleanName(title), Site: text.WebURL("", site)}
	for _, c := range sub.Categories[:min(len(sub.Categories), maxFolders)] {
		if name := cleanName(c.name()); name != "" {
			f.Folders = append(f.Folders, name)
		}
	}
	return f
}

// cleanName returns a name of the server as plain text on one line.
func cleanName(s string) string { return text.Truncate(text.Clean(s), 1024) }

// Subscribe subscribes to a feed. If the server fails without saying why, as FreshRSS
// does, it is asked in another way that has an answer in words.
func (s *Server) Subscribe(ctx context.Context, address, title, folder string) error {
	if _, err := s.subscribed(ctx, address); err != nil {
		return err
	}
	form := url.Values{"ac": {"subscribe"}, "s": {"feed/" + address}}
	setNonEmpty(form, "t", title)
	if folder != "" {
		form.Set("a", labelOf+folder)
	}
	reply, err := s.change(ctx, pathEdit, form)
	if !isAnswer(err) {
		return err
	}
	words := errorWords(reply)
	if isKnownAlready(words) {
		return account.ErrSubscribed
	}
	if words != "" {
		return saysError(words)
	}
	return s.quickAdd(ctx, address, title, folder)
}

// subscribed returns the subscriptions, or [account.ErrSubscribed] if address is one of
// them.
func (s *Server) subscribed(ctx context.Context, address string) ([]account.Feed, error) {
	feeds, err := s.Feeds(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range feeds {
		if text.SameAddress(f.URL, address) {
			return nil, account.ErrSubscribed
		}
	}
	return feeds, nil
}

// quickAdd subscribes to a feed without folder and title, and sets them then.
func (s *Server) quickAdd(ctx context.Context, address, title, folder string) error {
	reply, err := s.post(ctx, pathQuickAdd, url.Values{"quickadd": {address}})
	if err != nil {
		return err
	}
	var added struct {
		NumResults looseText `json:"numResults"`
		StreamID   string    `json:"streamId"`
		Error      string    `json:"error"`
	}
	if err := s.decode(pathQuickAdd, reply, &added); err != nil {
		return err
	}
	words := cleanWords(added.Error)
	switch {
	case isKnownAlready(words):
		return account.ErrSubscribed
	case string(added.NumResults) == "0" || added.StreamID == "":
		return saysError(text.FirstNonBlank(words, "no feed was found at this address"))
	}
	f := account.Feed{ID: added.StreamID}
	if title != "" {
		if err := s.Rename(ctx, f, title); err != nil {
			return err
		}
	}
	if folder != "" {
		return s.SetFolder(ctx, f, folder)
	}
	return nil
}

// Unsubscribe ends a subscription. One that has ended already is no error.
func (s *Server) Unsubscribe(ctx context.Context, f account.Feed) error {
	reply, err := s.change(ctx, pathEdit, url.Values{"ac": {"unsubscribe"}, "s": {f.ID}})
	if !isAnswer(err) {
		return err
	}
	feeds, failed := s.Feeds(ctx)
	if failed != nil {
		return failed
	}
	for _, known := range feeds {
		if known.ID == f.ID {
			return withWords(err, reply)
		}
	}
	return nil
}

// Rename gives a subscription another title.
func (s *Server) Rename(ctx context.Context, f account.Feed, title string) error {
	reply, err := s.change(ctx, pathEdit, url.Values{"ac": {"edit"}, "s": {f.ID}, "t": {title}})
	return withWords(err, reply)
}

// SetFolder moves a subscription from its folders to another one. To have none means
// another request for each dialect: FreshRSS removes the label of the folder, Miniflux
// ignores that and wants an empty label.
func (s *Server) SetFolder(ctx context.Context, f account.Feed, folder string) error {
	form := url.Values{"ac": {"edit"}, "s": {f.ID}}
	for _, old := range f.Folders {
		if old != folder {
			form.Add("r", labelOf+old)
		}
	}
	if folder != "" {
		form.Set("a", labelOf+folder)
	} else {
		l, err := s.secrets(ctx)
		if err != nil {
			return err
		}
		if l.hasOneSecret() {
			form.Set("a", labelOf)
		}
	}
	reply, err := s.change(ctx, pathEdit, form)
	return withWords(err, reply)
}

// isAnswer reports whether err is that of a request to which the server answered with an
// error of its own, and not one that says when to come again.
func isAnswer(err error) bool {
	var failed *fetch.Error
	return errors.As(err, &failed) && failed.Kind == fetch.KindStatus && failed.RetryAfter == 0 && (failed.Status == 400 || failed.Status == 500)
}

// withWords returns what the server said instead of an error that only has the status of
// its reply.
func withWords(err error, reply fetch.Reply) error {
	if words := errorWords(reply); isAnswer(err) && words != "" {
		return saysError(words)
	}
	return err
}

func saysError(words string) error { return fmt.Errorf("the server says: %s", words) }

// errorWords returns the message of an error, as Miniflux has it, cleaned. It is empty if
// there is none.
func errorWords(reply fetch.Reply) string {
	var said struct {
		Message string `json:"error_message"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(reply.Body, &said) != nil {
		return ""
	}
	return cleanWords(text.FirstNonBlank(said.Message, said.Error))
}

// cleanWords returns what a server said as a short plain text.
func cleanWords(s string) string {
	return text.Truncate(strings.TrimSpace(text.PlainTitle(s)), 160)
}

// isKnownAlready reports whether an error says that the feed is subscribed. Miniflux says
// "This feed already exists.", FreshRSS "Already subscribed!". Folders can exist, too.
func isKnownAlready(words string) bool {
	words = strings.ToLower(words)
	return strings.Contains(words, "already subscribed") || strings.Contains(words, "feed already exists")
}

// setNonEmpty sets a value unless it is empty.
func setNonEmpty(form url.Values, name, value string) {
	if value != "" {
		form.Set(name, value)
	}
}
