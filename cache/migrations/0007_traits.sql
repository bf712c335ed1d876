-- What an item carries, in one entry: items that carry nothing have none.
CREATE INDEX items_traits ON items(enclosed, pictured, commented) WHERE enclosed = 1 OR pictured = 1 OR commented = 1;
CREATE INDEX items_fulltext ON items(fulltext) WHERE fulltext = 1;
