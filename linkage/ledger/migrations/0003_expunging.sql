-- People who were taken out for good, one row an order. `work` names what is still to be taken out: it holds their keys and
-- is null once that is done. While a row is unfinished, what is otherwise kept for ever may be emptied.
CREATE TABLE expunging (
    n            INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    actor        TEXT NOT NULL CHECK (trim(actor) <> ''),
    reason       TEXT NOT NULL CHECK (trim(reason) <> ''),
    identities   TEXT NOT NULL CHECK (json_valid(identities)),
    records      INTEGER NOT NULL,
    work         TEXT,
    places       TEXT CHECK (json_valid(places)),   -- what was taken out where, counted
    finished_at  TEXT,
    CHECK (finished_at IS NULL OR work IS NULL)
);
CREATE UNIQUE INDEX expunging_under_way ON expunging (finished_at IS NULL) WHERE finished_at IS NULL;
CREATE TRIGGER expunging_stays BEFORE DELETE ON expunging BEGIN SELECT raise(ABORT, 'expungings stay on record'); END;

-- What keeps an old file from bringing them back: a keyed hash of each record key, from which no key can be read.
CREATE TABLE tombstone (
    mark  BLOB PRIMARY KEY,
    n     INTEGER NOT NULL REFERENCES expunging (n)
) WITHOUT ROWID;
CREATE TABLE tombstone_key (key BLOB NOT NULL);
