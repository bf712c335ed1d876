-- What an item carries, in one entry: items that carry nothing have none.
CREATE INDEX items_traits ON items(enclosed, pictured, commented) WHERE enclosed = 1 OR pictured = 1 OR commented = 1;
CREATE INDEX items_fulltext ON items(fulltext) WHERE fulltext = 1;

-- Between which places the items of an entry lay, if close together: taking it
-- back, one need not look up each to find them. NULL where that is not known.
ALTER TABLE journal ADD COLUMN first INTEGER;
ALTER TABLE journal ADD COLUMN last  INTEGER;
