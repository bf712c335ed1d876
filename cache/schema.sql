-- Times are microseconds since 1970 UTC, NULL if there is no time. Booleans are 0 or 1.

-- The subscribed feeds, and feeds that were subscribed or that a backup names.
CREATE TABLE feeds (
  id            INTEGER PRIMARY KEY,
  url           TEXT    NOT NULL UNIQUE,
  -- The account that the feed belongs to; empty if dateline fetches it itself.
  account       TEXT    NOT NULL DEFAULT '',
  -- The position of the feed in the configuration; NULL if it is not subscribed.
  config_order  INTEGER,
  -- Options of the configuration. tags is a JSON array.
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
  -- Texts of the publisher.
  title         TEXT    NOT NULL DEFAULT '',
  description   TEXT    NOT NULL DEFAULT '',
  site          TEXT    NOT NULL DEFAULT '',
  updated       INTEGER,
  -- The state of polling: the validators of the last response, the times of the last
  -- check and of the last successful check, its HTTP status, and the failures since.
  etag          TEXT    NOT NULL DEFAULT '',
  last_modified TEXT    NOT NULL DEFAULT '',
  body_hash     TEXT    NOT NULL DEFAULT '',
  last_checked  INTEGER,
  last_ok       INTEGER,
  status        INTEGER NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0,
  error         TEXT    NOT NULL DEFAULT '',
  -- Whether the server reports that the feed is gone for good.
  gone          INTEGER NOT NULL DEFAULT 0,
  -- The address after redirects, and the new address that permanent redirects report.
  final_url     TEXT    NOT NULL DEFAULT '',
  moved_to      TEXT    NOT NULL DEFAULT '',
  moved_since   INTEGER,
  moved_times   INTEGER NOT NULL DEFAULT 0,
  -- When the feed is checked next, and why. poll_hints are the hints of the server and
  -- the last document, as JSON. post_interval is in microseconds. newest is the date of the newest item.
  next_check    INTEGER,
  reason        TEXT    NOT NULL DEFAULT '',
  poll_hints    TEXT    NOT NULL DEFAULT '',
  post_interval INTEGER NOT NULL DEFAULT 0,
  newest        INTEGER,
  -- The end of the claim of the process that checks the feed; NULL if there is none.
  claimed_until INTEGER,
  -- The numbers of items that are not hidden, and of those that are copies of an item of
  -- another feed. Every transaction that changes items updates them.
  total         INTEGER NOT NULL DEFAULT 0,
  unread        INTEGER NOT NULL DEFAULT 0,
  copies        INTEGER NOT NULL DEFAULT 0,
  copies_unread INTEGER NOT NULL DEFAULT 0
);

-- The small part of an item: its position and the marks. Views scan this table and
-- marks write it, so a row has only about 70 bytes. The texts are in details.
CREATE TABLE items (
  -- The seconds of the item's date << 29 | the low 29 bits of its ID: one number that
  -- orders items by date, then by arrival.
  pos           INTEGER PRIMARY KEY,
  id            INTEGER NOT NULL UNIQUE,
  feed          INTEGER NOT NULL REFERENCES feeds(id),
  -- The hash of details.key, unique within the feed.
  identity      INTEGER NOT NULL,
  -- The hash of all texts of the publisher. If it is unchanged, nothing is written.
  source_hash   INTEGER NOT NULL,
  first_seen    INTEGER NOT NULL,
  -- Whether the publisher dates the item in the future.
  future        INTEGER NOT NULL DEFAULT 0,
  -- Whether the publisher changed title or text. Then revisions has the text before.
  edited        INTEGER NOT NULL DEFAULT 0,
  has_enclosure INTEGER NOT NULL DEFAULT 0,
  has_image     INTEGER NOT NULL DEFAULT 0,
  has_comments  INTEGER NOT NULL DEFAULT 0,
  has_page_text INTEGER NOT NULL DEFAULT 0,
  -- Whether the feed is not subscribed.
  unsubscribed  INTEGER NOT NULL DEFAULT 0,
  -- Whether the search index has the current text of the item, and its document number
  -- there; NULL if it has none. Document numbers rise with pos.
  indexed       INTEGER NOT NULL DEFAULT 0,
  doc_number    INTEGER,
  -- copy_of is the ID of the lead of the item's story; NULL if the item is the lead. Of
  -- a story in several feeds, lists of several feeds show the lead. A story has at most
  -- one item of each feed. Stories are found by the hashes of the canonical link and of
  -- the folded title; NULL if the link or title is too general.
  copy_of       INTEGER,
  link_hash     INTEGER,
  title_hash    INTEGER,
  -- The marks: each state, and the time of its newest mark. Polling never writes them.
  read          INTEGER NOT NULL DEFAULT 0,
  read_at       INTEGER,
  starred       INTEGER NOT NULL DEFAULT 0,
  starred_at    INTEGER,
  hidden        INTEGER NOT NULL DEFAULT 0,
  hidden_at     INTEGER,
  snoozed_until INTEGER,
  snoozed_at    INTEGER
);

