package rescue

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/klauspost/compress/flate"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/opml"
)

// The names of the files in a backup.
const (
	backupFeeds = "subscriptions.opml"
	backupMarks = "marks.jsonl"
)

// MarkLine is a line of marks.jsonl: one mark of one item, with its time. The format
// is described in docs/decisions/backups.md.
type MarkLine struct {
	Feed string `json:"feed"`
	// Item is the hash of the item's identity in the feed, in 16 hexadecimal digits.
	Item string `json:"item"`
	// Flag is the flag of a mark, or [cache.FlagProgress] for the reading progress in
	// Permille.
	Flag     string    `json:"flag"`
	Label    string    `json:"label,omitempty"`
	On       bool      `json:"on"`
	At       time.Time `json:"at,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Permille int       `json:"permille,omitempty"`
	// Title and Link are for people who read the file. Only starred, snoozed and
	// labelled items have them.
	Title string `json:"title,omitempty"`
	Link  string `json:"link,omitempty"`
}

// MarkWriter writes lines as encoding/json does. It formats lines without the optional
// fields itself, because there can be a million of them.
type MarkWriter struct {
	to   io.Writer
	rest *json.Encoder
	// quoted has the addresses of the feeds as JSON.
	quoted map[string][]byte
	line   []byte
}

// NewMarkWriter returns a writer of lines to a buffer.
func NewMarkWriter(to io.Writer) *MarkWriter {
	w := &MarkWriter{to: to, rest: json.NewEncoder(to), quoted: map[string][]byte{}}
	w.rest.SetEscapeHTML(false)
	return w
}

// Write writes a line.
func (w *MarkWriter) Write(l MarkLine) error {
	plain := MarkLine{Feed: l.Feed, Item: l.Item, Flag: l.Flag, On: l.On, At: l.At}
	if l != plain || l.At.IsZero() {
		return w.rest.Encode(l)
	}
	url, ok := w.quoted[l.Feed]
	if !ok {
		var err error
		if url, err = json.Marshal(l.Feed); err != nil {
			return err
		}
		w.quoted[l.Feed] = url
	}
	b := append(append(append(w.line[:0], `{"feed":`...), url...), `,"item":"`...)
	b = append(append(append(b, l.Item...), `","flag":"`...), l.Flag...)
	b = strconv.AppendBool(append(b, `","on":`...), l.On)
	b = l.At.AppendFormat(append(b, `,"at":"`...), time.RFC3339Nano)
	w.line = append(b, '"', '}', '\n')
	_, err := w.to.Write(w.line)
	return err
}

// WriteBackup writes the subscriptions as OPML and all marks as JSON Lines into a ZIP file,
// which [Restore] reads. It returns the number of marks. A backup has no articles, no
// settings of feeds and no passwords. A million marks take a few seconds.
func WriteBackup(ctx context.Context, s *cache.Store, to io.Writer) (lines int, err error) {
	const op = "write a backup"
	z := zip.NewWriter(to)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	now := s.Internals().Now()
	part, err := z.CreateHeader(&zip.FileHeader{Name: backupFeeds, Method: zip.Deflate, Modified: now})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	feeds, err := s.Feeds(ctx)
	if err != nil {
		return 0, err
	}
	if err := opml.Write(part, "dateline subscriptions", feeds, now); err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	if part, err = z.CreateHeader(&zip.FileHeader{Name: backupMarks, Method: zip.Deflate, Modified: now}); err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	buffer := bufio.NewWriterSize(part, 64<<10)
	out := NewMarkWriter(buffer)
	err = ExportMarks(ctx, s, MarkExport{}, func(l MarkLine) error { lines++; return out.Write(l) })
	if err != nil {
		return 0, cache.WrapError(ctx, op, err)
	}
	if err := errors.Join(buffer.Flush(), z.Close()); err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	return lines, nil
}

// MarkExport selects the marks that [ExportMarks] yields. The zero value selects all.
type MarkExport struct {
	// Items are the IDs of the items whose marks are meant. If it is nil, these are all items
	// and the marks of items that are not in the database.
	Items []int64
	// Plain leaves out titles and links, and the marks that rules made on arrival.
	Plain bool
}

// ExportMarks yields marks, also the pending ones of items that are not in the database.
// The time of a mark that a rule made is the time at which the item was first seen.
func ExportMarks(ctx context.Context, s *cache.Store, e MarkExport, yield func(MarkLine) error) error {
	urls, err := feedURLs(ctx, s)
	if err != nil {
		return err
	}
	if err := exportFlags(ctx, s, e, urls, yield); err != nil {
		return err
	}
	queries := []db.Text{e.labels(), e.progress()}
	if e.Items == nil {
		queries = append(queries, db.SQL(`SELECT feed, identity, flag, label, is_on, nullif(at, 0), value, '', '' FROM pending_marks`))
	}
	for _, query := range queries {
		if err := exportRows(ctx, s, query, urls, yield); err != nil {
			return err
		}
	}
	return nil
}

// from returns the FROM of a query of the items i and a table that is joined to them. all is
// the FROM for all items, and join the table with its condition.
func (e MarkExport) from(all, join string) db.Text {
	if e.Items == nil {
		return db.SQL(all)
	}
	return db.SQL(` FROM json_each(?) o CROSS JOIN items i ON i.id = o.value`+join, db.JSONIntegers(e.Items))
}

func (e MarkExport) flags() db.Text {
	t := db.SQL(`SELECT i.feed, i.identity, i.first_seen, i.read, i.read_at, i.starred, i.starred_at, i.hidden, i.hidden_at, i.snoozed_until, i.snoozed_at`)
	if e.Plain {
		t.Add(`, '', ''`)
	} else {
		t.Add(`, coalesce(d.title, ''), coalesce(d.link, '')`)
	}
	from := e.from(` FROM items i`, ``)
	t.Add(from.SQL, from.Args...)
	if !e.Plain {
		t.Add(` LEFT JOIN details d ON d.id = i.id AND (i.starred = 1 OR i.snoozed_until IS NOT NULL)`)
	}
	t.Add(` WHERE (i.read_at IS NOT NULL OR i.starred_at IS NOT NULL OR i.hidden_at IS NOT NULL OR i.snoozed_at IS NOT NULL)`)
	if e.Items == nil {
		t.Add(` ORDER BY i.pos`)
	}
	return t
}

func (e MarkExport) labels() db.Text {
	texts, details := `d.title, d.link`, ` CROSS JOIN details d ON d.id = i.id`
	if e.Plain {
		texts, details = `'', ''`, ` WHERE l.at <> i.first_seen`
	}
	t := db.SQL(`SELECT i.feed, i.identity, 'label', l.name, l.held, l.at, NULL, ` + texts)
	from := e.from(` FROM labels l CROSS JOIN items i ON i.pos = l.pos`, ` CROSS JOIN labels l ON l.pos = i.pos`)
	t.Add(from.SQL+details, from.Args...)
	return t
}

func (e MarkExport) progress() db.Text {
	t := db.SQL(`SELECT i.feed, i.identity, '` + cache.FlagProgress + `', '', 1, nullif(p.at, 0), p.permille, '', ''`)
	from := e.from(` FROM progress p CROSS JOIN items i ON i.id = p.id`, ` CROSS JOIN progress p ON p.id = i.id`)
	t.Add(from.SQL, from.Args...)
	return t
}

func feedURLs(ctx context.Context, s *cache.Store) (map[int64]string, error) {
	rows, err := s.Internals().Readers().QueryContext(ctx, `SELECT id, url FROM feeds`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	urls := map[int64]string{}
	for rows.Next() {
		var id int64
		var url string
		if err := rows.Scan(&id, &url); err != nil {
			return nil, err
		}
		urls[id] = url
	}
	return urls, rows.Err()
}

func exportFlags(ctx context.Context, s *cache.Store, e MarkExport, urls map[int64]string, yield func(MarkLine) error) error {
	query := e.flags()
	rows, err := s.Internals().Readers().QueryContext(ctx, query.SQL, query.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, identity, firstSeen int64
		var read, starred, hidden bool
		var readAt, starredAt, hiddenAt, until, snoozedAt sql.NullInt64
		var title, link string
		if err := rows.Scan(&id, &identity, &firstSeen, &read, &readAt, &starred, &starredAt, &hidden, &hiddenAt, &until, &snoozedAt, &title, &link); err != nil {
			return err
		}
		for _, m := range []struct {
			flag feed.Flag
			on   bool
			at   sql.NullInt64
		}{{feed.Read, read, readAt}, {feed.Starred, starred, starredAt}, {feed.Hidden, hidden, hiddenAt}, {feed.Snooze, until.Valid, snoozedAt}} {
			if !m.at.Valid || e.Plain && m.at.Int64 == firstSeen {
				continue
			}
			l := MarkLine{Feed: urls[id], Item: identityHex(identity), Flag: string(m.flag), On: m.on, At: db.FromMicros(m.at)}
			if m.on && (m.flag == feed.Starred || m.flag == feed.Snooze) {
				l.Title, l.Link = title, link
			}
			if m.flag == feed.Snooze {
				l.Until = db.FromMicros(until)
			}
			if err := yield(l); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

func exportRows(ctx context.Context, s *cache.Store, query db.Text, urls map[int64]string, yield func(MarkLine) error) error {
	rows, err := s.Internals().Readers().QueryContext(ctx, query.SQL, query.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, identity int64
		var at, value sql.NullInt64
		var l MarkLine
		if err := rows.Scan(&id, &identity, &l.Flag, &l.Label, &l.On, &at, &value, &l.Title, &l.Link); err != nil {
			return err
		}
		l.Feed, l.Item, l.At = urls[id], identityHex(identity), db.FromMicros(at)
		if l.Flag == cache.FlagProgress {
			l.Permille = int(value.Int64)
		} else {
			l.Until = db.FromMicros(value)
		}
		if err := yield(l); err != nil {
			return err
		}
	}
	return rows.Err()
}

// identityHex returns an identity in hexadecimal, because numbers in JSON have fewer than 64
// bits.
func identityHex(identity int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(identity))
	return hex.EncodeToString(b[:])
}

func identityOf(digits string) (int64, error) {
	n, err := strconv.ParseUint(digits, 16, 64)
	return int64(n), err
}
