package cache

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
)

// correctSlice is how many items are put right in one transaction.
const correctSlice = 200

const (
	// What was dated by a clock that was ahead. Each of these walks an index, and
	// finds nothing at once where all is well.
	sqlFuturePlaces  = `SELECT pos FROM items WHERE pos > ? ORDER BY pos LIMIT ?`
	sqlFutureSeen    = `SELECT pos FROM items INDEXED BY items_new WHERE first_seen > ? LIMIT ?`
	sqlFutureRead    = `SELECT pos FROM items INDEXED BY items_read_at WHERE read = 1 AND read_at > ? LIMIT ?`
	sqlFutureSnoozed = `SELECT pos FROM items INDEXED BY items_snoozed WHERE snoozed_until IS NOT NULL AND snoozed_at > ? LIMIT ?`

	sqlOfPlaces = ` WHERE pos IN (SELECT value FROM json_each(?1))`
)

// correctFutureTimes brings what a clock dated that was ahead back into the present:
// an item would stand on top of every list until then, one snoozed until the
// next morning would sleep on for a year, and one read would stay in every
// list of unread ones. The words that the user said then hold, and any later
// one wins.
func (s *Store) correctFutureTimes(ctx context.Context) error {
	now := s.now()
	for _, step := range []struct {
		find  string
		after int64
		right func(tx *sql.Tx, positions string) error
	}{
		{sqlFuturePlaces, db.FirstPosition(latestAllowed(now)), func(tx *sql.Tx, positions string) error { return moveToNow(ctx, tx, positions, now) }},
		{sqlFutureSeen, latestAllowed(now).UnixMicro(), func(tx *sql.Tx, positions string) error { return correctFirstSeen(ctx, tx, positions, now) }},
		{sqlFutureRead, LatestPlausible(now).UnixMicro(), func(tx *sql.Tx, positions string) error {
			_, err := tx.ExecContext(ctx, `UPDATE items SET read_at = ?2`+sqlOfPlaces, positions, UndatedMarkTime(now))
			return err
		}},
		{sqlFutureSnoozed, LatestPlausible(now).UnixMicro(), func(tx *sql.Tx, positions string) error {
			_, err := tx.ExecContext(ctx, `UPDATE items SET snoozed_until = snoozed_until - (snoozed_at - ?2), snoozed_at = ?3`+sqlOfPlaces,
				positions, now.UnixMicro(), UndatedMarkTime(now))
			return err
		}},
	} {
		if err := s.correctSlices(ctx, db.SQL(step.find, step.after, correctSlice), step.right); err != nil {
			return err
		}
	}
	return nil
}

// latestAllowed is what no item that has arrived may lie behind: clocks are set right
// by seconds all the time.
func latestAllowed(now time.Time) time.Time { return now.Add(time.Minute) }

// UndatedMarkTime is the time of a word that was said at an unknown time: any word of
// today stands against it.
func UndatedMarkTime(now time.Time) int64 { return now.AddDate(0, 0, -1).UnixMicro() }

func (s *Store) correctSlices(ctx context.Context, find db.Text, right func(tx *sql.Tx, positions string) error) error {
	for {
		positions, err := db.Integers(ctx, s.readers, find)
		if err != nil || len(positions) == 0 {
			return err
		}
		err = s.write(ctx, "put right what a wrong clock dated", func(tx *sql.Tx) error { return right(tx, db.JSONIntegers(positions)) })
		if err != nil {
			return err
		}
	}
}

// moveToNow gives items the position of what is seen now, in the order they
// have; the index gets their texts anew.
func moveToNow(ctx context.Context, tx *sql.Tx, positions string, now time.Time) error {
	if err := search.Forget(ctx, tx, positions); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE items SET future = (SELECT d.published IS NOT NULL FROM details d WHERE d.id = items.id),
		pos = ?2 | (id & ?3)`+sqlOfPlaces, positions, db.FirstPosition(now), 1<<db.IDBits-1)
	return err
}

// correctFirstSeen has items first seen now, and with them the marks that rules made.
func correctFirstSeen(ctx context.Context, tx *sql.Tx, positions string, now time.Time) error {
	at := `UPDATE items SET first_seen = ?2`
	for _, flag := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden} {
		f := string(flag) + `_at`
		at += `, ` + f + ` = iif(` + f + ` = first_seen, ?2, ` + f + `)`
	}
	for _, query := range []string{
		`UPDATE labels SET at = ?2 WHERE pos IN (SELECT value FROM json_each(?1)) AND at = (SELECT first_seen FROM items WHERE items.pos = labels.pos)`,
		at + sqlOfPlaces,
	} {
		if _, err := tx.ExecContext(ctx, query, positions, now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// serverTimeSetting has the time by the servers' clocks at the end of the last round.
const serverTimeSetting = "cache.present"

// SetServerTime notes the time by the clocks of the servers that have just
// answered. What is removed for its age is older than that says: this
// computer's clock may be years ahead.
func (s *Store) SetServerTime(ctx context.Context, servers time.Time) error {
	return s.saveSetting(ctx, serverTimeSetting, strconv.FormatInt(servers.UnixMicro(), 10))
}

// reachedTime is a time that has been reached, whatever this computer's clock says;
// zero when none is known.
func (s *Store) reachedTime(ctx context.Context) (time.Time, error) {
	servers, err := s.timeSetting(ctx, serverTimeSetting)
	if now := s.now(); now.Before(servers) {
		return now, err
	}
	return servers, err
}

// timeSetting reads a time kept in microseconds; zero when there is none.
func (s *Store) timeSetting(ctx context.Context, key string) (time.Time, error) {
	text, err := s.Setting(ctx, key)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, WrapError(ctx, "read setting "+key, errors.Join(err, ErrCorrupt))
	}
	return time.UnixMicro(micros).UTC(), nil
}
