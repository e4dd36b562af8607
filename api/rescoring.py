"""The `rescore` command: the table of scores worked out again, at its own day or moved to another."""

from __future__ import annotations

from datetime import date
from typing import Any

from api import carrier_records, scores
from graph.embedded import ChangeLog, EmbeddedStore
from graph.policy_file import load_policy
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace


def rescore_workspace(workspace: Workspace, day: date | None = None, *, is_full: bool = False) -> dict[str, Any]:
    """Every score is what the ledger gives as of `day`, or as of the day the table has.

    Loads and decisions keep the table up by themselves. Only another day or another policy leaves it behind, and then
    everybody is scored.

    Args:
        is_full: everybody is scored in any case.

    Returns:
        The `rescore` document.

    Raises:
        SettingsError: nothing was loaded yet, or the day lies before the table's.
    """
    with workspace.exclusive():
        with workspace.transaction() as connection:
            current = scores.as_of(connection)
            if current is None:
                raise SettingsError("rescore: nothing was loaded yet")
            if day is not None and day < current:
                raise SettingsError(
                    f"rescore: the scores are as of {current}; to look back say: crosslane risk ID --as-of {day}"
                )
            as_of = (day or current).isoformat()
            is_behind = day not in (None, current) or scores.policy_of(connection) != load_policy().name
            if not (is_full or is_behind):
                return {"scope": "changed", "rescored": 0, "changed": 0, "seconds": 0.0, "as_of": as_of}
            run_id = IdentityTables(connection).next_run() - 1
            store = EmbeddedStore(connection)
            document, basis = scores.rescore(connection, store, day or current, run_id)
            carrier_records.refresh(connection, store, day or current)
            mark = ChangeLog(connection).head()
        scores.kept_basis(workspace.path).write(basis, mark)
    return document | {"as_of": as_of}
