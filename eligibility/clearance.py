"""Who may see what concerns terrorism: named people, cleared by somebody else, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from eligibility.trail import Step, Trail
from linkage.errors import SettingsError, UnknownRecord


@dataclass(frozen=True)
class Clearances:
    """Reads and writes of clearances on one connection."""

    connection: apsw.Connection

    def is_cleared(self, name: str) -> bool:
        """Whether the person may see it now."""
        found = self.connection.execute(
            "SELECT 1 FROM clearance WHERE name = ? AND withdrawn_at IS NULL", (name,)
        ).fetchone()
        return found is not None

    def grant(self, name: str, reason: str, by: str, at: str) -> dict[str, Any]:
        """The person is cleared.

        Raises:
            SettingsError: nobody clears themselves, twice, or without a name and a reason.
        """
        if not name.strip() or not name.isprintable():
            raise SettingsError("review clear: give the name of a person")
        if name == by:
            raise SettingsError("review clear: nobody clears themselves; somebody else must do it")
        if self.is_cleared(name):
            raise SettingsError("review clear: the person is cleared already")
        Trail(self.connection).append(Step(by, "clearance granted", f"person:{name}", reason), at)
        self.connection.execute("INSERT INTO clearance VALUES (?, ?, ?, ?, NULL, NULL, NULL)", (name, by, at, reason))
        return self._row(name)

    def withdraw(self, name: str, reason: str, by: str, at: str) -> dict[str, Any]:
        """The person is not cleared any more.

        Raises:
            UnknownRecord: the person was not.
        """
        if not self.is_cleared(name):
            raise UnknownRecord("review clear: the person is not cleared; see: crosslane review cleared")
        Trail(self.connection).append(Step(by, "clearance withdrawn", f"person:{name}", reason), at)
        self.connection.execute(
            "UPDATE clearance SET withdrawn_by = ?, withdrawn_at = ?, withdrawn_reason = ? "
            "WHERE name = ? AND withdrawn_at IS NULL",
            (by, at, reason, name),
        )
        return self._row(name)

    def rows(self) -> list[dict[str, Any]]:
        """Every clearance ever granted, oldest first."""
        names = ("name", "granted_by", "granted_at", "reason", "withdrawn_by", "withdrawn_at", "withdrawn_reason")
        found = self.connection.execute("SELECT * FROM clearance ORDER BY granted_at, name")
        return [dict(zip(names, row, strict=True)) for row in found]

    def _row(self, name: str) -> dict[str, Any]:
        return [row for row in self.rows() if row["name"] == name][-1]
