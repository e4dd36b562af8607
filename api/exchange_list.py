"""How every request to a partner stands, and the answers that could not be used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from api.coverage import day_of, documents
from api.exchange_state import exchange_on
from eligibility.exchange import State
from eligibility.exchange_answers import Verdict
from linkage.errors import SettingsError
from linkage.ledger import Workspace


def list_requests(
    workspace: Workspace, as_of: date | None = None, state: str | None = None, only: Iterable[str] | None = None
) -> dict[str, Any]:
    """The `exchange list` document: every request and how it stands on the day, and the answers set aside.

    Args:
        state: one state only.
        only: ids of the requests to list.

    Raises:
        SettingsError: there is no such state.
    """
    if state is not None and state not in set(State):
        raise SettingsError(f"--state: give one of {', '.join(State)}")
    with workspace.reading() as connection:
        day = as_of or day_of(connection)
        rows, judged = exchange_on(workspace, connection, day)
    counts = {str(name): 0 for name in State} | dict(rows.group_by("state").len().rows())
    aside = judged.filter(pl.col("verdict") != Verdict.ACCEPTED.value)
    if state is not None:
        rows = rows.filter(pl.col("state") == state)
    if only is not None:
        wanted = list(only)
        rows = rows.filter(pl.col("request_id").is_in(wanted))
        aside = aside.filter(pl.col("request_id").is_in(wanted))
    return {
        "rows": documents(rows.drop("n")),
        "as_of": day.isoformat(),
        "counts": counts,
        "set_aside": documents(aside),
    }
