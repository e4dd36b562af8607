CREATE TABLE node (
    id        INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL,
    key       TEXT NOT NULL,
    known_on  INTEGER,                 -- days since 1970-01-01
    props     TEXT,                    -- JSON object
    UNIQUE (kind, key)
);

CREATE TABLE edge (
    kind        TEXT NOT NULL,
    src         INTEGER NOT NULL REFERENCES node (id),
    dst         INTEGER NOT NULL REFERENCES node (id),
    record      TEXT NOT NULL,         -- person record key, '' where the edge rests on none
    first_seen  INTEGER NOT NULL,      -- days since 1970-01-01; -2147483648 is undated
    last_seen   INTEGER,
    confidence  REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    known_on    INTEGER,
    days        INTEGER,
    props       TEXT,
    PRIMARY KEY (src, kind, dst, record, first_seen)
) WITHOUT ROWID;
CREATE INDEX edge_by_dst ON edge (dst, kind, src);

CREATE TABLE graph_state (
    name   TEXT PRIMARY KEY,
    value  INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO graph_state VALUES ('applied', 0);
