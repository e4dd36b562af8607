"""Records that must not come back: a keyed hash of each key stands for it, so that the list itself names nobody."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import apsw

from linkage.errors import LedgerError

_MARK_BYTES = 16
_KEY_BYTES = 32


@dataclass(frozen=True)
class KeptOut:
    """The tombstones of a workspace and their key, as they are kept beside its backups."""

    secret: bytes
    marks: frozenset[bytes]

    def those(self, keys: Iterable[str]) -> set[str]:
        """Which of the records are to stay out."""
        return {key for key in keys if _mark(self.secret, key) in self.marks}


@dataclass(frozen=True)
class Tombstones:
    """Reads and writes of tombstones on one connection.

    A mark is BLAKE2b of the record key under a key of the workspace (RFC 7693). Whoever has both can try keys one by
    one; whoever has the marks alone learns how many there are.
    """

    connection: apsw.Connection

    def add(self, n: int, keys: Iterable[str]) -> None:
        """The records stay out from now on, by expunging number `n`."""
        secret = self._secret() or self._made()
        marks = ((_mark(secret, key), n) for key in keys)
        self.connection.executemany("INSERT OR IGNORE INTO tombstone VALUES (?, ?)", marks)

    def those(self, keys: Iterable[str]) -> set[str]:
        """Which of the records have one."""
        kept = self.all()
        return kept.those(keys) if kept else set()

    def of(self, n: int) -> str:
        """What names the tombstones of one expunging: a digest of them all."""
        rows = self.connection.execute("SELECT mark FROM tombstone WHERE n = ? ORDER BY mark", (n,))
        return hashlib.sha256(b"".join(bytes(row[0]) for row in rows)).hexdigest()

    def all(self) -> KeptOut | None:
        """All of them, to be kept elsewhere; None where nobody was expunged."""
        secret = self._secret()
        if secret is None:
            return None
        rows = self.connection.execute("SELECT mark FROM tombstone")
        return KeptOut(secret, frozenset(bytes(row[0]) for row in rows))

    def take_in(self, n: int, kept: KeptOut) -> None:
        """Those of a list that was kept elsewhere stand here too, by expunging number `n`.

        Raises:
            LedgerError: this workspace has tombstones of its own, under another key.
        """
        secret = self._secret()
        if secret is None:
            self.connection.execute("INSERT INTO tombstone_key VALUES (?)", (kept.secret,))
        elif secret != kept.secret:
            raise LedgerError("these tombstones are of another workspace")
        marks = ((mark, n) for mark in sorted(kept.marks))
        self.connection.executemany("INSERT OR IGNORE INTO tombstone VALUES (?, ?)", marks)

    def _secret(self) -> bytes | None:
        row = self.connection.execute("SELECT key FROM tombstone_key").fetchone()
        return bytes(row[0]) if row else None

    def _made(self) -> bytes:
        made = secrets.token_bytes(_KEY_BYTES)
        self.connection.execute("INSERT INTO tombstone_key VALUES (?)", (made,))
        return made


def _mark(secret: bytes, key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_MARK_BYTES, key=secret).digest()