-- pos is the rowid, and so the last column of every index. For one value of the first
-- column the entries of an index are in order by date. In some indexes the first column
-- is constant; they serve only for the condition.
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
-- The has-flags of an item. Items without any are not in the index.
CREATE INDEX items_has           ON items(has_enclosure, has_image, has_comments) WHERE has_enclosure = 1 OR has_image = 1 OR has_comments = 1;
CREATE INDEX items_page_text     ON items(has_page_text) WHERE has_page_text = 1;

-- The next item ID. An ID is never used again, because the journal has old IDs.
CREATE TABLE sequence (next INTEGER NOT NULL);
INSERT INTO sequence VALUES (1);

-- The texts of an item that lists show. words is the number of words of the body.
CREATE TABLE details (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  -- What identifies the item in its feed; see feed.Article.Identify.
  key           TEXT    NOT NULL,
  guid          TEXT    NOT NULL,
  title         TEXT    NOT NULL,
  author        TEXT    NOT NULL,
  summary       TEXT    NOT NULL,
  link          TEXT    NOT NULL,
  comments      TEXT    NOT NULL,
  -- The folded link, which searches compare; NULL if it equals the link in ASCII lower
  -- case.
  link_folded   TEXT,
  published     INTEGER,
  updated       INTEGER,
  words         INTEGER NOT NULL,
  -- JSON arrays; empty if there are none.
  categories    TEXT    NOT NULL,
  enclosures    TEXT    NOT NULL,
  -- The rule that hid the item; empty if none did.
  hidden_by     TEXT    NOT NULL DEFAULT '',
  chapters      TEXT    NOT NULL DEFAULT '',
  transcript    TEXT    NOT NULL DEFAULT '',
  comment_count INTEGER NOT NULL DEFAULT 0,
  -- What only some kinds of items have, as JSON; empty if it is nothing. See feed.More.
  more          TEXT    NOT NULL DEFAULT ''
);

