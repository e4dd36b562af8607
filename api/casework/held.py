"""All that a case holds, as one reading of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.casework.cases import Cases, drawn_people
from api.casework.pinning import people_pinned
from linkage.ledger import Workspace


@dataclass(frozen=True, slots=True)
class CaseHeld:
    """A case and what was pinned, noted and drawn in it."""

    case: Mapping[str, Any]
    pins: Sequence[Mapping[str, Any]]
    notes: Sequence[Mapping[str, Any]]
    drawn: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, workspace: Workspace, case_id: int, actor: str) -> CaseHeld:
        """The case as it is.

        Raises:
            UnknownRecord: there is no such case.
        """
        with workspace.reading() as connection:
            cases = Cases(connection, actor)
            return cls(cases.get(case_id), cases.pins(case_id), cases.notes(case_id), cases.drawn(case_id))

    def people(self) -> list[str]:
        """Identity ids that it shows, each once, for the audit."""
        return list(dict.fromkeys([*people_pinned(pin["says"] for pin in self.pins), *drawn_people(self.drawn)]))

    def document(self) -> dict[str, Any]:
        """Its parts by name."""
        return {"case": self.case, "pins": self.pins, "notes": self.notes, "drawn": self.drawn}
