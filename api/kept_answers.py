"""Answers kept under a caller's own key, so that a write which is sent twice is done once and answered alike.

An answer is kept in the transaction of the write that it tells of. So a crash between the write and the answer neither
loses the write nor lets it be done again, and of two that are sent at once the second finds the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import apsw

from linkage.errors import LinkageError

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE kept_answer (
        caller_key  BLOB PRIMARY KEY,
        request     BLOB NOT NULL,
        kept_at     TEXT NOT NULL,
        status      INTEGER NOT NULL,
        document    TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX kept_answer_by_age ON kept_answer (kept_at);
    """,
)
KEPT_FOR = timedelta(hours=48)
"""How long an answer is kept at least; what it holds of a person goes with it."""


class KeyReused(LinkageError):
    """The key was given before with another request; nothing was changed."""

    exit_code = 2


class AlreadyAnswered(LinkageError):
    """The same request under the same key was done by now; the change that was about to be made is taken back."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One write under a key: digests only, since a key may be anything.

    Args:
        caller_key: of the caller and their key.
        request: of what was asked.
    """

    caller_key: bytes
    request: bytes

    @classmethod
    def of(cls, actor: str, key: str, request: Iterable[bytes]) -> Asked:
        """The write of a caller, told by the parts of the request."""
        return cls(_digest((actor.encode(), key.encode())), _digest(request))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its status and its document."""

    status: int
    document: dict[str, Any]


@dataclass(frozen=True)
class KeptAnswers:
    """Reads and writes of kept answers on one connection; a writer is inside the transaction of the write."""

    connection: apsw.Connection

    def find(self, asked: Asked) -> Kept | None:
        """The answer that the same request got, None where it was not done yet.

        Raises:
            KeyReused: the key belongs to another request.
        """
        row = self.connection.execute(
            "SELECT request, status, document FROM kept_answer WHERE caller_key = ?", (asked.caller_key,)
        ).fetchone()
        if row is None:
            return None
        if row[0] != asked.request:
            raise KeyReused("this idempotency key was given before with another request; take a new key")
        return Kept(int(row[1]), json.loads(row[2]))

    def keep(self, asked: Asked, status: int, document: Mapping[str, Any]) -> None:
        """The answer is kept, and those older than two days are gone.

        Raises:
            AlreadyAnswered: the request was done by somebody else meanwhile.
            KeyReused: the key belongs to another request.
        """
        if self.find(asked) is not None:
            raise AlreadyAnswered("the same request was done meanwhile")
        now = datetime.now(UTC)
        self.connection.execute("DELETE FROM kept_answer WHERE kept_at < ?", ((now - KEPT_FOR).isoformat(),))
        row = (asked.caller_key, asked.request, now.isoformat(), status, json.dumps(document, ensure_ascii=False))
        self.connection.execute("INSERT INTO kept_answer VALUES (?, ?, ?, ?, ?)", row)

    def answer_with(self, asked: Asked, status: int, document: Mapping[str, Any]) -> None:
        """A later answer stands in the place of the one that was kept when the request was taken on."""
        self.connection.execute(
            "UPDATE kept_answer SET status = ?, document = ? WHERE caller_key = ?",
            (status, json.dumps(document, ensure_ascii=False), asked.caller_key),
        )


def _digest(parts: Iterable[bytes]) -> bytes:
    """SHA-256 of the parts, each with its length, so that no two lists of parts read alike."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.digest()
