"""Watches: a driver, a thing or a pattern whose owner is told of material changes, and of nothing else.

What was so when the owner last looked is kept; what is so now is worked out when somebody asks. A change of a figure
within its band, one more record of the same facts or a load that touched nothing of it is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import apsw
import orjson

from api.casework.watched import Change, brought_up, changes, state_of
from api.graph_store import LEDGER, GraphStoreChoice
from linkage.errors import LinkageError, SettingsError, UnknownRecord
from linkage.ledger import Workspace


class WatchKind(StrEnum):
    """What is watched."""

    DRIVER = "driver"  # ref: identity id
    THING = "thing"  # ref: number of its node
    PATTERN = "pattern"  # ref: JSON of its name and parameters


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch.

    Args:
        seen: what was so when the owner last looked.
    """

    watch_id: int
    kind: WatchKind
    ref: str
    reason: str
    set_by: str
    set_at: str
    expires_on: str
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fired:
    """A watch and what changed since its owner last looked; nothing where `changes` is empty.

    Args:
        people: identity ids that the title names, or may be told from.
    """

    watch: Watch
    title: str
    href: str
    changes: tuple[Change, ...]
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watches:
    """One person's watches in a workspace."""

    workspace: Workspace
    actor: str
    store: GraphStoreChoice = LEDGER

    def add(self, kind: WatchKind, ref: str, reason: str, expires_on: date) -> int:
        """The number of a new watch.

        Raises:
            SettingsError: no reason, or a day that is past.
            UnknownRecord: there is nothing of that reference.
        """
        if not reason.strip():
            raise SettingsError("say why it is watched")
        if expires_on <= date.today():
            raise SettingsError("a watch ends on a day to come")
        state = state_of(self.workspace, kind, ref, self.store)
        with self.workspace.transaction() as connection:
            connection.execute(
                "INSERT INTO watch (kind, ref, reason, set_by, set_at, expires_on, seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (kind, ref, reason.strip(), self.actor, _now(), expires_on.isoformat(), _json(state.facts)),
            )
            return int(connection.last_insert_rowid())

    def end(self, watch_id: int) -> None:
        """The watch is over."""
        with self.workspace.transaction() as connection:
            self._require(connection, watch_id)
            connection.execute("UPDATE watch SET ended_at = ? WHERE watch_id = ?", (_now(), watch_id))

    def acknowledge(self, watch_id: int) -> None:
        """What is so now is what its owner has seen."""
        with self.workspace.reading() as connection:
            watch = self._require(connection, watch_id)
        state = state_of(self.workspace, watch.kind, watch.ref, self.store)
        with self.workspace.transaction() as connection:
            connection.execute("UPDATE watch SET seen = ? WHERE watch_id = ?", (_json(state.facts), watch_id))

    def all(self) -> list[Watch]:
        """The person's watches that are neither over nor past their day, the newest first."""
        with self.workspace.reading() as connection:
            rows = connection.execute(
                "SELECT watch_id, kind, ref, reason, set_by, set_at, expires_on, seen FROM watch "
                "WHERE set_by = ? AND ended_at IS NULL AND expires_on > ? ORDER BY watch_id DESC",
                (self.actor, date.today().isoformat()),
            ).fetchall()
        return [_watch(row) for row in rows]

    def look(self) -> list[Fired]:
        """Each watch with what changed since its owner last looked; those with changes first."""
        found = []
        for watch in self.all():
            try:
                state = state_of(self.workspace, watch.kind, watch.ref, self.store)
            except (UnknownRecord, SettingsError):
                found.append(Fired(watch, "", "", (Change("gone", 1),)))
            except LinkageError:
                continue  # the store does not answer now: nothing can be said, and nothing is lost
            else:
                with self.workspace.reading() as connection:
                    seen = brought_up(connection, watch.seen)
                found.append(Fired(watch, state.title, state.href, changes(seen, state.facts), state.people))
        return sorted(found, key=lambda fired: not fired.changes)

    def _require(self, connection: apsw.Connection, watch_id: int) -> Watch:
        row = connection.execute(
            "SELECT watch_id, kind, ref, reason, set_by, set_at, expires_on, seen FROM watch "
            "WHERE watch_id = ? AND set_by = ? AND ended_at IS NULL",
            (watch_id, self.actor),
        ).fetchone()
        if row is None:
            raise UnknownRecord("you have no such watch")
        return _watch(row)


def _watch(row: tuple[Any, ...]) -> Watch:
    watch_id, kind, ref, reason, set_by, set_at, expires_on, seen = row
    return Watch(watch_id, WatchKind(kind), ref, reason, set_by, set_at, expires_on, orjson.loads(seen))


def _json(facts: Mapping[str, Any]) -> str:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
