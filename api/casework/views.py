"""Saved views of the explorer: ids, positions and filters, found under an address that says nothing of anybody."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw
import orjson

from linkage.errors import SettingsError, UnknownRecord

MOST_THINGS = 1_500
MAX_STATE = 600_000
"""Bytes of a view's state: 1,500 things with their positions take some 200,000."""
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
    """A view as it was saved.

    Args:
        as_of: day of the scores then.
        state: focus, foci (all drivers in focus), things, positions, hidden, pinned, filters.
    """

    view_id: str
    name: str
    saved_by: str
    saved_at: str
    as_of: str | None
    state: dict[str, Any]


@dataclass(frozen=True)
class Views:
    """Reads and writes of saved views on one connection."""

    connection: apsw.Connection

    def save(self, name: str, by: str, as_of: str | None, state: str) -> str:
        """The id of a new view.

        Raises:
            SettingsError: it has no name, or the state is none that the explorer made.
        """
        if not name.strip():
            raise SettingsError("give the view a name, without names of people")
        kept = orjson.dumps(checked(state)).decode()
        view_id, at = secrets.token_urlsafe(9), datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.execute(
            "INSERT INTO saved_view VALUES (?, ?, ?, ?, ?, ?)", (view_id, name.strip(), by, at, as_of, kept)
        )
        return view_id

    def get(self, view_id: str) -> View:
        """The view of this id.

        Raises:
            UnknownRecord: there is none.
        """
        row = self.connection.execute(
            "SELECT view_id, name, saved_by, saved_at, as_of, state FROM saved_view WHERE view_id = ?", (view_id,)
        ).fetchone()
        if row is None:
            raise UnknownRecord("no such view")
        view_id, name, saved_by, saved_at, as_of, state = row
        return View(view_id, name, saved_by, saved_at, as_of, orjson.loads(state))

    def all(self) -> list[dict[str, Any]]:
        """Every view, the newest first, without what it shows."""
        names = ("view_id", "name", "saved_by", "saved_at", "as_of")
        rows = self.connection.execute(
            "SELECT view_id, name, saved_by, saved_at, as_of FROM saved_view ORDER BY saved_at DESC, view_id"
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def note(self, view_id: str, text: str, by: str) -> None:
        """A note stands on the view."""
        if not text.strip():
            raise SettingsError("write the note first")
        self.get(view_id)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.execute(
            "INSERT INTO view_note (view_id, text, by_, at) VALUES (?, ?, ?, ?)", (view_id, text.strip(), by, at)
        )

    def notes(self, view_id: str) -> list[dict[str, Any]]:
        """Notes on a view, oldest first."""
        rows = self.connection.execute(
            "SELECT text, by_, at FROM view_note WHERE view_id = ? ORDER BY note_id", (view_id,)
        )
        return [dict(zip(("text", "by", "at"), row, strict=True)) for row in rows]


def checked(state: str) -> dict[str, Any]:
    """The state that a page sent, once it was found to be one: its known parts and nothing else.

    Raises:
        SettingsError: it is not.
    """
    if len(state.encode("utf-8", "surrogatepass")) > MAX_STATE:
        raise SettingsError("the view is too large; hide some things first")
    try:
        given = orjson.loads(state)
        return _fitting(given)
    except (ValueError, KeyError, TypeError, AttributeError):  # orjson's own error is a ValueError
        raise SettingsError("this is no view of the explorer") from None


def _fitting(given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises whatever fits: the caller turns it into one answer."""
    things, filters = _ids(given["things"]), given["filters"]
    if not things or given["focus"] not in things:
        raise ValueError
    there = set(things)
    return {
        "focus": given["focus"],
        "foci": [name for name in _ids(given.get("foci", [])) if name in there] or [given["focus"]],
        "things": things,
        "positions": {
            name: {"x": _number(spot["x"]), "y": _number(spot["y"])}
            for name, spot in given["positions"].items()
            if name in there
        },
        "hidden": [name for name in _ids(given["hidden"]) if name in there],
        "pinned": [name for name in _ids(given["pinned"]) if name in there],
        "filters": {
            "kinds": _ids(filters["kinds"]),
            "least": _number(filters.get("least", 0)),
            "possible": bool(filters.get("possible", True)),
            "from": _month(filters.get("from", "")),
            "to": _month(filters.get("to", "")),
        },
    }


def _ids(given: Any) -> list[str]:
    if not isinstance(given, list) or len(given) > MOST_THINGS or not all(isinstance(one, str) for one in given):
        raise ValueError
    return list(dict.fromkeys(given))


def _number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise TypeError
    return float(given)


def _month(given: Any) -> str:
    if given != "" and not _MONTH.fullmatch(given):
        raise ValueError
    return str(given)
