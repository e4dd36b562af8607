"""The `rescore` and `screen` commands: scores and drivers looked at again, at the day they have or moved to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import apsw

from api import carrier_records, scores, screening
from api.screening_scene import Facts
from eligibility.screening.runs import Cause, Screening
from graph.basis import Basis
from graph.embedded import ChangeLog, EmbeddedStore
from graph.policy_file import load_policy
from graph.store import Mark
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace


def rescore_workspace(
    workspace: Workspace, day: date | None = None, *, is_full: bool = False, by: str = "local"
) -> dict[str, Any]:
    """Every score is what the ledger gives as of `day`, or as of the day the table has.

    Loads and decisions keep the table up by themselves. Only another day or another policy leaves it behind, and then
    everybody is scored, and screened for what that brings.

    Args:
        is_full: everybody is scored in any case.
        by: who asks for it.

    Returns:
        The `rescore` document.

    Raises:
        SettingsError: nothing was loaded yet, or the day lies before the table's.
    """
    done = Screening()
    with workspace.exclusive():
        with workspace.transaction() as connection:
            current = _require_day(connection, day, "rescore")
            table = _rescore(connection, day or current, is_full=is_full)
            if table.document["rescored"]:
                done = _screen(workspace, connection, (Cause.RESCORE, by, day or current))
        table.keep(workspace)
    return table.document | {"reviews_opened": done.opened, "reviews_reopened": done.reopened}


def screen_workspace(workspace: Workspace, day: date | None = None, by: str = "local") -> dict[str, Any]:
    """Everybody who is enrolled was looked at as of `day`, and scored as of it: what time alone brings opens reviews.

    Args:
        day: today where none is given, or the day of the scores where that is later.
        by: who asks for it.

    Returns:
        The `screen` document.

    Raises:
        SettingsError: nothing was loaded yet, or the day lies before that of the scores.
    """
    with workspace.exclusive():
        with workspace.transaction() as connection:
            current = _require_day(connection, day, "screen")
            asked = day or max(date.today(), current)
            table = _rescore(connection, asked, is_full=False)
            done = _screen(workspace, connection, (Cause.TIME, by, asked))
        table.keep(workspace)
    return {
        "as_of": table.document["as_of"],
        "screened": done.screened,
        "reviews_opened": done.opened,
        "reviews_reopened": done.reopened,
        "reviews_extended": done.extended,
        "rescored": table.document["rescored"],
    }


@dataclass(frozen=True, slots=True)
class _Rescored:
    """What became of the table of scores.

    Args:
        document: the `rescore` document.
        basis: what the table rests on at `mark`; None where it was left as it was.
    """

    document: dict[str, Any]
    basis: Basis | None = None
    mark: Mark | None = None

    def keep(self, workspace: Workspace) -> None:
        """The basis is kept, once the ledger has the table that rests on it."""
        if self.basis is not None and self.mark is not None:
            scores.kept_basis(workspace.path).write(self.basis, self.mark)


def _require_day(connection: apsw.Connection, day: date | None, command: str) -> date:
    """The day of the scores."""
    current = scores.as_of(connection)
    if current is None:
        raise SettingsError(f"{command}: nothing was loaded yet")
    if day is not None and day < current:
        raise SettingsError(
            f"{command}: the scores are as of {current}; to look back say: crosslane risk ID --as-of {day}"
        )
    return current


def _rescore(connection: apsw.Connection, day: date, *, is_full: bool) -> _Rescored:
    is_behind = day != scores.as_of(connection) or scores.policy_of(connection) != load_policy().name
    if not (is_full or is_behind):
        return _Rescored({"scope": "changed", "rescored": 0, "changed": 0, "seconds": 0.0, "as_of": day.isoformat()})
    run_id = IdentityTables(connection).next_run() - 1
    store = EmbeddedStore(connection)
    document, basis = scores.rescore(connection, store, day, run_id)
    carrier_records.refresh(connection, store, day)
    return _Rescored(document | {"as_of": day.isoformat()}, basis, ChangeLog(connection).head())


def _screen(workspace: Workspace, connection: apsw.Connection, why: tuple[Cause, str, date]) -> Screening:
    cause, by, day = why
    at = datetime.now(UTC).isoformat(timespec="seconds")
    facts = Facts(workspace.fact_store, LoadTables(connection).ids())
    return screening.screen_now(connection, facts, screening.Reason(cause, None, by, at, day, everybody=True))
