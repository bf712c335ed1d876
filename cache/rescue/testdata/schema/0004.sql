-- What a backup tells of items that are not here; it holds as soon as they are.
CREATE TABLE waiting (
  feed          INTEGER NOT NULL REFERENCES feeds(id) ON DELETE CASCADE,
  identity      INTEGER NOT NULL,
  -- That of a mark, or 'place' for how far the reader got.
  flag          TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  is_on         INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  -- When a snooze ends, or the thousandths of a place.
  value         INTEGER,
  PRIMARY KEY (feed, identity, flag, label)
) WITHOUT ROWID;
