"""The `rescore` command: the table of scores worked out again, at its own day or moved to another."""

from __future__ import annotations

from datetime import date
from typing import Any

from api import scores
from graph.embedded import EmbeddedStore
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, Workspace


def rescore_workspace(workspace: Workspace, day: date | None = None, *, is_full: bool = False) -> dict[str, Any]:
    """Every score is what the ledger gives as of `day`, or as of the day the table has.

    Args:
        is_full: asked for by name; the other scope also scores everybody, since it proves nothing else changed.

    Raises:
        SettingsError: nothing was loaded yet, or the day lies before the table's.
    """
    with workspace.exclusive(), workspace.transaction() as connection:
        current = scores.as_of(connection)
        if current is None:
            raise SettingsError("rescore: nothing was loaded yet")
        if day is not None and day < current:
            raise SettingsError(
                f"rescore: the scores are as of {current}; to look back say: crosslane risk ID --as-of {day}"
            )
        run_id = IdentityTables(connection).next_run() - 1
        document = scores.rescore(connection, EmbeddedStore(connection), day or current, run_id)
    return document | {"as_of": (day or current).isoformat(), "asked": "full" if is_full else "changed"}
