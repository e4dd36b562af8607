"""The tables of users, their sessions, and the key that identifiers are masked with."""

from __future__ import annotations

from api.masking import MIGRATION as MASKING

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE account (
        name         TEXT PRIMARY KEY CHECK (name <> '' AND instr(name, ':') = 0),
        role         TEXT NOT NULL CHECK (
            role IN ('viewer', 'investigator', 'reviewer', 'supervisor', 'loader', 'auditor')
        ),
        hash         TEXT,
        must_change  INTEGER NOT NULL CHECK (must_change IN (0, 1)),
        issuer       TEXT,
        subject      TEXT,
        created_at   TEXT NOT NULL,
        created_by   TEXT NOT NULL,
        disabled_at  TEXT,
        disabled_by  TEXT,
        CHECK ((hash IS NULL) = (subject IS NOT NULL) AND (issuer IS NULL) = (subject IS NULL))
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX account_by_subject ON account (issuer, subject)
    WHERE subject IS NOT NULL AND disabled_at IS NULL;
    CREATE TABLE session (
        session_id  INTEGER PRIMARY KEY AUTOINCREMENT,
        digest      BLOB NOT NULL UNIQUE,
        user        TEXT NOT NULL REFERENCES account (name),
        purpose     TEXT NOT NULL,
        opened_at   REAL NOT NULL,
        seen_at     REAL NOT NULL,
        ends_at     REAL NOT NULL
    );
    CREATE INDEX session_by_user ON session (user);
    """,
    MASKING,
    """
    CREATE TABLE login_attempt (
        digest    BLOB PRIMARY KEY,
        browser   BLOB NOT NULL,
        nonce     TEXT NOT NULL,
        verifier  TEXT NOT NULL,
        purpose   TEXT NOT NULL,
        then_     TEXT NOT NULL,
        ends_at   REAL NOT NULL
    ) WITHOUT ROWID;
    """,
)
