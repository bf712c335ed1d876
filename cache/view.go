package cache

import (
	"context"

	"dateline/cache/search"
	"dateline/feed"
)

// View is a list as the user sees it.
type View = search.View

// Pos is the position of a row in a view.
type Pos = search.Pos

// Row is an item with its position in a view.
type Row struct {
	feed.Item
	Pos Pos
}

// IndexPending puts the text of up to max saved items into the full-text
// index, newest first, in short transactions, and returns how many are left. A
// search finds what is left, too, only more slowly.
func (s *Store) IndexPending(ctx context.Context, max int) (left int, err error) {
	left, err = s.index.Pending(ctx, max)
	return left, WrapError(ctx, "index the new items", err)
}
