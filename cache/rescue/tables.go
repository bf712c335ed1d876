package rescue

import (
	"encoding/json"

	"dateline/cache/db"
)

// savedTable is a table that is copied from the old file.
type savedTable struct {
	name string
	// was is its name in databases of older versions; empty if it is the same.
	// renamed has the old names of its columns.
	was     string
	renamed map[string]string
	// keyed reports whether the table has rowids. Other tables are read from both
	// ends.
	keyed bool
	// keys is a query for the rowids, without ASC or DESC; empty if no other table
	// has them.
	keys string
	// not are the columns that are not copied, because they are computed again.
	not []string
	// json and compressed are the columns with JSON and with compressed bodies. A value
	// that cannot be read is replaced by an empty one.
	json, compressed []string
}

func savedTables() []savedTable {
	const ofItems = `SELECT id FROM items ORDER BY id `
	return []savedTable{
		{name: "feeds", keyed: true, json: []string{"tags", "poll_hints"}, renamed: map[string]string{
			"config_order": "place", "poll_hints": "wishes", "post_interval": "rhythm", "claimed_until": "asking"}},
		{name: "items", keyed: true, keys: `SELECT pos FROM items INDEXED BY ` + db.KnownIndex + ` ORDER BY feed, identity `, not: []string{"doc_number"}, renamed: map[string]string{
			"source_hash": "source", "unsubscribed": "away", "has_enclosure": "enclosed", "has_image": "pictured", "has_comments": "commented", "has_page_text": "fulltext"}},
		{name: "details", keyed: true, keys: ofItems, json: []string{"categories", "enclosures", "more"}},
		{name: "contents", keyed: true, keys: ofItems, compressed: []string{"body"}},
		{name: "progress", was: "positions", keyed: true, keys: ofItems},
		{name: "revisions", keyed: true, keys: ofItems, compressed: []string{"body"}},
		{name: "page_texts", was: "fulltexts", keyed: true, keys: ofItems, compressed: []string{"body"}},
		{name: "journal", keyed: true},
		{name: "labels"},
		{name: "removed_items", was: "gone"},
		{name: "polls"},
		{name: "settings"},
		{name: "pending_marks", was: "waiting"},
		{name: "accounts"},
		{name: "account_feeds"},
		{name: "remotes"},
	}
}

// blankUnreadable empties the values of a row that cannot be read, and reports whether
// there are any.
func (c *tableCopier) blankUnreadable(row []any) (blanked bool) {
	for i, col := range c.columns {
		for _, name := range c.table.json {
			if text, ok := row[i].(string); ok && col.name == name && text != "" && !json.Valid([]byte(text)) {
				row[i], blanked = "", true
			}
		}
		for _, name := range c.table.compressed {
			if body, ok := row[i].([]byte); ok && col.name == name && !c.fresh.Internals().Decompresses(body) {
				row[i], blanked = []byte{}, true
			}
		}
	}
	return blanked
}
