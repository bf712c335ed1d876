package cache

import (
	"context"
	"slices"

	"dateline/cache/search"
	"dateline/feed"
)

// View is a list that the user sees: the items that match a query.
type View = search.View

// Pos is the position of a row in a view.
type Pos = search.Pos

// Row is an item with its position in a view.
type Row struct {
	feed.Item
	Pos Pos
}

// IndexPending indexes the texts of up to max saved items, newest first, in short
// transactions, and returns how many are left. A search also finds items that are
// left, but more slowly.
func (s *Store) IndexPending(ctx context.Context, max int) (left int, err error) {
	left, err = s.index.AddPending(ctx, max)
	return left, WrapError(ctx, "index the new items", err)
}

// Unindexed returns how many items are not in the search index yet.
func (s *Store) Unindexed(ctx context.Context) (n int, err error) {
	n, err = s.index.CountPending(ctx)
	return n, WrapError(ctx, "count the items that are not indexed", err)
}

// After returns up to n rows of the view after from, in the order of the view. The
// zero Pos is before the first row.
func (s *Store) After(ctx context.Context, v View, from Pos, n int) ([]Row, error) {
	rows, err := s.window(ctx, v, from, false, n)
	return rows, WrapError(ctx, "list the items", err)
}

// Before returns up to n rows of the view before from, in the order of the view. The
// last of them is the one next to from. The zero Pos is after the last row.
func (s *Store) Before(ctx context.Context, v View, from Pos, n int) ([]Row, error) {
	rows, err := s.window(ctx, v, from, true, n)
	return rows, WrapError(ctx, "list the items", err)
}

func (s *Store) window(ctx context.Context, v View, from Pos, back bool, n int) ([]Row, error) {
	p, err := s.index.Plan(ctx, s.readers, v)
	if err != nil {
		return nil, err
	}
	keys, err := p.Keys(ctx, s.readers, from, back, max(n, 0))
	if err != nil {
		return nil, err
	}
	if back {
		slices.Reverse(keys)
	}
	return s.rowsAt(ctx, s.readers, keys)
}

// Around returns an item with up to before rows before it and after rows after it, and
// its index among them. If the item is not in the view, index is where it would be,
// and the row there has another ID. If there is no such item, the rows are the first
// ones of the view.
func (s *Store) Around(ctx context.Context, v View, id int64, before, after int) (rows []Row, index int, err error) {
	rows, index, err = s.around(ctx, v, id, max(before, 0), max(after, 0))
	return rows, index, WrapError(ctx, "list the items", err)
}

func (s *Store) around(ctx context.Context, v View, id int64, before, after int) ([]Row, int, error) {
	p, err := s.index.Plan(ctx, s.readers, v)
	if err != nil {
		return nil, 0, err
	}
	at, within, err := p.Find(ctx, s.readers, id)
	if err != nil {
		return nil, 0, err
	}
	var keys []Pos
	if !at.IsZero() {
		if keys, err = p.Keys(ctx, s.readers, at, true, before); err != nil {
			return nil, 0, err
		}
		slices.Reverse(keys)
	}
	index := len(keys)
	if within {
		keys = append(keys, at)
	}
	rest, err := p.Keys(ctx, s.readers, at, false, after)
	if err != nil {
		return nil, 0, err
	}
	rows, err := s.rowsAt(ctx, s.readers, append(keys, rest...))
	return rows, min(index, len(rows)), err
}

// Count counts the rows of the view, up to max. If max is 0, there is no limit.
func (s *Store) Count(ctx context.Context, v View, max int) (int, error) {
	p, err := s.index.Plan(ctx, s.readers, v)
	n := 0
	if err == nil {
		n, err = p.Count(ctx, s.readers, max)
	}
	return n, WrapError(ctx, "count the items", err)
}

// CountBefore counts the rows of the view before from, up to max.
func CountBefore(ctx context.Context, s *Store, v View, from Pos, max int) (int, error) {
	p, err := s.index.Plan(ctx, s.readers, v)
	var keys []Pos
	if err == nil {
		keys, err = p.Keys(ctx, s.readers, from, true, max)
	}
	return len(keys), WrapError(ctx, "count the items before the selected one", err)
}

// pageSize is the number of items that Items reads at a time.
const pageSize = 200

// Items calls yield for the items of the view in order, up to limit. If limit is 0,
// there is no limit. The items have a body only if withBody is set. If yield returns
// an error, Items stops and returns it. No transaction is open while yield runs.
func (s *Store) Items(ctx context.Context, v View, limit int, yield func(feed.Article) error, withBody bool) error {
	if limit <= 0 {
		limit = -1
	}
	p, err := s.index.Plan(ctx, s.readers, v)
	if err != nil {
		return WrapError(ctx, "list the items", err)
	}
	keys, err := p.Keys(ctx, s.readers, Pos{}, false, limit)
	if err != nil {
		return WrapError(ctx, "list the items", err)
	}
	query := sqlItems
	if withBody {
		query = sqlArticles
	}
	for page := range slices.Chunk(keys, pageSize) {
		var articles []feed.Article
		err := s.articlesAt(ctx, s.readers, page, query, func(_ Pos, a feed.Article) error {
			articles = append(articles, a)
			return nil
		})
		items := make([]*feed.Item, len(articles))
		for i := range articles {
			items[i] = &articles[i].Item
		}
		if err == nil {
			err = fillAlsoIn(ctx, s.readers, items)
		}
		if err != nil {
			return WrapError(ctx, "list the items", err)
		}
		for _, a := range articles {
			if err := yield(a); err != nil {
				return err
			}
		}
	}
	return nil
}
