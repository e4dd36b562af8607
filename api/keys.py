"""Service keys: a 256-bit secret shown once, kept only as a salted hash, and revoked for good."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw

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
)
PREFIX = "crosslane"


@dataclass(frozen=True)
class Keys:
    """Reads and writes of service keys on one connection."""

    connection: apsw.Connection

    def add(self, name: str, role: Role, by: str) -> dict[str, Any]:
        """A new key is valid; the document is the only place that ever holds its secret.

        Raises:
            SettingsError: the name is blank, or a valid key has it.
        """
        if not name.strip() or not name.isprintable():
            raise SettingsError("key add: give the key a name, such as the system that will use it")
        if self.connection.execute(
            "SELECT 1 FROM service_key WHERE name = ? AND revoked_at IS NULL", (name,)
        ).fetchone():
            raise SettingsError("key add: a valid key has this name; revoke it first or choose another name")
        key_id, secret, salt = secrets.token_hex(6), secrets.token_urlsafe(32), secrets.token_bytes(16)
        created_at = _now()
        self.connection.execute(
            "INSERT INTO service_key VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (key_id, name, role.value, salt, _digest(secret, salt), created_at, by),
        )
        return {
            "key_id": key_id,
            "name": name,
            "role": role.value,
            "created_at": created_at,
            "secret": f"{PREFIX}_{key_id}_{secret}",
        }

    def rows(self) -> list[dict[str, Any]]:
        """Every key ever made, oldest first, without secrets."""
        names = ("key_id", "name", "role", "created_at", "created_by", "revoked_at", "revoked_by")
        found = self.connection.execute(
            "SELECT key_id, name, role, created_at, created_by, revoked_at, revoked_by FROM service_key "
            "ORDER BY created_at, key_id"
        )
        return [dict(zip(names, row, strict=True)) for row in found]

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

    def caller(self, token: str) -> Caller | None:
        """The holder of a presented secret, or None where it opens nothing."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != PREFIX or not secret:
            return None
        row = self.connection.execute(
            "SELECT name, role, salt, digest FROM service_key WHERE key_id = ? AND revoked_at IS NULL", (key_id,)
        ).fetchone()
        # An unknown id costs the same hash as a known one.
        name, role, salt, digest = row or ("", Role.VIEWER, b"", b"")
        is_right = hmac.compare_digest(_digest(secret, salt), digest)
        return Caller(f"key:{name}", Role(role)) if row and is_right else None


def _digest(secret: str, salt: bytes) -> bytes:
    # The secret is 256 random bits, so one salted SHA-256 cannot be searched; a slow hash would only slow requests.
    return hashlib.sha256(salt + secret.encode("utf-8", "surrogatepass")).digest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
