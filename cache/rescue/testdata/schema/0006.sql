-- A full-text index whose rows have small numbers in the order of pos: most of
-- what an index has are the distances between such numbers. Beginnings of words
-- are apart, without the places where they stand.
CREATE VIRTUAL TABLE items_index USING fts5(
  title, author, body,
  content = '', contentless_delete = 1,
  tokenize = 'ascii'
);
CREATE VIRTUAL TABLE items_vocabulary USING fts5vocab('items_index', 'instance');

-- The beginnings of two and three characters of an item's words, each once:
-- those of the title with § before them, those of the author with ¶.
CREATE VIRTUAL TABLE items_starts USING fts5(
  starts,
  content = '', contentless_delete = 1,
  tokenize = 'ascii',
  detail = none
);

-- What a transaction writes is sorted in memory and written at once: it is some
-- 1.5 MB, more than FTS5 gathers unless it is told to.
INSERT INTO items_index (items_index, rank) VALUES ('hashsize', 4194304);
INSERT INTO items_starts (items_starts, rank) VALUES ('hashsize', 4194304);

-- The number of the item's text in both; NULL where they do not have it. Of two
-- items that have one, the later in the order of pos has the larger.
ALTER TABLE items ADD COLUMN text INTEGER;
CREATE UNIQUE INDEX items_texts ON items(text) WHERE text IS NOT NULL;

-- items_text has the text of the other items that are indexed, and is only read
-- from now on. What had not come into it yet waits to be indexed; renewed says
-- nothing any more.
UPDATE items SET indexed = 0 WHERE indexed = 1 AND renewed = 0 AND pos < (SELECT below FROM renewal);
DROP TABLE IF EXISTS items_words;
DROP TABLE IF EXISTS items_fts;
DELETE FROM renewal;
INSERT INTO renewal SELECT iif(EXISTS (SELECT 1 FROM items WHERE indexed = 1), 9223372036854775807, -9223372036854775808);
