"""Logins that went to a provider and are not back yet: kept in the ledger, so that any worker may take one back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

import apsw

LIFE_S = 600.0
"""Seconds that somebody has for the provider's pages."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login on its way.

    Args:
        state: comes back with the browser and names the attempt; it is kept as a hash.
        browser: what only the browser that started it holds, in a cookie; kept as a hash too.
        nonce: must be in the provider's token; `verifier` proves who asked for the code (RFC 7636).
        purpose: why the person looks.
        then: path that the browser goes to afterwards; empty = it is told of its session.
    """

    state: str = field(repr=False)
    browser: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    purpose: str
    then: str

    @classmethod
    def new(cls, purpose: str, then: str) -> Attempt:
        """An attempt that nobody else can name."""
        state, browser, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, browser, nonce, secrets.token_urlsafe(48), purpose, then)


@dataclass(frozen=True)
class Attempts:
    """Reads and writes of attempts on one connection.

    Args:
        now: seconds since 1970.
    """

    connection: apsw.Connection
    now: float

    def keep(self, attempt: Attempt) -> None:
        """The attempt may come back; those that took too long are swept away."""
        self.connection.execute("DELETE FROM login_attempt WHERE ends_at <= ?", (self.now,))
        self.connection.execute(
            "INSERT INTO login_attempt VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                _digest(attempt.state),
                _digest(attempt.browser),
                attempt.nonce,
                attempt.verifier,
                attempt.purpose,
                attempt.then,
                self.now + LIFE_S,
            ),
        )

    def take(self, state: str, browser: str) -> Attempt | None:
        """The attempt that comes back, which it can once; None where it did not start in this browser or is too old."""
        row = self.connection.execute(
            "SELECT browser, nonce, verifier, purpose, then_ FROM login_attempt WHERE digest = ? AND ends_at > ?",
            (_digest(state), self.now),
        ).fetchone()
        if row is None or not hmac.compare_digest(bytes(row[0]), _digest(browser)):
            return None
        self.connection.execute("DELETE FROM login_attempt WHERE digest = ?", (_digest(state),))
        return Attempt(state, browser, *map(str, row[1:]))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
