-- Every change of state that a person made or caused, chained by hash: see eligibility/trail.py.
CREATE TABLE trail (
    n         INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    actor     TEXT NOT NULL CHECK (trim(actor) <> ''),
    action    TEXT NOT NULL CHECK (action <> ''),
    subject   TEXT NOT NULL CHECK (subject <> ''),
    reason    TEXT NOT NULL CHECK (trim(reason) <> ''),
    detail    TEXT NOT NULL,
    previous  TEXT NOT NULL,
    hash      TEXT NOT NULL
);
CREATE INDEX trail_by_subject ON trail (subject);
CREATE TABLE trail_head (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    n     INTEGER NOT NULL,
    hash  TEXT NOT NULL
);
INSERT INTO trail_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER trail_is_kept BEFORE UPDATE ON trail BEGIN SELECT raise(ABORT, 'trail rows stay as they are'); END;
CREATE TRIGGER trail_stays BEFORE DELETE ON trail BEGIN SELECT raise(ABORT, 'trail rows stay'); END;
-- Also keeps INSERT OR REPLACE from putting a row in another's place.
CREATE TRIGGER trail_grows BEFORE INSERT ON trail WHEN NEW.n <> (SELECT n + 1 FROM trail_head)
BEGIN SELECT raise(ABORT, 'trail rows come after the last'); END;
CREATE TRIGGER trail_head_stays BEFORE DELETE ON trail_head BEGIN SELECT raise(ABORT, 'the head stays'); END;

-- One review a driver and matter. `identity_id` is the driver's id at the last change; who it is today: review_today.
CREATE TABLE review (
    review_id    INTEGER PRIMARY KEY,
    identity_id  TEXT NOT NULL,
    anchor       TEXT NOT NULL,
    trigger_     TEXT NOT NULL,
    key          TEXT NOT NULL,
    audience     TEXT NOT NULL CHECK (audience IN ('general', 'cleared')),
    state        TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'waiting', 'proposed', 'closed')),
    round        INTEGER NOT NULL CHECK (round > 0),
    priority     REAL NOT NULL CHECK (priority BETWEEN 0 AND 100),
    reason       TEXT NOT NULL CHECK (reason <> ''),
    opened_at    TEXT NOT NULL,
    as_of        TEXT NOT NULL,
    happened_on  TEXT,
    received_on  TEXT,
    assignee     TEXT,
    outcome      TEXT CHECK (outcome IN ('retain', 'conditions', 'suspend', 'revoke', 'refer')),
    closed_at    TEXT,
    CHECK ((state = 'closed') = (outcome IS NOT NULL AND closed_at IS NOT NULL)),
    CHECK (state IN ('open', 'closed') OR assignee IS NOT NULL)
);
CREATE INDEX review_by_anchor ON review (anchor);
CREATE INDEX review_by_identity ON review (identity_id);

-- Every round of a review, the present one included: what brought it up, and when it was decided.
CREATE TABLE review_round (
    review_id    INTEGER NOT NULL REFERENCES review (review_id),
    round        INTEGER NOT NULL,
    trigger_     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    opened_at    TEXT NOT NULL,
    as_of        TEXT NOT NULL,
    happened_on  TEXT,
    received_on  TEXT,
    outcome      TEXT,
    closed_at    TEXT,
    PRIMARY KEY (review_id, round)
) WITHOUT ROWID;

-- Whose a review is today: whoever has the record it rests on, else where the former id leads.
CREATE VIEW review_today AS SELECT r.*, coalesce(
    (SELECT m.identity_id FROM membership m WHERE m.record_key = r.anchor),
    (SELECT d.current FROM redirect d WHERE d.former = r.identity_id),
    r.identity_id) AS current_id FROM review r;

-- What a reviewer of the driver was shown, each with a level; something is new where it is in none of these, or higher.
CREATE TABLE review_item (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    round      INTEGER NOT NULL,
    item       TEXT NOT NULL,
    level      REAL NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (review_id, round, item)
) WITHOUT ROWID;

-- Records that a review rests on, by the person whose they then were: finds what relied on a merge.
CREATE TABLE review_basis (
    record_key   TEXT NOT NULL,
    review_id    INTEGER NOT NULL REFERENCES review (review_id),
    identity_id  TEXT NOT NULL,
    PRIMARY KEY (record_key, review_id, identity_id)
) WITHOUT ROWID;

CREATE TABLE review_note (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    n          INTEGER NOT NULL,
    round      INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('note', 'request', 'answer')),
    by         TEXT NOT NULL CHECK (trim(by) <> ''),
    at         TEXT NOT NULL,
    text       TEXT NOT NULL CHECK (trim(text) <> ''),
    due_on     TEXT,
    PRIMARY KEY (review_id, n)
) WITHOUT ROWID;

-- A factor is resolved by a finding of the present round, made at its present level or a higher one.
CREATE TABLE review_finding (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    n          INTEGER NOT NULL,
    round      INTEGER NOT NULL,
    factor     TEXT NOT NULL,
    level      REAL NOT NULL,
    finding    TEXT NOT NULL,
    reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
    by         TEXT NOT NULL CHECK (trim(by) <> ''),
    at         TEXT NOT NULL,
    PRIMARY KEY (review_id, n)
) WITHOUT ROWID;

