"""People who are let into a workspace: by being in it, with one role each."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw

from api.accounts.secret_hash import hash_password, is_right
from api.roles import Role
from linkage.errors import SettingsError, UnknownRecord

MIN_PASSWORD = 15
"""Characters of a password that is the only thing that opens a session (NIST SP 800-63B-4, section 3.1.1.2)."""
MAX_PASSWORD = 256
FEWEST_DIFFERENT = 7
"""Different characters that a password holds at least (assumed)."""
MAX_NAME = 64
_SHOWN = ("name", "role", "login", "must_change", "created_at", "created_by", "disabled_at", "disabled_by")
# What an unknown name is checked against, so that it takes as long as a known one: of random bytes that nobody kept.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$rxnQCo2uoD9zgLLUDf9VIQ$hEaDikAgoTAbQtwDcBynHuKmpkbY7mV7P4sP6XRpuVE"


@dataclass(frozen=True, slots=True)
class User:
    """One person who may log in.

    Args:
        must_change: the password was given by somebody else, so it opens nothing but the choice of another.
    """

    name: str
    role: Role
    must_change: bool
    hash: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Who somebody is at an OpenID Connect provider.

    Args:
        issuer: the provider's own name, a URL.
        subject: its `sub` of the person, which it never gives to anybody else.
    """

    issuer: str
    subject: str


@dataclass(frozen=True)
class Users:
    """Reads and writes of users on one connection."""

    connection: apsw.Connection

    def add(self, name: str, role: Role, by: str, how: str | Subject | None = None) -> dict[str, Any]:
        """A new user is let in.

        Args:
            how: the password they chose, who they are at a provider, or None for a one-time password, which the
                document is the only place to hold.

        Raises:
            SettingsError: the name cannot be used or was used before, or the password is too weak.
        """
        _check_name(name)
        if any(row["name"].casefold() == name.casefold() for row in self.rows()):
            raise SettingsError("user add: this name is taken, or was; names stay with one person for the audit's sake")
        given = secrets.token_urlsafe(15) if how is None else None
        subject = how if isinstance(how, Subject) else None
        if subject is not None:
            self._check_free(subject)
        kept = None if subject else hash_password(given or _usable(str(how), name))
        self.connection.execute(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (name, role.value, kept, given is not None, *_pair(subject), _now(), by),
        )
        return self._row(name) | ({"password": given} if given else {})

    def rows(self) -> list[dict[str, Any]]:
        """Every user there ever was, by name, without secrets."""
        found = self.connection.execute(
            "SELECT name, role, CASE WHEN subject IS NULL THEN 'password' ELSE 'provider' END, must_change, "
            "created_at, created_by, disabled_at, disabled_by FROM account ORDER BY name"
        )
        return [dict(zip(_SHOWN, row, strict=True)) | {"must_change": bool(row[3])} for row in found]

    def disable(self, name: str, by: str) -> dict[str, Any]:
        """The user is let in no more, and what they had open is closed.

        Raises:
            UnknownRecord: nobody of this name is let in.
        """
        self._require(name)
        self.connection.execute(
            "UPDATE account SET disabled_at = ?, disabled_by = ? WHERE name = ?", (_now(), by, name)
        )
        self.connection.execute("DELETE FROM session WHERE user = ?", (name,))
        return self._row(name)

    def change_role(self, name: str, role: Role) -> dict[str, Any]:
        """The user has this role from now on, in open sessions too.

        Raises:
            UnknownRecord: nobody of this name is let in.
        """
        self._require(name)
        self.connection.execute("UPDATE account SET role = ? WHERE name = ?", (role.value, name))
        return self._row(name)

    def reset_password(self, name: str) -> dict[str, Any]:
        """The user has a new one-time password, which only this document holds, and no open session.

        Raises:
            UnknownRecord: nobody of this name is let in with a password.
        """
        if self._require(name).hash is None:
            raise UnknownRecord("user reset: this person logs in at the provider and has no password here")
        given = secrets.token_urlsafe(15)
        self.connection.execute(
            "UPDATE account SET hash = ?, must_change = 1 WHERE name = ?", (hash_password(given), name)
        )
        self.connection.execute("DELETE FROM session WHERE user = ?", (name,))
        return self._row(name) | {"password": given}

    def find(self, name: str) -> User | None:
        """The user of this name who is let in, None where there is none."""
        row = self.connection.execute(
            "SELECT name, role, must_change, hash FROM account WHERE name = ? AND disabled_at IS NULL", (name,)
        ).fetchone()
        return User(row[0], Role(row[1]), bool(row[2]), row[3]) if row else None

    def of_subject(self, subject: Subject) -> User | None:
        """The user whom a provider knows as this subject, None where nobody is let in as it."""
        row = self.connection.execute(
            "SELECT name, role, must_change, hash FROM account "
            "WHERE issuer = ? AND subject = ? AND disabled_at IS NULL",
            _pair(subject),
        ).fetchone()
        return User(row[0], Role(row[1]), bool(row[2]), row[3]) if row else None

    def keep_hash(self, name: str, kept: str) -> None:
        """The user has the password behind the hash, which they chose."""
        self.connection.execute("UPDATE account SET hash = ?, must_change = 0 WHERE name = ?", (kept, name))

    def _check_free(self, subject: Subject) -> None:
        if self.of_subject(subject):
            raise SettingsError("user add: another user is this subject of the provider")

    def _require(self, name: str) -> User:
        user = self.find(name)
        if user is None:
            raise UnknownRecord("nobody of this name is let in; see: crosslane user list")
        return user

    def _row(self, name: str) -> dict[str, Any]:
        return next(row for row in self.rows() if row["name"] == name)


def is_password_of(user: User | None, password: str) -> bool:
    """Whether the password is the user's; of nobody it never is, and finding that out takes as long."""
    kept = user.hash if user and user.hash else _NOBODY
    return is_right(_normal(password), kept) and kept != _NOBODY


def chosen_hash(user: User, password: str) -> str:
    """The hash of a password that the user chose.

    Raises:
        SettingsError: it is too weak, or the one they have.
    """
    usable = _usable(password, user.name)
    if user.hash and is_right(usable, user.hash):
        raise SettingsError("choose another password than the one that it should replace")
    return hash_password(usable)


def _usable(password: str, name: str) -> str:
    text = _normal(password)
    if not MIN_PASSWORD <= len(text) <= MAX_PASSWORD:
        raise SettingsError(f"choose a password of {MIN_PASSWORD} to {MAX_PASSWORD} characters; a sentence will do")
    if len(set(text)) < FEWEST_DIFFERENT or (len(name) > 3 and name.casefold() in text.casefold()):
        raise SettingsError("choose a password that is not one thing repeated and does not hold the user's name")
    return text


def _normal(password: str) -> str:
    # One password, however a keyboard composes its letters.
    return unicodedata.normalize("NFKC", password)


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > MAX_NAME or not name.isprintable() or ":" in name:
        raise SettingsError("user add: give a name of up to 64 characters, such as a login name, without a colon")


def _pair(subject: Subject | None) -> tuple[str | None, str | None]:
    return (subject.issuer, subject.subject) if subject else (None, None)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
