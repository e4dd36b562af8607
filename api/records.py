"""The current facts of a few records, read without reading everybody's."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import apsw
import polars as pl

from linkage.ledger import LoadTables, Workspace
from linkage.ledger.facts import WITHDRAWN
from linkage.schema import FACTS, Kind


def facts_of(
    workspace: Workspace, connection: apsw.Connection, kind: Kind, column: str, values: Collection[str]
) -> pl.DataFrame:
    """Current facts of a kind whose `column` is one of `values`, in its schema, ordered by key.

    Args:
        connection: the view of the ledger that says which loads there are.
        column: a text column of the kind's schema.
    """
    folder = workspace.fact_store.path
    loads = LoadTables(connection).ids()
    files = [file for load in loads if (file := folder / str(load) / f"{kind}.parquet").exists()]
    schema = FACTS[kind]
    wanted = list(values)
    keys = wanted
    if column != "key":
        # A correction may have moved a fact to another record, so its newest version is looked up by key.
        found = [_where(file, column, wanted).select("key").collect() for file in files]
        keys = pl.concat([pl.DataFrame(schema={"key": pl.String}), *found])["key"].unique().to_list()
    versions = [_where(file, "key", keys).collect() for file in files] if keys else []
    if not versions:
        return schema.empty()
    newest = pl.concat(versions, how="diagonal").unique("key", keep="last", maintain_order=True)
    current = newest.filter(~pl.col(WITHDRAWN) & pl.col(column).is_in(wanted))
    return schema.conform(current.sort("key"))


def _where(file: Path, column: str, values: Collection[str]) -> pl.LazyFrame:
    return pl.scan_parquet(file).filter(pl.col(column).is_in(list(values)))
