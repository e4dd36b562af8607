"""Sessions of people at a browser: a random token that only they hold, kept as a hash, with two ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import apsw

from api.roles import Caller, Role

SEEN_EVERY_S = 60.0
"""Seconds between two notes that a session is in use, so that reading does not write."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """When a session ends by itself.

    Args:
        idle_s: seconds without a request.
        life_s: seconds since the login, whatever is done.
    """

    idle_s: float = 1800.0
    life_s: float = 43_200.0


@dataclass(frozen=True, slots=True)
class Session:
    """One session that is open now.

    Args:
        user: who logged in; `role` is what they may do now.
        ends_at: seconds since 1970 at which it ends in any case; `idle_at` where nothing is asked before.
    """

    session_id: int
    user: str
    role: Role
    purpose: str
    seen_at: float
    ends_at: float
    idle_at: float

    @property
    def caller(self) -> Caller:
        """Who asks in it."""
        return Caller(self.user, self.role, self.purpose)

    def is_stale(self, now: float) -> bool:
        """Whether its use should be noted again."""
        return now - self.seen_at >= SEEN_EVERY_S


@dataclass(frozen=True)
class Sessions:
    """Reads and writes of sessions on one connection; several workers share them there.

    Args:
        connection: of the ledger.
        limits: when sessions end.
        now: seconds since 1970.
    """

    connection: apsw.Connection
    limits: SessionLimits
    now: float

    def open(self, user: str, purpose: str) -> tuple[str, int]:
        """A new session's token, which nothing else holds, and its number; what has ended is swept away."""
        self.connection.execute(
            "DELETE FROM session WHERE ends_at <= ?1 OR seen_at + ?2 <= ?1", (self.now, self.limits.idle_s)
        )
        token = secrets.token_urlsafe(32)
        self.connection.execute(
            "INSERT INTO session (digest, user, purpose, opened_at, seen_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
            (_digest(token), user, purpose, self.now, self.now + self.limits.life_s),
        )
        return token, int(self.connection.last_insert_rowid())

    def find(self, token: str) -> Session | None:
        """The session behind a token, None where it has ended or its user is let in no more."""
        row = self.connection.execute(
            "SELECT session_id, user, role, purpose, seen_at, ends_at FROM session JOIN account ON name = user "
            "WHERE digest = ?1 AND ends_at > ?2 AND seen_at + ?3 > ?2 AND disabled_at IS NULL AND NOT must_change",
            (_digest(token), self.now, self.limits.idle_s),
        ).fetchone()
        if row is None:
            return None
        number, user, role, purpose, seen_at, ends_at = row
        return Session(number, user, Role(role), purpose, seen_at, ends_at, min(ends_at, seen_at + self.limits.idle_s))

    def seen(self, session: Session) -> None:
        """The session is in use now."""
        self.connection.execute("UPDATE session SET seen_at = ? WHERE session_id = ?", (self.now, session.session_id))

    def close(self, session: Session) -> None:
        """The token opens nothing any more."""
        self.connection.execute("DELETE FROM session WHERE session_id = ?", (session.session_id,))


def csrf_token(token: str) -> str:
    """What a page must send beside the cookie to change anything; whoever lacks the cookie cannot tell it."""
    digest = hmac.digest(token.encode("utf-8", "surrogatepass"), b"crosslane csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _digest(token: str) -> bytes:
    # The token is 256 random bits, so one SHA-256 cannot be searched.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
