-- A full-text index with less of the beginnings of words, which took more room
-- than the words: only those of three characters. One of two is looked up as
-- the beginnings of three that it has, a longer one as the words.
CREATE VIRTUAL TABLE items_text USING fts5(
  title, author, body,
  content = '', contentless_delete = 1,
  tokenize = 'ascii',
  prefix = '3'
);
CREATE VIRTUAL TABLE items_terms USING fts5vocab('items_text', 'instance');

-- Whether items_text is where the text of an indexed item is; items_fts has it
-- otherwise, and is only read from now on.
ALTER TABLE items ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;

-- All items at below and above it are renewed, or wait to be indexed. When all
-- are, below is the lowest number, and items_fts is emptied and dropped.
CREATE TABLE renewal (below INTEGER NOT NULL);
INSERT INTO renewal SELECT iif(EXISTS (SELECT 1 FROM items), 9223372036854775807, -9223372036854775808);
