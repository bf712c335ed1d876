-- Times are microseconds since 1970 UTC; NULL where there is no time.

CREATE TABLE feeds (
  id            INTEGER PRIMARY KEY,
  url           TEXT    NOT NULL UNIQUE,
  -- Place in the configuration; NULL once the feed is no longer subscribed.
  place         INTEGER,
  name          TEXT    NOT NULL DEFAULT '',
  tags          TEXT    NOT NULL DEFAULT '',
  keep_days     INTEGER NOT NULL DEFAULT 0,
  keep_items    INTEGER NOT NULL DEFAULT 0,
  keep_unread   INTEGER NOT NULL DEFAULT 1,
  -- What the publisher says.
  title         TEXT    NOT NULL DEFAULT '',
  description   TEXT    NOT NULL DEFAULT '',
  site          TEXT    NOT NULL DEFAULT '',
  updated       INTEGER,
  -- How polling went.
  etag          TEXT    NOT NULL DEFAULT '',
  last_modified TEXT    NOT NULL DEFAULT '',
  body_hash     TEXT    NOT NULL DEFAULT '',
  last_checked  INTEGER,
  last_ok       INTEGER,
  next_check    INTEGER,
  status        INTEGER NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0,
  error         TEXT    NOT NULL DEFAULT '',
  gone          INTEGER NOT NULL DEFAULT 0,
  final_url     TEXT    NOT NULL DEFAULT '',
  -- Items that are not hidden, kept in step by every transaction.
  total         INTEGER NOT NULL DEFAULT 0,
  unread        INTEGER NOT NULL DEFAULT 0
);

-- The narrow half of an item: its place and what the reader did. Views walk
-- it and marks write it, so a row is some 70 bytes; the text is in details.
CREATE TABLE items (
  -- Seconds of the item's date << 29 | low bits of its id: one number that
  -- orders by date, then by arrival. The row of items_fts has the same one.
  pos           INTEGER PRIMARY KEY,
  id            INTEGER NOT NULL UNIQUE,
  feed          INTEGER NOT NULL REFERENCES feeds(id),
  -- Hash of the publisher's key, unique within the feed.
  identity      INTEGER NOT NULL,
  -- Hash of all that the publisher said: equal means nothing to write.
  source        INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  future        INTEGER NOT NULL DEFAULT 0,
  edited        INTEGER NOT NULL DEFAULT 0,
  enclosed      INTEGER NOT NULL DEFAULT 0,
  pictured      INTEGER NOT NULL DEFAULT 0,
  commented     INTEGER NOT NULL DEFAULT 0,
  fulltext      INTEGER NOT NULL DEFAULT 0,
  -- Whether items_fts has the item's present text.
  indexed       INTEGER NOT NULL DEFAULT 0,
  -- Whether the feed is not subscribed any more.
  away          INTEGER NOT NULL DEFAULT 0,
  -- The reader's columns: the state, and when the last word on it was said.
  read          INTEGER NOT NULL DEFAULT 0,
  read_at       INTEGER,
  starred       INTEGER NOT NULL DEFAULT 0,
  starred_at    INTEGER,
  hidden        INTEGER NOT NULL DEFAULT 0,
  hidden_at     INTEGER,
  snoozed_until INTEGER,
  snoozed_at    INTEGER
);

-- pos is the row number and so the last column of every index: each of these
-- is a walk by date. Where the first column is constant, it is there only to
-- carry the condition.
CREATE UNIQUE INDEX items_identity ON items(feed, identity);
CREATE INDEX items_feed     ON items(feed)       WHERE hidden = 0;
CREATE INDEX items_unread   ON items(feed)       WHERE read = 0 AND hidden = 0;
CREATE INDEX items_unread_all ON items(read)     WHERE read = 0 AND hidden = 0 AND away = 0;
CREATE INDEX items_starred  ON items(starred)    WHERE starred = 1;
CREATE INDEX items_hidden   ON items(hidden)     WHERE hidden = 1;
CREATE INDEX items_edited   ON items(edited)     WHERE edited = 1;
CREATE INDEX items_snoozed  ON items(snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX items_read_at  ON items(read_at)    WHERE read = 1;
CREATE INDEX items_new      ON items(first_seen);
CREATE INDEX items_pending  ON items(indexed)    WHERE indexed = 0;

-- The next item id. Ids are never given twice: the journal remembers them.
CREATE TABLE sequence (next INTEGER NOT NULL);
INSERT INTO sequence VALUES (1);

CREATE TABLE details (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  key           TEXT    NOT NULL,
  guid          TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  author        TEXT    NOT NULL,
  summary       TEXT    NOT NULL,
  link          TEXT    NOT NULL,
  comments      TEXT    NOT NULL,
  -- The link as searches fold it, where that is more than ASCII lower case.
  link_folded   TEXT,
  published     INTEGER,
  updated       INTEGER,
  words         INTEGER NOT NULL,
  -- JSON arrays, empty text for none.
  categories    TEXT    NOT NULL,
  enclosures    TEXT    NOT NULL
);

-- Bodies as they came, zstd.
CREATE TABLE contents (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- How far the reader got in an article, in thousandths of it.
CREATE TABLE positions (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  permille      INTEGER NOT NULL
);

CREATE TABLE labels (
  name          TEXT    NOT NULL,
  pos           INTEGER NOT NULL REFERENCES items(pos) ON UPDATE CASCADE ON DELETE CASCADE,
  -- A label taken off stays as a row, so that an older "on" cannot win.
  held          INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (name, pos)
) WITHOUT ROWID;
CREATE INDEX labels_pos ON labels(pos);
CREATE INDEX labels_held ON labels(name, pos) WHERE held = 1;

-- Items removed by retention that their feed still lists.
CREATE TABLE gone (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  PRIMARY KEY (feed, identity)
) WITHOUT ROWID;

-- What the reader did, for undo: rows of one step were done together.
CREATE TABLE journal (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  step          INTEGER NOT NULL,
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  until         INTEGER,
  at            INTEGER NOT NULL,
  undone        INTEGER NOT NULL DEFAULT 0,
  -- Ids of the items that really changed: varints, each the distance to the
  -- one before; for snooze, was has the instants that held before.
  items         BLOB    NOT NULL,
  was           TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX journal_step ON journal(undone, step);

CREATE TABLE settings (
  key           TEXT PRIMARY KEY,
  value         TEXT NOT NULL
) WITHOUT ROWID;

-- Text goes in folded and cut into words by package feed; the table keeps no
-- copy of it. A row that is not there yet is searched for in Go.
CREATE VIRTUAL TABLE items_fts USING fts5(
  title, author, body,
  content = '', contentless_delete = 1,
  tokenize = 'ascii',
  prefix = '2 3'
);

-- The words of the index, to complete the beginning of a longer one.
CREATE VIRTUAL TABLE items_words USING fts5vocab('items_fts', 'instance');
