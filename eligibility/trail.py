"""The trail: every change of state with its person, time and reason, append-only and chained by hash.

Each row's hash covers its own content and the hash before it, and the head is kept in a row of its own. Whoever can
rewrite the whole file can rewrite the whole chain: note the head elsewhere to find that out too.

Where a person is expunged, what names them is taken out of rows that stay. Such a row keeps its hash, and so its place
in the chain; a later row, of the expunging, tells what the hash of its content has been since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import apsw

from linkage.errors import SettingsError

NOTHING_BEFORE = "0" * 64
EXPUNGED = "person expunged"
_AT_A_TIME = 1000
_REDACTED = "SELECT j.key, j.value FROM trail, json_each(trail.detail, '$.trail') j WHERE action = ? ORDER BY trail.n"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of state.

    Args:
        actor: the person, or `key:NAME` of a service.
        action: what was done, such as `review opened`.
        subject: what it was done to: `review:12`, `request:7`, `port action:3`, `decision:5`.
        reason: why, in words that others can check.
        detail: ids, codes and counts only.
    """

    actor: str
    action: str
    subject: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail."""

    n: int
    at: str
    actor: str
    action: str
    subject: str
    reason: str
    detail: str
    previous: str
    hash: str

    def document(self) -> dict[str, Any]:
        """The row as JSON values."""
        names = ("n", "at", "actor", "action", "subject", "reason")
        return {name: getattr(self, name) for name in names} | {"detail": json.loads(self.detail), "hash": self.hash}

    def digest(self) -> str:
        """What the hash of this content after that previous hash must be."""
        content = {name: getattr(self, name) for name in ("n", "at", "actor", "action", "subject", "reason", "detail")}
        return hashlib.sha256(f"{self.previous}\n{_canonical(content)}".encode("utf-8", "surrogatepass")).hexdigest()


class Trail:
    """The trail of one ledger; a caller appends in the transaction of the change that it tells of."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def append(self, step: Step, at: str) -> int:
        """The step is the last row of the trail.

        Args:
            at: when, in UTC.

        Returns:
            Number of the row.

        Raises:
            SettingsError: no person or no reason is given.
        """
        if not step.actor.strip():
            raise SettingsError(f"{step.action}: needs a person; set CROSSLANE_ACTOR to a name")
        if not step.reason.strip():
            raise SettingsError(f"{step.action}: needs a reason; say --reason TEXT")
        n, previous = self.head()
        row = (n + 1, at, step.actor, step.action, step.subject, step.reason, _canonical(step.detail), previous)
        entry = Entry(*row, hash="")
        self._connection.execute("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, entry.digest()))
        self._connection.execute("UPDATE trail_head SET n = ?, hash = ?", (n + 1, entry.digest()))
        return n + 1

    def head(self) -> tuple[int, str]:
        """Number and hash of the last row, as the head says."""
        n, digest = self._connection.execute("SELECT n, hash FROM trail_head").fetchone() or (0, NOTHING_BEFORE)
        return int(n), str(digest)

    def of(self, subject: str) -> list[Entry]:
        """What was done to a subject, oldest first."""
        rows = self._connection.execute("SELECT * FROM trail WHERE subject = ? ORDER BY n", (subject,))
        return [Entry(*row) for row in rows]

    def redact(self, redact: Callable[[str], str]) -> dict[str, str]:
        """Reasons and details are as the function has them; while an expunging is under way.

        Returns:
            By number of each row that is another now, the hash of its content; for the detail of the step that tells.
        """
        redacted = {}
        for row in _each(self._connection):
            entry = Entry(*row)
            # What an earlier expunging told is ids and digests: a number among them is no person's.
            detail = entry.detail if entry.action == EXPUNGED else redact(entry.detail)
            left = replace(entry, reason=redact(entry.reason), detail=detail)
            if left != entry:
                values = (left.reason, left.detail, left.n)
                self._connection.execute("UPDATE trail SET reason = ?, detail = ? WHERE n = ?", values)
                redacted[str(entry.n)] = left.digest()
        return redacted

    def verify(self) -> list[str]:
        """What does not fit, one sentence each; empty where the trail is whole."""
        wrong = []
        n, before = 0, NOTHING_BEFORE
        redacted = {int(row[0]): str(row[1]) for row in self._connection.execute(_REDACTED, (EXPUNGED,))}
        for row in self._connection.execute("SELECT * FROM trail ORDER BY n"):
            entry = Entry(*row)
            if entry.n != n + 1:
                wrong.append(f"rows {n + 1} to {entry.n - 1} are missing" if entry.n > n + 1 else "rows out of order")
            elif entry.previous != before:
                wrong.append(f"row {entry.n} does not follow row {n}")
            if entry.digest() != redacted.get(entry.n, entry.hash):
                wrong.append(f"row {entry.n} was changed")
            n, before = entry.n, entry.hash
        if (n, before) != self.head():
            wrong.append(f"the trail ends at row {n}, its head says row {self.head()[0]}")
        return wrong


def _each(connection: apsw.Connection) -> Iterator[tuple[Any, ...]]:
    """All rows in order, a few at a time, so that rows may be rewritten meanwhile."""
    done = 0
    while rows := _after(connection, done):
        yield from rows
        done = rows[-1][0]


def _after(connection: apsw.Connection, n: int) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT * FROM trail WHERE n > ? ORDER BY n LIMIT ?", (n, _AT_A_TIME)).fetchall()


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
