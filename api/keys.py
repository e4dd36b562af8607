"""Service keys: a 256-bit secret shown once, kept only as an argon2id hash, and revoked for good."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw

from api.accounts.remembered import RememberedSecrets
from api.accounts.secret_hash import hash_key
from api.roles import Caller, Role
from linkage.errors import SettingsError, UnknownRecord

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE service_key (
        key_id      TEXT PRIMARY KEY,
        name        TEXT NOT NULL CHECK (name <> ''),
        role        TEXT NOT NULL CHECK (role IN ('viewer', 'loader', 'reviewer', 'admin')),
        salt        BLOB NOT NULL,
        digest      BLOB NOT NULL,
        created_at  TEXT NOT NULL,
        created_by  TEXT NOT NULL,
        revoked_at  TEXT,
        revoked_by  TEXT
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX service_key_by_name ON service_key (name) WHERE revoked_at IS NULL;
    """,
    """
    CREATE TABLE service_key_of_six_roles (
        key_id      TEXT PRIMARY KEY,
        name        TEXT NOT NULL CHECK (name <> ''),
        role        TEXT NOT NULL CHECK (
            role IN ('viewer', 'investigator', 'reviewer', 'supervisor', 'loader', 'auditor')
        ),
        salt        BLOB NOT NULL,
        digest      BLOB NOT NULL,
        created_at  TEXT NOT NULL,
        created_by  TEXT NOT NULL,
        revoked_at  TEXT,
        revoked_by  TEXT
    ) WITHOUT ROWID;
    INSERT INTO service_key_of_six_roles
    SELECT key_id, name, replace(role, 'admin', 'supervisor'), salt, digest, created_at, created_by, revoked_at,
           revoked_by FROM service_key;
    DROP TABLE service_key;
    ALTER TABLE service_key_of_six_roles RENAME TO service_key;
    CREATE UNIQUE INDEX service_key_by_name ON service_key (name) WHERE revoked_at IS NULL;
    """,
    # Keys made before argon2id go on working: their hash says of itself that it is a salted SHA-256.
    """
    CREATE TABLE service_key_with_purpose (
        key_id      TEXT PRIMARY KEY,
        name        TEXT NOT NULL CHECK (name <> ''),
        role        TEXT NOT NULL CHECK (
            role IN ('viewer', 'investigator', 'reviewer', 'supervisor', 'loader', 'auditor')
        ),
        purpose     TEXT NOT NULL,
        hash        TEXT NOT NULL,
        created_at  TEXT NOT NULL,
        created_by  TEXT NOT NULL,
        revoked_at  TEXT,
        revoked_by  TEXT
    ) WITHOUT ROWID;
    INSERT INTO service_key_with_purpose
    SELECT key_id, name, role, '', 'sha256$' || lower(hex(salt)) || '$' || lower(hex(digest)), created_at, created_by,
           revoked_at, revoked_by FROM service_key;
    DROP TABLE service_key;
    ALTER TABLE service_key_with_purpose RENAME TO service_key;
    CREATE UNIQUE INDEX service_key_by_name ON service_key (name) WHERE revoked_at IS NULL;
    """,
)
PREFIX = "crosslane"
_SHOWN = ("key_id", "name", "role", "purpose", "hash", "created_at", "created_by", "revoked_at", "revoked_by")


@dataclass(frozen=True)
class Keys:
    """Reads and writes of service keys on one connection."""

    connection: apsw.Connection

    def add(self, name: str, role: Role, by: str, purpose: str = "") -> dict[str, Any]:
        """A new key is valid; the document is the only place that ever holds its secret.

        Args:
            purpose: what it reads people for, as the audit tells it.

        Raises:
            SettingsError: the name is blank, or a valid key has it.
        """
        if not name.strip() or not name.isprintable():
            raise SettingsError("key add: give the key a name, such as the system that will use it")
        if self.connection.execute(
            "SELECT 1 FROM service_key WHERE name = ? AND revoked_at IS NULL", (name,)
        ).fetchone():
            raise SettingsError("key add: a valid key has this name; revoke it first or choose another name")
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        created_at = _now()
        self.connection.execute(
            "INSERT INTO service_key VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (key_id, name, role.value, purpose, hash_key(secret), created_at, by),
        )
        return {
            "key_id": key_id,
            "name": name,
            "role": role.value,
            "purpose": purpose,
            "created_at": created_at,
            "secret": f"{PREFIX}_{key_id}_{secret}",
        }

    def rows(self) -> list[dict[str, Any]]:
        """Every key ever made, oldest first, without secrets."""
        found = self.connection.execute(
            "SELECT key_id, name, role, purpose, CASE WHEN hash LIKE 'sha256$%' THEN 'sha256' ELSE 'argon2id' END, "
            "created_at, created_by, revoked_at, revoked_by FROM service_key ORDER BY created_at, key_id"
        )
        return [dict(zip(_SHOWN, row, strict=True)) for row in found]

    def revoke(self, which: str, by: str) -> dict[str, Any]:
        """The key of this name or id opens nothing any more.

        Raises:
            UnknownRecord: no valid key has it.
        """
        row = self.connection.execute(
            "SELECT key_id, name, role FROM service_key WHERE (key_id = ?1 OR name = ?1) AND revoked_at IS NULL",
            (which,),
        ).fetchone()
        if row is None:
            raise UnknownRecord("key revoke: no valid key has this name or id; see: crosslane key list")
        revoked_at = _now()
        self.connection.execute(
            "UPDATE service_key SET revoked_at = ?, revoked_by = ? WHERE key_id = ?", (revoked_at, by, row[0])
        )
        return {"key_id": row[0], "name": row[1], "role": row[2], "revoked_at": revoked_at, "revoked_by": by}

    def caller(
        self,
        token: str,
        remembered: RememberedSecrets | None = None,
        may_try: Callable[[], None] = lambda: None,
    ) -> Caller | None:
        """The holder of a presented secret, or None where it opens nothing.

        Args:
            remembered: secrets that were checked before; without it, each is checked with argon2id.
            may_try: called before a secret that is not remembered is checked; raises where too many were wrong.
        """
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        row = self.connection.execute(
            "SELECT name, role, purpose, hash FROM service_key WHERE key_id = ? AND revoked_at IS NULL", (key_id,)
        ).fetchone()
        if row is None:
            # Ids are random and open nothing, so it gives nothing away that this answer comes sooner.
            return None
        name, role, purpose, kept = row
        memory = RememberedSecrets() if remembered is None else remembered
        if not memory.knows(key_id, secret, kept):
            may_try()
            if not memory.is_right(key_id, secret, kept):
                return None
        return Caller(f"key:{name}", Role(role), purpose)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
