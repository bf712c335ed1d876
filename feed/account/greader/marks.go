package greader

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"dateline/feed"
	"dateline/feed/account"
)

// marksSize is how many entries one request marks. fewMarks is up to how many their
// state is asked for one by one and not by a list.
const (
	marksSize = 500
	fewMarks  = 20
)

// Mark sets one flag of entries. A request has one flag: FreshRSS ignores the first of
// two without a word.
func (s *Server) Mark(ctx context.Context, flag feed.Flag, on bool, ids []string) error {
	tag := ownUser + stateRead
	switch flag {
	case feed.Read:
	case feed.Starred:
		tag = ownUser + stateStarred
	default:
		return account.ErrCannot
	}
	if on {
		var err error
		if ids, err = s.withoutTag(ctx, flag, ids); err != nil {
			return err
		}
	}
	name := "r"
	if on {
		name = "a"
	}
	for part := range slices.Chunk(ids, marksSize) {
		form := url.Values{name: {tag}}
		for _, id := range part {
			form.Add("i", longID(id))
		}
		const path = "edit-tag"
		reply, err := s.change(ctx, path, form)
		if err != nil {
			return err
		}
		// What counts as sent is not sent again. A network that wants a login answers for the
		// server, with any text.
		if strings.TrimSpace(string(reply.Body)) != "OK" {
			return s.notTheAPI(path)
		}
	}
	return nil
}

// withoutTag leaves out the entries that have the flag already, if adding it again may
// take it away: Miniflux 2.2 does that. Nothing tells it from later ones, which do not.
func (s *Server) withoutTag(ctx context.Context, flag feed.Flag, ids []string) ([]string, error) {
	l, err := s.secrets(ctx)
	if err != nil || !l.hasOneSecret() {
		return ids, err
	}
	without := map[string]bool{}
	switch {
	case len(ids) <= fewMarks:
		err = s.items(ctx, ids, func(items []item) error {
			for _, it := range items {
				if e := it.entry(false, nil); flag == feed.Read && !e.Article.Read || flag == feed.Starred && !e.Article.Starred {
					without[e.ID] = true
				}
			}
			return nil
		})
	case flag == feed.Read:
		var unread []string
		unread, err = s.Unread(ctx)
		for _, id := range unread {
			without[id] = true
		}
	default:
		var starred []string
		starred, err = s.Starred(ctx)
		for _, id := range ids {
			without[id] = true
		}
		for _, id := range starred {
			delete(without, id)
		}
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !without[id] }), nil
}
