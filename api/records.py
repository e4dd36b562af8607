"""The current facts of a few records, read without reading everybody's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import apsw
import polars as pl

from linkage.ledger import LoadTables, Workspace
from linkage.ledger.lookup import WITHDRAWN
from linkage.schema import FACTS, Kind


def facts_of(
    workspace: Workspace, connection: apsw.Connection, kind: Kind, column: str, values: Collection[str]
) -> pl.DataFrame:
    """Current facts of a kind whose `column` is one of `values`, in its schema, ordered by key.

    Args:
        connection: the view of the ledger that says which loads there are.
        column: a text column of the kind's schema.
    """
    loads, schema = LoadTables(connection).ids(), FACTS[kind]
    keys = wanted = list(values)
    if column != "key":
        # A correction may have moved a fact to another record, so its newest version is looked up by key.
        found = (_rows(workspace, load, kind, (column, wanted)) for load in loads)
        keys = list({key for rows in found if rows is not None for key in rows["key"]})
    versions = [rows for load in loads if (rows := _rows(workspace, load, kind, ("key", keys))) is not None]
    if not keys or not versions:
        return schema.empty()
    newest = pl.concat(versions, how="diagonal").unique("key", keep="last", maintain_order=True)
    current = newest.filter(~pl.col(WITHDRAWN) & pl.col(column).is_in(wanted))
    return schema.conform(current.sort("key"))


def _rows(workspace: Workspace, load: int, kind: Kind, where: tuple[str, Sequence[str]]) -> pl.DataFrame | None:
    """Rows of one load whose column is one of the values; None where it may be that the load has none of the kind."""
    column, values = where
    file = workspace.fact_store.path / str(load) / f"{kind}.parquet"
    if not file.exists():
        return None
    found = workspace.lookups.rows(load, kind, column, values)
    if found is not None:
        return found if found.height else None
    return pl.scan_parquet(file).filter(pl.col(column).is_in(values)).collect()
