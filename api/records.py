"""The current facts of a few records, read without reading everybody's."""

from __future__ import annotations

from collections.abc import Collection

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
    loads, lookups = LoadTables(connection).ids(), workspace.lookups
    keys = wanted = list(values)
    if column != "key":
        # A correction may have moved a fact to another record, so its newest version is looked up by key.
        keys = list({row["key"] for load in loads for row in lookups.rows(load, kind, column, wanted)})
    newest = {row["key"]: row for load in loads for row in lookups.rows(load, kind, "key", keys)}
    held = set(wanted)
    current = [row for _, row in sorted(newest.items()) if not row[WITHDRAWN] and row[column] in held]
    columns = FACTS[kind].columns
    return pl.DataFrame({name: [row.get(name) for row in current] for name in columns}, schema=columns)
