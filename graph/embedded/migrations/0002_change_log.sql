-- What each ledger change did to the graph, for stores outside the ledger that follow it.
CREATE TABLE graph_change (
    sequence       INTEGER PRIMARY KEY,
    token          TEXT NOT NULL,      -- tells two histories of one length apart
    nodes_removed  BLOB,               -- Arrow IPC of the four frames; all null: not kept
    nodes_set      BLOB,
    edges_removed  BLOB,
    edges_set      BLOB
);
INSERT INTO graph_change (sequence, token)
SELECT value, lower(hex(randomblob(8))) FROM graph_state WHERE name = 'applied' AND value > 0;

CREATE TABLE graph_origin (id TEXT NOT NULL);
INSERT INTO graph_origin VALUES (lower(hex(randomblob(16))));

-- Stores that follow this graph; changes are kept only while there is one.
CREATE TABLE graph_follower (
    store       TEXT PRIMARY KEY,
    is_drifted  INTEGER NOT NULL DEFAULT 0 CHECK (is_drifted IN (0, 1))
) WITHOUT ROWID;
