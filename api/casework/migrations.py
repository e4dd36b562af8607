"""The tables of casework. Nothing in them is an input of a score or an identity."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE case_folder (
        case_id    INTEGER PRIMARY KEY AUTOINCREMENT,
        title      TEXT NOT NULL CHECK (title <> ''),
        opened_by  TEXT NOT NULL,
        opened_at  TEXT NOT NULL,
        closed_by  TEXT,
        closed_at  TEXT
    );
    CREATE TABLE case_pin (
        pin_id    INTEGER PRIMARY KEY AUTOINCREMENT,
        case_id   INTEGER NOT NULL REFERENCES case_folder (case_id),
        kind      TEXT NOT NULL,              -- driver, thing, reason, list, view
        ref       TEXT NOT NULL,              -- id by which it is found again
        as_of     TEXT,                       -- day of the scores when it was pinned
        says      TEXT NOT NULL,              -- JSON: what was shown when it was pinned
        note      TEXT NOT NULL,
        pinned_by TEXT NOT NULL,
        pinned_at TEXT NOT NULL,
        taken_at  TEXT,                       -- when it was taken out again
        taken_by  TEXT
    );
    CREATE INDEX case_pin_by_case ON case_pin (case_id);
    CREATE TABLE case_note (
        note_id   INTEGER PRIMARY KEY AUTOINCREMENT,
        case_id   INTEGER NOT NULL REFERENCES case_folder (case_id),
        text      TEXT NOT NULL CHECK (text <> ''),
        by_       TEXT NOT NULL,
        at        TEXT NOT NULL
    );
    CREATE TABLE drawn_tie (
        tie_id    INTEGER PRIMARY KEY AUTOINCREMENT,
        case_id   INTEGER NOT NULL REFERENCES case_folder (case_id),
        a         TEXT NOT NULL,              -- KIND:KEY of a node
        b         TEXT NOT NULL,
        says      TEXT NOT NULL CHECK (says <> ''),
        source    TEXT NOT NULL CHECK (source <> ''),
        drawn_by  TEXT NOT NULL,
        drawn_at  TEXT NOT NULL,
        taken_at  TEXT,
        taken_by  TEXT
    );
    CREATE TABLE saved_view (
        view_id   TEXT PRIMARY KEY,           -- random: an address that says nothing
        name      TEXT NOT NULL CHECK (name <> ''),
        saved_by  TEXT NOT NULL,
        saved_at  TEXT NOT NULL,
        as_of     TEXT,
        state     TEXT NOT NULL               -- JSON: ids, positions, filters
    ) WITHOUT ROWID;
    CREATE TABLE view_note (
        note_id   INTEGER PRIMARY KEY AUTOINCREMENT,
        view_id   TEXT NOT NULL REFERENCES saved_view (view_id),
        text      TEXT NOT NULL CHECK (text <> ''),
        by_       TEXT NOT NULL,
        at        TEXT NOT NULL
    );
    CREATE TABLE watch (
        watch_id    INTEGER PRIMARY KEY AUTOINCREMENT,
        kind        TEXT NOT NULL CHECK (kind IN ('driver', 'thing', 'pattern')),
        ref         TEXT NOT NULL,
        reason      TEXT NOT NULL CHECK (reason <> ''),
        set_by      TEXT NOT NULL,
        set_at      TEXT NOT NULL,
        expires_on  TEXT NOT NULL,
        seen        TEXT NOT NULL,            -- JSON: what was so when it was last acknowledged
        ended_at    TEXT
    );
    CREATE INDEX watch_by_person ON watch (set_by) WHERE ended_at IS NULL;
    """,
)