-- The bodies as the publisher sent them, compressed with zstd. base is the address to
-- which their links are relative.
CREATE TABLE contents (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- The text of an item before its publisher changed it, and when it was replaced. body is
-- compressed with zstd.
CREATE TABLE revisions (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  replaced      INTEGER NOT NULL,
  title         TEXT    NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- The text of the page that an item links to, or the message that says why there is
-- none. body is compressed with zstd.
CREATE TABLE page_texts (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  fetched       INTEGER NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL,
  error         TEXT    NOT NULL
);

-- The reading progress, in thousandths of the article, and when it was stored; 0 if that is
-- not known.
CREATE TABLE progress (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  permille      INTEGER NOT NULL,
  at            INTEGER NOT NULL DEFAULT 0
);

-- The labels of items.
CREATE TABLE labels (
  name          TEXT    NOT NULL,
  pos           INTEGER NOT NULL REFERENCES items(pos) ON UPDATE CASCADE ON DELETE CASCADE,
  -- Whether the item has the label. A removed label stays as a row, so that an older mark
  -- cannot add it again. at is the time of the newest mark.
  held          INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (name, pos)
) WITHOUT ROWID;
CREATE INDEX labels_pos ON labels(pos);
CREATE INDEX labels_held ON labels(name, pos) WHERE held = 1;

-- Marks of items that are not in the database, such as marks of a backup. They are
-- applied when their items arrive.
CREATE TABLE pending_marks (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  -- The flag of a mark, or 'place' for reading progress.
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  -- The end of a snooze, or the reading progress in thousandths.
  value         INTEGER,
  PRIMARY KEY (feed, identity, flag, label)
) WITHOUT ROWID;

-- Items that retention removed and that their feed still lists. Save ignores them.
CREATE TABLE removed_items (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  PRIMARY KEY (feed, identity)
) WITHOUT ROWID;

-- The marks of the user, for undo. The rows of a step are undone together.
CREATE TABLE journal (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  step          INTEGER NOT NULL,
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  until         INTEGER,
  at            INTEGER NOT NULL,
  -- Whether the step is undone. Then it can be redone.
  undone        INTEGER NOT NULL DEFAULT 0,
  -- The IDs of the items that really changed: varints, each the difference to the one
  -- before. For a snooze, was has the snooze times of these items before, as JSON.
  items         BLOB    NOT NULL,
  was           TEXT    NOT NULL DEFAULT '',
  -- The positions of the first and the last item if the items were close together. Then
  -- undo scans this range instead of looking up each item. NULL if they were not.
  first         INTEGER,
  last          INTEGER
);
CREATE INDEX journal_step ON journal(undone, step);

-- The poll log: the last checks of each feed. duration is in microseconds.
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

-- Short texts under a key: the state of the screen, and times of the store.
CREATE TABLE settings (
  key           TEXT PRIMARY KEY,
  value         TEXT NOT NULL
) WITHOUT ROWID;

-- The accounts at servers: the state at the end of the last sync. See account.State.
CREATE TABLE accounts (
  name          TEXT PRIMARY KEY,
  kind          TEXT    NOT NULL DEFAULT '',
  url           TEXT    NOT NULL DEFAULT '',
  server_user   TEXT    NOT NULL DEFAULT '',
  last_synced   INTEGER,
  next_sync     INTEGER,
  backlog       INTEGER NOT NULL DEFAULT 0,
  held_back     INTEGER NOT NULL DEFAULT 0,
  error         TEXT    NOT NULL DEFAULT '',
  refused       TEXT    NOT NULL DEFAULT '',
  paused_until  INTEGER,
  -- The end of the claim of the process that syncs the account; NULL if there is none.
  claimed_until INTEGER
) WITHOUT ROWID;

-- The subscriptions of accounts, in the order of the server. server_id is the server's ID of
-- the feed; folders is a JSON array.
CREATE TABLE account_feeds (
  account       TEXT    NOT NULL,
  server_id     TEXT    NOT NULL,
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  title         TEXT    NOT NULL,
  folders       TEXT    NOT NULL,
  PRIMARY KEY (account, server_id)
) WITHOUT ROWID;
CREATE INDEX account_feeds_feed ON account_feeds(feed);

-- The entries of accounts, and the marks that were last agreed with the server. item is NULL
-- if the entry has no item here: its feed has not brought it yet, or retention removed it.
CREATE TABLE remotes (
  account       TEXT    NOT NULL,
  server_id     TEXT    NOT NULL,
  item          INTEGER REFERENCES items(id) ON DELETE SET NULL,
  -- The entry's feed, and what finds its item later: the hash of the link, and the SHA-256
  -- of the GUID if the server has it. Only entries without an item have them.
  feed          INTEGER,
  link_hash     INTEGER,
  guid_hash     TEXT,
  -- Whether the server does not have the entry any more.
  gone          INTEGER NOT NULL DEFAULT 0,
  read          INTEGER NOT NULL DEFAULT 0,
  read_at       INTEGER,
  starred       INTEGER NOT NULL DEFAULT 0,
  starred_at    INTEGER,
  -- Whether a mark was sent and no answer came: the server's state may be that mark.
  read_lost     INTEGER NOT NULL DEFAULT 0,
  starred_lost  INTEGER NOT NULL DEFAULT 0,
  -- Whether the marks of the item may differ from the agreed ones.
  changed       INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, server_id)
) WITHOUT ROWID;
CREATE INDEX remotes_item     ON remotes(item)    WHERE item IS NOT NULL;
CREATE INDEX remotes_unread   ON remotes(account) WHERE read = 0 AND gone = 0;
CREATE INDEX remotes_starred  ON remotes(account) WHERE starred = 1 AND gone = 0;
CREATE INDEX remotes_changed  ON remotes(account) WHERE changed = 1;
CREATE INDEX remotes_gone     ON remotes(account) WHERE gone = 1;
CREATE INDEX remotes_unlinked ON remotes(feed)    WHERE item IS NULL AND gone = 0 AND feed IS NOT NULL;

-- The search index. Package search folds the texts and splits them into words; the
-- tables have no copy of the texts. The rowids are document numbers. They are small and
-- in the order of pos, because an index consists mostly of the differences between them.
-- A text that is not indexed yet is searched in Go. The body is the first column, because
-- FTS5 stores no column number with the postings of that one.
CREATE VIRTUAL TABLE items_index USING fts5(
  body, title, author,
  content = '', contentless_delete = 1,
  tokenize = 'ascii'
);

-- The words of the index, for the completion of a prefix.
CREATE VIRTUAL TABLE items_vocabulary USING fts5vocab('items_index', 'instance');

-- The prefixes of two and three characters of an item's words, and the trigrams of its
-- link, each once. Prefixes of the title begin with §, those of the author with ¶,
-- trigrams with ¤.
CREATE VIRTUAL TABLE items_prefixes USING fts5(
  prefixes,
  content = '', contentless_delete = 1,
  tokenize = 'ascii',
  detail = none
);

-- The size in bytes up to which FTS5 gathers changes in memory before it writes them. A
-- transaction adds about 5 MB, more than the default.
INSERT INTO items_index (items_index, rank) VALUES ('hashsize', 16777216);
INSERT INTO items_prefixes (items_prefixes, rank) VALUES ('hashsize', 16777216);
-- How many segments of a level FTS5 merges into one of the next level.
INSERT INTO items_index (items_index, rank) VALUES ('automerge', 8);
INSERT INTO items_prefixes (items_prefixes, rank) VALUES ('automerge', 8);

-- The items whose marks changed since they were written into the folder that computers share,
-- in the order of the changes. An item may be there more than once. Triggers fill the table,
-- which package folder creates as long as there is a folder.
CREATE TABLE changed_marks (
  change        INTEGER PRIMARY KEY,
  item          INTEGER NOT NULL
);
