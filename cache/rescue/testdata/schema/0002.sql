-- Per-feed keeping, as the configuration has it.
ALTER TABLE feeds ADD COLUMN paused       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN renew_edited INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN fulltext     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN notify       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN separate     INTEGER NOT NULL DEFAULT 0;

-- Why a feed is asked when it is: wishes is JSON, rhythm in microseconds.
ALTER TABLE feeds ADD COLUMN wishes       TEXT    NOT NULL DEFAULT '';
ALTER TABLE feeds ADD COLUMN reason       TEXT    NOT NULL DEFAULT '';
ALTER TABLE feeds ADD COLUMN rhythm       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN newest       INTEGER;
ALTER TABLE feeds ADD COLUMN moved_to     TEXT    NOT NULL DEFAULT '';
ALTER TABLE feeds ADD COLUMN moved_since  INTEGER;
ALTER TABLE feeds ADD COLUMN moved_times  INTEGER NOT NULL DEFAULT 0;

-- The last answers of each feed; duration in microseconds.
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

-- One story in several feeds: copy_of is the id of the item that lists across
-- feeds show for it, NULL where that is the item itself. A story has at most
-- one item of each feed. The hashes are of the canonical link and the folded
-- title, NULL where they say too little.
ALTER TABLE items ADD COLUMN copy_of      INTEGER;
ALTER TABLE items ADD COLUMN link_hash    INTEGER;
ALTER TABLE items ADD COLUMN title_hash   INTEGER;
CREATE INDEX items_copies     ON items(copy_of)    WHERE copy_of IS NOT NULL;
CREATE INDEX items_link_hash  ON items(link_hash)  WHERE link_hash IS NOT NULL;
CREATE INDEX items_title_hash ON items(title_hash) WHERE title_hash IS NOT NULL;
DROP INDEX items_unread_all;
CREATE INDEX items_unread_all ON items(read) WHERE read = 0 AND hidden = 0 AND away = 0 AND copy_of IS NULL;
CREATE INDEX items_unread_copies ON items(read) WHERE read = 0 AND hidden = 0 AND away = 0 AND copy_of IS NOT NULL;
-- How many of total and unread are copies.
ALTER TABLE feeds ADD COLUMN copies        INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN copies_unread INTEGER NOT NULL DEFAULT 0;

ALTER TABLE details ADD COLUMN hidden_by  TEXT NOT NULL DEFAULT '';
ALTER TABLE details ADD COLUMN chapters   TEXT NOT NULL DEFAULT '';
ALTER TABLE details ADD COLUMN transcript TEXT NOT NULL DEFAULT '';
ALTER TABLE details ADD COLUMN comment_count INTEGER NOT NULL DEFAULT 0;

-- What an item said before its publisher's last edit; body is zstd.
CREATE TABLE revisions (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  replaced      INTEGER NOT NULL,
  title         TEXT    NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL
);

-- The article of an item's page, or the sentence that says why there is none.
CREATE TABLE fulltexts (
  id            INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE,
  fetched       INTEGER NOT NULL,
  base          TEXT    NOT NULL,
  body          BLOB    NOT NULL,
  error         TEXT    NOT NULL
);
