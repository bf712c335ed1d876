-- Until when a dateline says to be asking the feed; NULL when none is.
ALTER TABLE feeds ADD COLUMN asking INTEGER;
