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

// correctChunk is the number of items that one transaction corrects.
const correctChunk = 200

const (
	// These queries find dates that a fast clock wrote. Each reads an index, and
	// returns at once if there are none.
	sqlFuturePositions = `SELECT pos FROM items WHERE pos > ? ORDER BY pos LIMIT ?`
	sqlFutureSeen      = `SELECT pos FROM items INDEXED BY items_new WHERE first_seen > ? LIMIT ?`
	sqlFutureRead      = `SELECT pos FROM items INDEXED BY items_read_at WHERE read = 1 AND read_at > ? LIMIT ?`
	sqlFutureSnoozed   = `SELECT pos FROM items INDEXED BY items_snoozed WHERE snoozed_until IS NOT NULL AND snoozed_at > ? LIMIT ?`

	sqlAtPositions = ` WHERE pos IN (SELECT value FROM json_each(?1))`
)

// correctFutureTimes moves dates that a fast clock wrote to now: positions, first-seen
// times, read times and snoozes. Otherwise such an item would stay on top of every
// list until its date, and a snooze until tomorrow would last for a year. Marks made then
// stay; any newer mark replaces them.
func (s *Store) correctFutureTimes(ctx context.Context) error {
	now := s.now()
	for _, step := range []struct {
		find  string
		after int64
		right func(tx *sql.Tx, positions string) error
	}{
		{sqlFuturePositions, db.FirstPosition(latestAllowed(now)), func(tx *sql.Tx, positions string) error { return moveToNow(ctx, tx, positions, now) }},
		{sqlFutureSeen, latestAllowed(now).UnixMicro(), func(tx *sql.Tx, positions string) error { return correctFirstSeen(ctx, tx, positions, now) }},
		{sqlFutureRead, latestPlausible(now).UnixMicro(), func(tx *sql.Tx, positions string) error {
			_, err := tx.ExecContext(ctx, `UPDATE items SET read_at = ?2`+sqlAtPositions, positions, undatedMarkTime(now).UnixMicro())
			return err
		}},
		{sqlFutureSnoozed, latestPlausible(now).UnixMicro(), func(tx *sql.Tx, positions string) error {
			_, err := tx.ExecContext(ctx, `UPDATE items SET snoozed_until = snoozed_until - (snoozed_at - ?2), snoozed_at = ?3`+sqlAtPositions,
				positions, now.UnixMicro(), undatedMarkTime(now).UnixMicro())
			return err
		}},
	} {
		if err := s.correctChunks(ctx, db.SQL(step.find, step.after, correctChunk), step.right); err != nil {
			return err
		}
	}
	return nil
}

// latestAllowed returns the latest date that a stored item may have: a minute after
// now, because clocks are adjusted by seconds all the time.
func latestAllowed(now time.Time) time.Time { return now.Add(time.Minute) }

// latestPlausible returns the time up to which a mark may be in the future: one day after
// now. A mark with a later time was made at an unknown time.
func latestPlausible(now time.Time) time.Time { return now.AddDate(0, 0, 1) }

// undatedMarkTime returns the time of a mark that was made at an unknown time: one day
// before now. Any mark of today replaces such a mark.
func undatedMarkTime(now time.Time) time.Time { return now.AddDate(0, 0, -1) }

// CopiedMarkTime returns the time that a mark of a copy, such as a backup, counts as made
// at: the mark's own time, or present if the mark is more than a minute ahead of it. The
// time of a mark that is more than a day ahead is unknown. It counts as made a day before
// present, so that any mark of today replaces it. See [Internals.Present].
func CopiedMarkTime(at, present time.Time) time.Time {
	switch {
	case at.After(latestPlausible(present)):
		return undatedMarkTime(present)
	case at.After(latestAllowed(present)):
		return present
	}
	return at
}

