"""Cases: what was pinned, noted and drawn, by whom and when. Nothing is deleted; what is taken out stays on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import apsw
import orjson

from linkage.errors import SettingsError, UnknownRecord

MOST_PINS = 200
_DRIVER = re.compile(r"Identity:[0-9A-Za-z-]{1,40}")


class PinKind(StrEnum):
    """What a pin is of."""

    DRIVER = "driver"  # ref: identity id
    THING = "thing"  # ref: number of its node
    REASON = "reason"  # ref: identity id and incident
    LIST = "list"  # a match list: ref: its token
    CONNECTION = "connection"  # what connects people: ref: the ids
    VIEW = "view"  # ref: id of the view
    PATTERN = "pattern"  # a question to the graph, or one row of its answer: ref: JSON of it


@dataclass(frozen=True, slots=True)
class Pin:
    """Something to be pinned.

    Args:
        ref: by which it is found again.
        says: what is shown of it now, as JSON values; no identifier in full.
    """

    kind: PinKind
    ref: str
    says: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Cases:
    """Reads and writes of cases on one connection; acts are of one person."""

    connection: apsw.Connection
    actor: str

    def open(self, title: str) -> int:
        """The number of a new case.

        Raises:
            SettingsError: it has no title.
        """
        if not title.strip():
            raise SettingsError("give the case a title")
        self.connection.execute(
            "INSERT INTO case_folder (title, opened_by, opened_at) VALUES (?, ?, ?)",
            (title.strip(), self.actor, _now()),
        )
        return int(self.connection.last_insert_rowid())

    def close(self, case_id: int) -> None:
        """The case is closed; it can be read for ever."""
        self._require_open(case_id)
        self.connection.execute(
            "UPDATE case_folder SET closed_by = ?, closed_at = ? WHERE case_id = ?", (self.actor, _now(), case_id)
        )

    def pin(self, case_id: int, pin: Pin, as_of: str | None) -> int:
        """The number of the pin.

        Raises:
            SettingsError: the case is closed or full.
        """
        self._require_open(case_id)
        if len(self.pins(case_id)) >= MOST_PINS:
            raise SettingsError(f"a case holds {MOST_PINS} pins; open another for more")
        self.connection.execute(
            "INSERT INTO case_pin (case_id, kind, ref, as_of, says, note, pinned_by, pinned_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (case_id, pin.kind, pin.ref, as_of, orjson.dumps(pin.says).decode(), pin.note, self.actor, _now()),
        )
        return int(self.connection.last_insert_rowid())

    def take_out(self, case_id: int, pin_id: int) -> None:
        """The pin is no longer in the case; that it was stays on record.

        Raises:
            UnknownRecord: the case has no such pin.
        """
        self._require_open(case_id)
        taken = self.connection.execute(
            "UPDATE case_pin SET taken_at = ?, taken_by = ? WHERE pin_id = ? AND case_id = ? AND taken_at IS NULL "
            "RETURNING pin_id",
            (_now(), self.actor, pin_id, case_id),
        ).fetchall()
        if not taken:
            raise UnknownRecord("no such pin")

    def note(self, case_id: int, text: str) -> None:
        """A note stands in the case."""
        self._require_open(case_id)
        if not text.strip():
            raise SettingsError("write the note first")
        self.connection.execute(
            "INSERT INTO case_note (case_id, text, by_, at) VALUES (?, ?, ?, ?)",
            (case_id, text.strip(), self.actor, _now()),
        )

    def draw(self, case_id: int, ends: tuple[str, str], says: str, source: str) -> None:
        """A tie that an analyst draws: with a source, shown as drawn, never scored.

        Args:
            ends: ids of two drivers as the explorer names them.

        Raises:
            SettingsError: it says nothing, has no source, or the ends are not two drivers.
        """
        self._require_open(case_id)
        if not all(_DRIVER.fullmatch(end) for end in ends):
            raise SettingsError("a tie joins two drivers of the case")
        if not says.strip() or not source.strip():
            raise SettingsError("a drawn tie needs what it says and where that is from")
        if ends[0] == ends[1]:
            raise SettingsError("a tie joins two different things")
        self.connection.execute(
            "INSERT INTO drawn_tie (case_id, a, b, says, source, drawn_by, drawn_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (case_id, *ends, says.strip(), source.strip(), self.actor, _now()),
        )

    def get(self, case_id: int) -> dict[str, Any]:
        """The case's own row.

        Raises:
            UnknownRecord: there is no such case.
        """
        names = ("case_id", "title", "opened_by", "opened_at", "closed_by", "closed_at")
        row = self.connection.execute("SELECT * FROM case_folder WHERE case_id = ?", (case_id,)).fetchone()
        if row is None:
            raise UnknownRecord("no such case")
        return dict(zip(names, row, strict=True))

    def all(self, opened_by: str | None = None) -> list[dict[str, Any]]:
        """Cases, those that are open first, then the newest."""
        names = ("case_id", "title", "opened_by", "opened_at", "closed_at", "pins")
        rows = self.connection.execute(
            "SELECT case_id, title, opened_by, opened_at, closed_at, (SELECT count(*) FROM case_pin p "
            "WHERE p.case_id = c.case_id AND taken_at IS NULL) FROM case_folder c WHERE ?1 IS NULL OR opened_by = ?1 "
            "ORDER BY closed_at IS NOT NULL, opened_at DESC, case_id DESC",
            (opened_by,),
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def pins(self, case_id: int) -> list[dict[str, Any]]:
        """What is pinned, in the order in which it was; `evidence` is how a report cites it."""
        names = ("pin_id", "kind", "ref", "as_of", "says", "note", "pinned_by", "pinned_at")
        rows = self.connection.execute(
            "SELECT pin_id, kind, ref, as_of, says, note, pinned_by, pinned_at FROM case_pin "
            "WHERE case_id = ? AND taken_at IS NULL ORDER BY pin_id",
            (case_id,),
        )
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [pin | {"says": orjson.loads(pin["says"]), "evidence": f"E{n}"} for n, pin in enumerate(found, 1)]

    def notes(self, case_id: int) -> list[dict[str, Any]]:
        """Notes, oldest first."""
        rows = self.connection.execute(
            "SELECT text, by_, at FROM case_note WHERE case_id = ? ORDER BY note_id", (case_id,)
        )
        return [dict(zip(("text", "by", "at"), row, strict=True)) for row in rows]

    def drawn(self, case_id: int) -> list[dict[str, Any]]:
        """Drawn ties that stand, oldest first."""
        names = ("tie_id", "a", "b", "says", "source", "drawn_by", "drawn_at")
        rows = self.connection.execute(
            "SELECT tie_id, a, b, says, source, drawn_by, drawn_at FROM drawn_tie "
            "WHERE case_id = ? AND taken_at IS NULL ORDER BY tie_id",
            (case_id,),
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _require_open(self, case_id: int) -> None:
        if self.get(case_id)["closed_at"]:
            raise SettingsError("the case is closed; open another one")


def drawn_people(drawn: Iterable[Mapping[str, Any]]) -> list[str]:
    """Identity ids at the ends of drawn ties, for the audit."""
    return list(dict.fromkeys(tie[end].partition(":")[2] for tie in drawn for end in ("a", "b")))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
