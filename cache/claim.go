package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/cache/db"
	"dateline/feed"
)

// A claim is given where nobody has one, or it has run out, and the feed has not
// been asked since its state was read. One that lasts longer than any given now
// was given by a wrong clock.
const sqlClaim = `UPDATE feeds SET claimed_until = ?1 FROM json_each(?2) j WHERE feeds.url = j.value ->> 0 AND
	(?4 OR (claimed_until IS NULL OR claimed_until <= ?3 OR claimed_until > ?1) AND last_checked IS j.value ->> 1 AND next_check IS j.value ->> 2) RETURNING url`

// Claim says that this process is asking the feeds until then, and gives back
// the addresses of those that no other one is asking, or has asked since they
// were read: only these are its to ask. With anyway all are. A claim ends with
// the answer that is saved, with [Store.Release], or by itself at until, so that
// a process that is killed holds up no feed for long.
func (s *Store) Claim(ctx context.Context, feeds []feed.Feed, until time.Time, anyway bool) ([]string, error) {
	const tried = "keep what the feeds send"
	list := make([][3]any, len(feeds))
	for i, f := range feeds {
		list[i] = [3]any{f.URL, micros(f.Poll.LastChecked), micros(f.Poll.NextCheck)}
	}
	asked, err := json.Marshal(list)
	if err != nil {
		return nil, WrapError(ctx, tried, err)
	}
	var granted []string
	err = s.write(ctx, tried, func(tx *sql.Tx) (err error) {
		granted, err = db.Strings(ctx, tx, sqlClaim, until.UnixMicro(), string(asked), s.now().UnixMicro(), anyway)
		return err
	})
	return granted, err
}

// Release ends claims that were made until then and whose feeds have not been
// asked after all.
func (s *Store) Release(ctx context.Context, urls []string, until time.Time) error {
	const tried = "let other processes ask the feeds"
	list, err := json.Marshal(urls)
	if err != nil {
		return WrapError(ctx, tried, err)
	}
	return s.write(ctx, tried, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE feeds SET claimed_until = NULL WHERE url IN (SELECT value FROM json_each(?)) AND claimed_until = ?`, string(list), until.UnixMicro())
		return err
	})
}

// micros is an instant as a number in JSON, null for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