func (s *Store) correctChunks(ctx context.Context, find db.Text, right func(tx *sql.Tx, positions string) error) error {
	for {
		positions, err := db.Integers(ctx, s.readers, find)
		if err != nil || len(positions) == 0 {
			return err
		}
		err = s.write(ctx, "correct dates of a wrong clock", func(tx *sql.Tx) error { return right(tx, db.JSONIntegers(positions)) })
		if err != nil {
			return err
		}
	}
}

// moveToNow gives items the position of items that arrive now, in their order. Their
// texts are indexed again.
func moveToNow(ctx context.Context, tx *sql.Tx, positions string, now time.Time) error {
	if err := search.Remove(ctx, tx, positions); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE items SET future = (SELECT d.published IS NOT NULL FROM details d WHERE d.id = items.id),
		pos = ?2 | (id & ?3)`+sqlAtPositions, positions, db.FirstPosition(now), 1<<db.IDBits-1)
	return err
}

// correctFirstSeen sets the first-seen time of items to now, and the time of the marks
// that rules made on their arrival.
func correctFirstSeen(ctx context.Context, tx *sql.Tx, positions string, now time.Time) error {
	at := `UPDATE items SET first_seen = ?2`
	for _, flag := range []feed.Flag{feed.Read, feed.Starred, feed.Hidden} {
		f := string(flag) + `_at`
		at += `, ` + f + ` = iif(` + f + ` = first_seen, ?2, ` + f + `)`
	}
	for _, query := range []string{
		`UPDATE labels SET at = ?2 WHERE pos IN (SELECT value FROM json_each(?1)) AND at = (SELECT first_seen FROM items WHERE items.pos = labels.pos)`,
		at + sqlAtPositions,
	} {
		if _, err := tx.ExecContext(ctx, query, positions, now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// serverTimeSetting holds the time by the clocks of the servers at the end of the last
// refresh.
const serverTimeSetting = "cache.present"

// clockSetting holds the time by this computer's clock when the server time was stored.
const clockSetting = "cache.clock"

// SetServerTime stores the time by the clocks of the servers that have just responded.
// Retention removes items by this time if it is earlier than the time of this
// computer, whose clock may be years fast.
func (s *Store) SetServerTime(ctx context.Context, servers time.Time) error {
	return s.write(ctx, "save the time of the servers", func(tx *sql.Tx) error {
		for key, t := range map[string]time.Time{serverTimeSetting: servers, clockSetting: s.now()} {
			if err := setSetting(ctx, tx, key, strconv.FormatInt(t.UnixMicro(), 10)); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	// minSkew is the smallest difference between the clocks of the servers and of this
	// computer that counts as an error. Their dates have whole seconds, and a response
	// may have been on its way for many seconds.
	minSkew = time.Minute
	// skewDuration is how long a difference counts.
	skewDuration = 24 * time.Hour
)

// present returns the time up to which marks of a copy can have been made. It is the
// time of this computer, corrected by the difference to the servers' clocks if the last
// refresh found one. If the clock was set back since, the difference does not count. The
// servers' time of the last refresh has passed in any case.
func (s *Store) present(ctx context.Context) (time.Time, error) {
	servers, err := s.timeSetting(ctx, serverTimeSetting)
	if err != nil {
		return time.Time{}, err
	}
	clock, err := s.timeSetting(ctx, clockSetting)
	if err != nil {
		return time.Time{}, err
	}
	now := s.now()
	if since := now.Sub(clock); !clock.IsZero() && 0 <= since && since < skewDuration && clock.Sub(servers).Abs() >= minSkew {
		return servers.Add(since), nil
	}
	if now.Before(servers) {
		return servers, nil
	}
	return now, nil
}

// certainTime returns a time that has certainly passed: the earlier of the server time
// and the time of this computer. It is the zero time if no server time is stored.
func (s *Store) certainTime(ctx context.Context) (time.Time, error) {
	servers, err := s.timeSetting(ctx, serverTimeSetting)
	if now := s.now(); now.Before(servers) {
		return now, err
	}
	return servers, err
}

// timeSetting returns a time that is stored in microseconds; the zero time if there is
// none.
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
