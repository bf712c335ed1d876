-- Times are microseconds since 1970 UTC, NULL if there is no time.

CREATE TABLE feeds (
  id            INTEGER PRIMARY KEY,
  url           TEXT    NOT NULL UNIQUE,
  -- The account that the feed belongs to; empty if it is a local one.
  account       TEXT    NOT NULL DEFAULT '',
  -- Where the feed stands in the configuration; NULL if it is not subscribed.
  config_order  INTEGER,
  -- What the configuration says.
  name          TEXT    NOT NULL DEFAULT '',
  tags          TEXT    NOT NULL DEFAULT '',
  keep_days     INTEGER NOT NULL DEFAULT 0,
  keep_items    INTEGER NOT NULL DEFAULT 0,
  keep_unread   INTEGER NOT NULL DEFAULT 1,
  paused        INTEGER NOT NULL DEFAULT 0,
  renew_edited  INTEGER NOT NULL DEFAULT 0,
  fulltext      INTEGER NOT NULL DEFAULT 0,
  notify        INTEGER NOT NULL DEFAULT 0,
  separate      INTEGER NOT NULL DEFAULT 0,
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
  status        INTEGER NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0,
  error         TEXT    NOT NULL DEFAULT '',
  -- Whether the server says that the feed is gone for good.
  gone          INTEGER NOT NULL DEFAULT 0,
  final_url     TEXT    NOT NULL DEFAULT '',
  moved_to      TEXT    NOT NULL DEFAULT '',
  moved_since   INTEGER,
  moved_times   INTEGER NOT NULL DEFAULT 0,
  -- When the feed is checked next, and why then: poll_hints is JSON, what the
  -- server asks for; post_interval is in microseconds.
  next_check    INTEGER,
  reason        TEXT    NOT NULL DEFAULT '',
  poll_hints    TEXT    NOT NULL DEFAULT '',
  post_interval INTEGER NOT NULL DEFAULT 0,
  newest        INTEGER,
  -- Until when a process has claimed the feed for a check; NULL if none has.
  claimed_until INTEGER,
  -- Items that are not hidden, kept in step by every transaction, and how many of
  -- them are copies of an item of another feed.
  total         INTEGER NOT NULL DEFAULT 0,
  unread        INTEGER NOT NULL DEFAULT 0,
  copies        INTEGER NOT NULL DEFAULT 0,
  copies_unread INTEGER NOT NULL DEFAULT 0
);

-- The narrow half of an item: its position and the user's marks. Views scan it
-- and marks write it, so a row has some 70 bytes. The text is in details.
CREATE TABLE items (
  -- Seconds of the item's date << 29 | low bits of its id: one number that
  -- orders by date, then by arrival.
  pos           INTEGER PRIMARY KEY,
  id            INTEGER NOT NULL UNIQUE,
  feed          INTEGER NOT NULL REFERENCES feeds(id),
  -- Hash of the publisher's key, unique within the feed.
  identity      INTEGER NOT NULL,
  -- Hash of all that the publisher said. If it is equal, nothing is written.
  source_hash   INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  future        INTEGER NOT NULL DEFAULT 0,
  edited        INTEGER NOT NULL DEFAULT 0,
  has_enclosure INTEGER NOT NULL DEFAULT 0,
  has_image     INTEGER NOT NULL DEFAULT 0,
  has_comments  INTEGER NOT NULL DEFAULT 0,
  has_page_text INTEGER NOT NULL DEFAULT 0,
  -- Whether the feed is not subscribed any more.
  unsubscribed  INTEGER NOT NULL DEFAULT 0,
  -- Whether the full-text index has the item's present text, and its document
  -- number there; NULL if it has none. Document numbers rise with pos.
  indexed       INTEGER NOT NULL DEFAULT 0,
  doc_number    INTEGER,
  -- One story in several feeds: copy_of is the id of the story's lead, the item
  -- that lists across feeds show; NULL if that is the item itself. A story has at
  -- most one item of each feed. The hashes are of the canonical link and the
  -- folded title, NULL if they say too little.
  copy_of       INTEGER,
  link_hash     INTEGER,
  title_hash    INTEGER,
  -- The user's columns: each state, and when its newest mark was made.
  read          INTEGER NOT NULL DEFAULT 0,
  read_at       INTEGER,
  starred       INTEGER NOT NULL DEFAULT 0,
  starred_at    INTEGER,
  hidden        INTEGER NOT NULL DEFAULT 0,
  hidden_at     INTEGER,
  snoozed_until INTEGER,
  snoozed_at    INTEGER
);

