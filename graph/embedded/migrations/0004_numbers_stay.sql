-- A node's number is kept for it when it is removed: it has the same one when it comes back, and nothing else ever gets it.
-- Whatever names a thing by its number (an address, a pin, a watch) can so be of no other thing.
CREATE TABLE node_gone (
    id    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE TRIGGER node_goes AFTER DELETE ON node
BEGIN INSERT OR IGNORE INTO node_gone VALUES (OLD.id, OLD.kind, OLD.key); END;
