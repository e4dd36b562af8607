-- One request a gap: what was asked of whom about which driver, and the packet exactly as it was made. What became of it is
-- not kept here: it follows from the answers, which are facts, and from the chases.
CREATE TABLE exchange_request (
    n            INTEGER PRIMARY KEY,
    request_id   TEXT NOT NULL UNIQUE,
    partner      TEXT NOT NULL,
    record_type  TEXT NOT NULL,
    anchor       TEXT NOT NULL,   -- a record of the driver: says whom the request is about after a split
    identity_id  TEXT NOT NULL,   -- the driver's id when it was made
    gap          TEXT NOT NULL CHECK (gap IN ('never', 'stale', 'not_shared')),
    gap_since    TEXT,
    asked_on     TEXT NOT NULL,
    due_on       TEXT NOT NULL CHECK (due_on > asked_on),
    asked_by     TEXT NOT NULL CHECK (trim(asked_by) <> ''),
    reason       TEXT NOT NULL CHECK (trim(reason) <> ''),
    policy       TEXT NOT NULL,
    packet       TEXT NOT NULL CHECK (json_valid(packet))
);
CREATE INDEX exchange_request_by_anchor ON exchange_request (anchor);
CREATE TRIGGER exchange_request_is_kept BEFORE UPDATE ON exchange_request
BEGIN SELECT raise(ABORT, 'requests stay as they were made'); END;

CREATE TABLE exchange_chase (
    request_id  TEXT NOT NULL REFERENCES exchange_request (request_id),
    n           INTEGER NOT NULL,   -- the how manieth of the request
    chased_on   TEXT NOT NULL,
    due_on      TEXT NOT NULL CHECK (due_on > chased_on),
    chased_by   TEXT NOT NULL CHECK (trim(chased_by) <> ''),
    reason      TEXT NOT NULL CHECK (trim(reason) <> ''),
    PRIMARY KEY (request_id, n)
) WITHOUT ROWID;
