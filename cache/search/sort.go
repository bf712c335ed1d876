package search

import (
	"context"
	"slices"
	"strconv"

	"dateline/cache/db"
	"dateline/feed/query"
)

// sortOrder is an order other than by date. Such a view is sorted when it is
// asked for; only the first rows of it are kept while it is.
type sortOrder struct {
	// expr is the sort key of items i, details d, feeds f.
	expr db.Text
	// numeric reports whether the key is a number, not a text.
	numeric bool
}

// prime bounds the keys of a random order.
const prime = 2147483647

func newSortOrder(key query.SortKey, p *Plan) *sortOrder {
	switch key {
	case query.SortFeed:
		return &sortOrder{expr: db.SQL("coalesce(nullif(f.name, ''), nullif(f.title, ''), f.url) COLLATE NOCASE")}
	case query.SortTitle:
		return &sortOrder{expr: db.SQL("d.title COLLATE NOCASE")}
	case query.SortAuthor:
		return &sortOrder{expr: db.SQL("d.author COLLATE NOCASE")}
	case query.SortLength:
		return &sortOrder{expr: db.SQL("d.words"), numeric: true}
	}
	// The same shuffle as long as the view is open.
	seed := p.view.Opened.UnixMicro()
	if p.view.Opened.IsZero() {
		seed = p.now.UnixMicro()
	}
	seed = (seed%prime + prime) % prime
	const x = "((i.id * 7919 + ?) % 2147483647)"
	return &sortOrder{expr: db.SQL("("+x+" * "+x+" % 2147483647)", seed, seed), numeric: true}
}

// sortedKeys are [Plan.Keys] of a view that is not by date. Equal keys stand
// newest first.
func (p *Plan) sortedKeys(ctx context.Context, q db.Querier, from Pos, back bool, n int) ([]Pos, error) {
	ascending := p.ascending() != back
	order := p.sort.expr
	m := p.Members(db.Bottom, db.Top)
	t := db.SQL("SELECT i.pos, "+order.SQL+" AS k FROM (", slices.Clone(order.Args)...)
	t.Add(m.SQL, m.Args...)
	t.Add(") m CROSS JOIN items i ON i.pos = m.pos JOIN details d ON d.id = i.id JOIN feeds f ON f.id = i.feed WHERE 1")
	if !from.IsZero() {
		beyond, later := " > ?", "i.pos < ?"
		if !ascending {
			beyond = " < ?"
		}
		if back {
			later = "i.pos > ?"
		}
		key := any(from.Key)
		if p.sort.numeric {
			number, err := strconv.ParseInt(from.Key, 10, 64)
			if err != nil {
				return nil, err
			}
			key = number
		}
		t.Add(" AND (" + order.SQL)
		t.Add(beyond, append(slices.Clone(order.Args), key)...)
		t.Add(" OR (" + order.SQL)
		t.Add(" = ? AND "+later+"))", append(slices.Clone(order.Args), key, from.At)...)
	}
	t.Add(" ORDER BY k "+direction(ascending)+", i.pos "+direction(back)+" LIMIT ?", n)
	rows, err := q.QueryContext(ctx, t.SQL, t.Args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []Pos
	for rows.Next() {
		var k Pos
		if err := rows.Scan(&k.At, &k.Key); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}