-- pos is the row number and so the last column of every index: each of these is
-- in order by date. If the first column is constant, it is there only to carry
-- the condition.
CREATE UNIQUE INDEX items_identity   ON items(feed, identity);
CREATE UNIQUE INDEX items_doc_number ON items(doc_number) WHERE doc_number IS NOT NULL;
CREATE INDEX items_feed          ON items(feed)       WHERE hidden = 0;
CREATE INDEX items_unread        ON items(feed)       WHERE read = 0 AND hidden = 0;
CREATE INDEX items_unread_all    ON items(read)       WHERE read = 0 AND hidden = 0 AND unsubscribed = 0 AND copy_of IS NULL;
CREATE INDEX items_unread_copies ON items(read)       WHERE read = 0 AND hidden = 0 AND unsubscribed = 0 AND copy_of IS NOT NULL;
CREATE INDEX items_starred       ON items(starred)    WHERE starred = 1;
CREATE INDEX items_hidden        ON items(hidden)     WHERE hidden = 1;
CREATE INDEX items_edited        ON items(edited)     WHERE edited = 1;
CREATE INDEX items_snoozed       ON items(snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX items_read_at       ON items(read_at)    WHERE read = 1;
CREATE INDEX items_new           ON items(first_seen);
CREATE INDEX items_pending       ON items(indexed)    WHERE indexed = 0;
CREATE INDEX items_copies        ON items(copy_of)    WHERE copy_of IS NOT NULL;
CREATE INDEX items_link_hash     ON items(link_hash)  WHERE link_hash IS NOT NULL;
CREATE INDEX items_title_hash    ON items(title_hash) WHERE title_hash IS NOT NULL;
-- What an item has, in one entry. Items that have nothing are not in it.
CREATE INDEX items_has           ON items(has_enclosure, has_image, has_comments) WHERE has_enclosure = 1 OR has_image = 1 OR has_comments = 1;
CREATE INDEX items_page_text     ON items(has_page_text) WHERE has_page_text = 1;

-- The next item id. No id is given twice: the journal keeps ids.
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
  -- The link as searches fold it, if that differs from its ASCII lower case.
  link_folded   TEXT,
  published     INTEGER,
  updated       INTEGER,
  words         INTEGER NOT NULL,
  -- JSON arrays, empty text for none.
  categories    TEXT    NOT NULL,
  enclosures    TEXT    NOT NULL,
  -- The rule that hid the item; empty if none did.
  hidden_by     TEXT    NOT NULL DEFAULT '',
  chapters      TEXT    NOT NULL DEFAULT '',
  transcript    TEXT    NOT NULL DEFAULT '',
  comment_count INTEGER NOT NULL DEFAULT 0
);

-- Bodies as they came, compressed with zstd.
CREATE TABLE contents (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- What an item said before its publisher's last edit; body is zstd.
CREATE TABLE revisions (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  replaced      INTEGER NOT NULL,
  title         TEXT    NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- The article of an item's page, or the message that says why there is none;
-- body is zstd.
CREATE TABLE page_texts (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  fetched       INTEGER NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL,
  error         TEXT    NOT NULL
);

-- Reading progress, in thousandths of the article.
CREATE TABLE progress (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  permille      INTEGER NOT NULL
);

CREATE TABLE labels (
  name          TEXT    NOT NULL,
  pos           INTEGER NOT NULL REFERENCES items(pos) ON UPDATE CASCADE ON DELETE CASCADE,
  -- A label that was removed stays as a row, so that an older mark cannot win.
  held          INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (name, pos)
) WITHOUT ROWID;
CREATE INDEX labels_pos ON labels(pos);
CREATE INDEX labels_held ON labels(name, pos) WHERE held = 1;

-- Marks of items that are not here, such as those of a backup. They are applied
-- when their items arrive.
CREATE TABLE pending_marks (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  -- The flag of a mark, or 'place' for reading progress.
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  -- When a snooze ends, or reading progress in thousandths.
  value         INTEGER,
  PRIMARY KEY (feed, identity, flag, label)
) WITHOUT ROWID;

-- Items that retention removed and that their feed still lists.
CREATE TABLE removed_items (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  PRIMARY KEY (feed, identity)
) WITHOUT ROWID;

-- What the user did, for undo. Rows of one step were done together.
CREATE TABLE journal (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  step          INTEGER NOT NULL,
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  until         INTEGER,
  at            INTEGER NOT NULL,
  undone        INTEGER NOT NULL DEFAULT 0,
  -- Ids of the items that really changed: varints, each the distance to the one
  -- before. For a snooze, was has the times that held before.
  items         BLOB    NOT NULL,
  was           TEXT    NOT NULL DEFAULT '',
  -- The positions of the first and the last item if the items lay close together.
  -- Undo then need not look up each. NULL if that is not known.
  first         INTEGER,
  last          INTEGER
);
CREATE INDEX journal_step ON journal(undone, step);

-- The last checks of each feed; duration in microseconds.
CREATE TABLE polls (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  at            INTEGER NOT NULL,
  outcome       TEXT    NOT NULL,
  status        INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  arrived       INTEGER NOT NULL,
  updated       INTEGER NOT NULL,
  reissued      INTEGER NOT NULL,
  duration      INTEGER NOT NULL,
  error         TEXT    NOT NULL,
  PRIMARY KEY (feed, at)
) WITHOUT ROWID;

CREATE TABLE settings (
  key           TEXT PRIMARY KEY,
  value         TEXT NOT NULL
) WITHOUT ROWID;

-- The full-text index. Texts go in folded and cut into words by package feed, and
-- the tables keep no copy of them. A text that is not indexed yet is searched in
-- Go. The row numbers are document numbers: small, and in the order of pos, for
-- most of what an index holds are the distances between such numbers.
CREATE VIRTUAL TABLE items_index USING fts5(
  title, author, body,
  content = '', contentless_delete = 1,
  tokenize = 'ascii'
);

-- The words of the index, to complete a prefix.
CREATE VIRTUAL TABLE items_vocabulary USING fts5vocab('items_index', 'instance');

-- The prefixes of two and three characters of an item's words, each once: those
-- of the title with § before them, those of the author with ¶.
CREATE VIRTUAL TABLE items_prefixes USING fts5(
  prefixes,
  content = '', contentless_delete = 1,
  tokenize = 'ascii',
  detail = none
);

-- What a transaction writes is sorted in memory and written at once. That is some
-- 1.5 MB, more than FTS5 gathers by default.
INSERT INTO items_index (items_index, rank) VALUES ('hashsize', 4194304);
INSERT INTO items_prefixes (items_prefixes, rank) VALUES ('hashsize', 4194304);
