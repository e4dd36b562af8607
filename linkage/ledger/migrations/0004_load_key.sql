-- Which loads tell of a key, so that a few rows are read by asking a few loads and not all of them. A key is its CRC-32: two may
-- share one, so the rows are compared again. Loads of an earlier version are not listed, and are asked of every key, until
-- somebody lists them.
CREATE TABLE load_key (
    mark     INTEGER NOT NULL,
    load_id  INTEGER NOT NULL,
    PRIMARY KEY (mark, load_id)
) WITHOUT ROWID;
CREATE TABLE load_listed (load_id INTEGER PRIMARY KEY REFERENCES load (load_id));
