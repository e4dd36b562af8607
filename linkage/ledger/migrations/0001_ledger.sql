CREATE TABLE load (
    load_id      INTEGER PRIMARY KEY,
    source       TEXT NOT NULL,
    manifest     TEXT NOT NULL,
    mode         TEXT NOT NULL CHECK (mode IN ('delta', 'snapshot', 'delete')),
    options      TEXT NOT NULL,
    today        TEXT NOT NULL,
    started_at   TEXT NOT NULL,
    finished_at  TEXT NOT NULL,
    actor        TEXT NOT NULL,
    summary      TEXT NOT NULL
);

CREATE TABLE load_file (
    load_id   INTEGER NOT NULL REFERENCES load (load_id),
    file      INTEGER NOT NULL,
    path      TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    rows      INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    warned    INTEGER NOT NULL,
    PRIMARY KEY (load_id, file)
) WITHOUT ROWID;
CREATE INDEX load_file_by_content ON load_file (sha256);

CREATE TABLE issue (
    load_id    INTEGER NOT NULL REFERENCES load (load_id),
    file       INTEGER NOT NULL,
    line       INTEGER,
    column_    TEXT,
    rule       TEXT NOT NULL,
    message    TEXT NOT NULL,
    rejected   INTEGER NOT NULL CHECK (rejected IN (0, 1))
);
CREATE INDEX issue_by_load ON issue (load_id, file, line);

CREATE TABLE run (
    run_id  INTEGER PRIMARY KEY,
    cause   TEXT NOT NULL CHECK (cause IN ('load', 'decision', 'undo')),
    ref     INTEGER NOT NULL,
    model   TEXT NOT NULL,
    at      TEXT NOT NULL
);

CREATE TABLE membership (
    record_key   TEXT PRIMARY KEY,
    identity_id  TEXT NOT NULL,
    confidence   REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1)
) WITHOUT ROWID;
CREATE INDEX membership_by_identity ON membership (identity_id);

CREATE TABLE identity (
    identity_id  TEXT PRIMARY KEY,
    minted_by    INTEGER NOT NULL REFERENCES run (run_id)
) WITHOUT ROWID;

CREATE TABLE redirect (
    former   TEXT PRIMARY KEY,
    current  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE move (
    run_id   INTEGER NOT NULL REFERENCES run (run_id),
    kind     TEXT NOT NULL CHECK (kind IN ('mint', 'grow', 'shrink', 'merge', 'split', 'retire')),
    from_id  TEXT,
    to_id    TEXT
);
CREATE INDEX move_by_run ON move (run_id);
CREATE INDEX move_by_from ON move (from_id);
CREATE INDEX move_by_to ON move (to_id);

CREATE TABLE scored_pair (
    record_l           TEXT NOT NULL,
    record_r           TEXT NOT NULL,
    match_weight       REAL NOT NULL,
    match_probability  REAL NOT NULL,
    PRIMARY KEY (record_l, record_r),
    CHECK (record_l < record_r)
) WITHOUT ROWID;
CREATE INDEX scored_pair_by_right ON scored_pair (record_r);

CREATE TABLE decision (
    n            INTEGER PRIMARY KEY,
    a            TEXT NOT NULL,
    b            TEXT NOT NULL,
    judgement    TEXT NOT NULL CHECK (judgement IN ('same', 'different')),
    reason       TEXT NOT NULL CHECK (reason <> ''),
    by           TEXT NOT NULL CHECK (by <> ''),
    at           TEXT NOT NULL,
    undone_by    TEXT,
    undone_at    TEXT
);
CREATE INDEX decision_by_record ON decision (a);
CREATE INDEX decision_by_other ON decision (b);

CREATE TABLE outbox (
    sequence  INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL REFERENCES run (run_id)
);