CREATE TABLE review_proposal (
    review_id       INTEGER NOT NULL REFERENCES review (review_id),
    n               INTEGER NOT NULL,
    round           INTEGER NOT NULL,
    outcome         TEXT NOT NULL,
    codes           TEXT NOT NULL,
    reason          TEXT NOT NULL CHECK (trim(reason) <> ''),
    by              TEXT NOT NULL CHECK (trim(by) <> ''),
    at              TEXT NOT NULL,
    policy          TEXT NOT NULL,
    verdict         TEXT CHECK (verdict IN ('final', 'signed', 'returned', 'overtaken')),
    second_outcome  TEXT,
    second_reason   TEXT,
    second_by       TEXT,
    second_at       TEXT,
    PRIMARY KEY (review_id, n),
    CHECK (verdict IS NOT 'signed' OR (second_by IS NOT NULL AND second_by <> by))
) WITHOUT ROWID;

-- What was known, scored and shown at a moment, as a compressed JSON document.
CREATE TABLE review_snapshot (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    n          INTEGER NOT NULL,
    round      INTEGER NOT NULL,
    moment     TEXT NOT NULL,
    at         TEXT NOT NULL,
    as_of      TEXT NOT NULL,
    digest     TEXT NOT NULL,
    document   BLOB NOT NULL,
    PRIMARY KEY (review_id, n)
);

CREATE TABLE review_letter (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    round      INTEGER NOT NULL,
    language   TEXT NOT NULL,
    version    TEXT NOT NULL,
    at         TEXT NOT NULL,
    by         TEXT NOT NULL,
    digest     TEXT NOT NULL,
    PRIMARY KEY (review_id, round, language, version)
) WITHOUT ROWID;

CREATE TABLE review_appeal (
    review_id        INTEGER NOT NULL REFERENCES review (review_id),
    n                INTEGER NOT NULL,
    round            INTEGER NOT NULL,
    filed_on         TEXT NOT NULL,
    grounds          TEXT NOT NULL CHECK (trim(grounds) <> ''),
    evidence         TEXT NOT NULL,
    by               TEXT NOT NULL CHECK (trim(by) <> ''),
    at               TEXT NOT NULL,
    decision         TEXT CHECK (decision IN ('upheld', 'granted')),
    decision_reason  TEXT,
    decided_by       TEXT,
    decided_at       TEXT,
    PRIMARY KEY (review_id, n)
) WITHOUT ROWID;

-- What somebody who did not decide would have decided, without being shown the outcome.
CREATE TABLE review_opinion (
    review_id  INTEGER NOT NULL REFERENCES review (review_id),
    round      INTEGER NOT NULL,
    by         TEXT NOT NULL CHECK (trim(by) <> ''),
    outcome    TEXT NOT NULL,
    reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
    at         TEXT NOT NULL,
    PRIMARY KEY (review_id, round, by)
) WITHOUT ROWID;

-- Who may see what concerns terrorism. Rows are withdrawn, never removed.
CREATE TABLE clearance (
    name              TEXT NOT NULL CHECK (trim(name) <> ''),
    granted_by        TEXT NOT NULL CHECK (trim(granted_by) <> '' AND granted_by <> name),
    granted_at        TEXT NOT NULL,
    reason            TEXT NOT NULL CHECK (trim(reason) <> ''),
    withdrawn_by      TEXT,
    withdrawn_at      TEXT,
    withdrawn_reason  TEXT
);
CREATE UNIQUE INDEX clearance_holds ON clearance (name) WHERE withdrawn_at IS NULL;

-- What a person wrote or was shown stays as it is; it can only be taken out as a whole, when a person is expunged.
CREATE TRIGGER note_is_kept BEFORE UPDATE ON review_note
WHEN NEW.text <> '(expunged)' OR (NEW.review_id, NEW.n, NEW.round, NEW.kind, NEW.by, NEW.at)
    IS NOT (OLD.review_id, OLD.n, OLD.round, OLD.kind, OLD.by, OLD.at)
BEGIN SELECT raise(ABORT, 'notes stay as they are'); END;
CREATE TRIGGER note_stays BEFORE DELETE ON review_note BEGIN SELECT raise(ABORT, 'notes stay'); END;
CREATE TRIGGER finding_is_kept BEFORE UPDATE ON review_finding
BEGIN SELECT raise(ABORT, 'findings stay as they are'); END;
CREATE TRIGGER finding_stays BEFORE DELETE ON review_finding BEGIN SELECT raise(ABORT, 'findings stay'); END;
CREATE TRIGGER snapshot_is_kept BEFORE UPDATE ON review_snapshot
WHEN length(NEW.document) > 0 OR (NEW.review_id, NEW.n, NEW.round, NEW.moment, NEW.at, NEW.as_of, NEW.digest)
    IS NOT (OLD.review_id, OLD.n, OLD.round, OLD.moment, OLD.at, OLD.as_of, OLD.digest)
BEGIN SELECT raise(ABORT, 'snapshots stay as they are'); END;
CREATE TRIGGER snapshot_stays BEFORE DELETE ON review_snapshot BEGIN SELECT raise(ABORT, 'snapshots stay'); END;
CREATE TRIGGER opinion_is_kept BEFORE UPDATE ON review_opinion
BEGIN SELECT raise(ABORT, 'opinions stay as they are'); END;
CREATE TRIGGER opinion_stays BEFORE DELETE ON review_opinion BEGIN SELECT raise(ABORT, 'opinions stay'); END;
CREATE TRIGGER proposal_stays BEFORE DELETE ON review_proposal BEGIN SELECT raise(ABORT, 'proposals stay'); END;
