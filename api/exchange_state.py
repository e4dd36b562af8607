"""How requests to partners stand: of everybody, and of one driver without reading everybody's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import apsw
import polars as pl

from api.coverage_facts import Reader, answers_about, judged_of_all
from eligibility.exchange import JUDGED, STANDING, standing
from eligibility.exchange_tables import ExchangeTables
from linkage.ledger import IdentityTables, LoadTables, Workspace
from linkage.schema import FACTS, Kind


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


def exchange_about(
    workspace: Workspace, connection: apsw.Connection, records: Collection[str], as_of: date
) -> pl.DataFrame:
    """Frame STANDING of requests made by the day about the holder of some records."""
    requests, judged = answers_about(workspace, connection, records, as_of)
    made = requests.filter(pl.col("asked_on") <= as_of)
    if not made.height:
        return STANDING.empty()
    return standing(made, ExchangeTables(connection).chases(as_of), judged, as_of)


def reader_of(workspace: Workspace, connection: apsw.Connection) -> Reader:
    """Reads current facts at the ledger state of the connection."""
    loads = LoadTables(connection).ids()

    def current(kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame:
        return workspace.fact_store.current(kind, loads, columns or FACTS[kind].without("raw"))

    return current
