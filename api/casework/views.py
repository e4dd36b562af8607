"""Saved views of the explorer: ids, positions and filters, found under an address that says nothing of anybody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apsw
import orjson

from linkage.errors import SettingsError, UnknownRecord

MOST_THINGS = 1_500
MAX_STATE = 600_000
"""Bytes of a view's state: 1,500 things with their positions take some 200,000."""


@dataclass(frozen=True, slots=True)
class View:
    """A view as it was saved.

    Args:
        as_of: day of the scores then.
        state: focus, things, positions, hidden, pinned, filters.
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
        checked(state)
        view_id, at = secrets.token_urlsafe(9), datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.execute(
            "INSERT INTO saved_view VALUES (?, ?, ?, ?, ?, ?)", (view_id, name.strip(), by, at, as_of, state)
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
    """The state that a page sent, once it was found to be one.

    Raises:
        SettingsError: it is not.
    """
    if len(state) > MAX_STATE:
        raise SettingsError("the view is too large; hide some things first")
    try:
        given = orjson.loads(state)
        things, positions = given["things"], given["positions"]
        fits = (
            isinstance(given["focus"], str)
            and isinstance(things, list)
            and 0 < len(things) <= MOST_THINGS
            and all(isinstance(one, str) for one in things)
            and all(
                isinstance(spot["x"], int | float) and isinstance(spot["y"], int | float) for spot in positions.values()
            )
            and isinstance(given["filters"]["kinds"], list)
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise SettingsError("this is no view of the explorer")
    return dict(given)
