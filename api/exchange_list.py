"""How every request to a partner stands, and the answers that could not be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import apsw
import polars as pl

from api.coverage import day_of, documents
from api.coverage_facts import Reader, judged_of_all
from eligibility.exchange import JUDGED, STANDING, State, standing
from eligibility.exchange_answers import Verdict
from eligibility.exchange_tables import ExchangeTables
from linkage.errors import SettingsError
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.schema import FACTS, Kind


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


def exchange_on(workspace: Workspace, connection: apsw.Connection, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Frame STANDING of requests made by the day, each about the identity its driver has today, and frame JUDGED."""
    tables = ExchangeTables(connection)
    requests = tables.requests(as_of)
    current, members = reader_of(workspace, connection), IdentityTables(connection).memberships()
    judged = judged_of_all(current, requests, members.select("record_key", "identity_id"), as_of)
    if not requests.height:
        return STANDING.empty(), JUDGED.conform(judged)
    now = requests.join(
        members.select(anchor="record_key", today="identity_id"), on="anchor", how="left", maintain_order="left"
    )
    about = now.with_columns(pl.coalesce("today", "identity_id").alias("identity_id"))
    return standing(about, tables.chases(as_of), judged, as_of), judged


def reader_of(workspace: Workspace, connection: apsw.Connection) -> Reader:
    """Reads current facts at the ledger state of the connection."""
    loads = LoadTables(connection).ids()

    def current(kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        return workspace.fact_store.current(kind, loads, columns or FACTS[kind].without("raw"))

    return current
