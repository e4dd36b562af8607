-- Every screening, the ones that found nothing too.
CREATE TABLE screening (
    screening_id  INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,
    cause         TEXT NOT NULL CHECK (cause IN ('load', 'decision', 'undo', 'rescore', 'time')),
    ref           INTEGER,
    actor         TEXT NOT NULL CHECK (trim(actor) <> ''),
    as_of         TEXT NOT NULL,
    policy        TEXT NOT NULL,
    scope         TEXT NOT NULL CHECK (scope IN ('all', 'concerned')),
    screened      INTEGER NOT NULL,
    opened        INTEGER NOT NULL,
    reopened      INTEGER NOT NULL,
    extended      INTEGER NOT NULL
);

-- When each driver was last looked at, whether anything was found or not.
CREATE TABLE screened_last (
    identity_id   TEXT PRIMARY KEY,
    screening_id  INTEGER NOT NULL REFERENCES screening (screening_id)
) WITHOUT ROWID;

-- What each screening brought before reviewers, with the days of what was new then.
CREATE TABLE screening_found (
    review_id     INTEGER NOT NULL REFERENCES review (review_id),
    round         INTEGER NOT NULL,
    screening_id  INTEGER NOT NULL REFERENCES screening (screening_id),
    trigger_      TEXT NOT NULL,
    happened_on   TEXT,
    received_on   TEXT,
    opened_on     TEXT NOT NULL,
    renewal_on    TEXT,
    PRIMARY KEY (review_id, round, screening_id)
) WITHOUT ROWID;
