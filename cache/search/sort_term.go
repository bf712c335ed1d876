package search

import (
	"context"
	"slices"
	"strconv"

	"dateline/cache/db"
	"dateline/feed/query"
)

// sortOrder is an order other than by date. No index has such an order, so each
// page sorts all rows of the view. SQLite keeps only the rows of the page while it
// sorts.
type sortOrder struct {
	// expr is the SQL of the sort key, for the rows i of items, d of details and f
	// of feeds.
	expr db.Text
	// numeric is set if the key is a number instead of text.
	numeric bool
}

// prime is a bound of the keys of sort:random, which are squares modulo it.
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
	// The order stays the same as long as the view is open.
	seed := p.view.Opened.UnixMicro()
	if p.view.Opened.IsZero() {
		seed = p.now.UnixMicro()
	}
	seed = (seed%prime + prime) % prime
	const x = "((i.id * 7919 + ?) % 2147483647)"
	return &sortOrder{expr: db.SQL("("+x+" * "+x+" % 2147483647)", seed, seed), numeric: true}
}

// sortedKeys is [Plan.Keys] for a view that is not sorted by date. Rows with the
// same key are newest first.
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
