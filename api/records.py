"""The current facts of a few records, read without reading everybody's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import apsw
import polars as pl

from linkage.ledger import LoadTables, Workspace
from linkage.ledger.load_keys import LoadKeys
from linkage.ledger.lookup import WITHDRAWN, Row, is_looked_up
from linkage.schema import FACTS, Kind


def facts_of(
    workspace: Workspace, connection: apsw.Connection, kind: Kind, column: str, values: Collection[str]
) -> pl.DataFrame:
    """Current facts of a kind whose `column` is one of `values`, in its schema, ordered by key.

    Args:
        connection: the view of the ledger that says which loads there are.
        column: a text column of the kind's schema.
    """
    keys = wanted = list(values)
    if column != "key":
        # A correction may have moved a fact to another record, so its newest version is looked up by key.
        keys = list({row["key"] for row in _rows(workspace, connection, kind, column, wanted)})
    newest = {row["key"]: row for row in _rows(workspace, connection, kind, "key", keys)}
    held = set(wanted)
    current = [row for _, row in sorted(newest.items()) if not row[WITHDRAWN] and row[column] in held]
    columns = FACTS[kind].columns
    return pl.DataFrame({name: [row.get(name) for row in current] for name in columns}, schema=columns)


def _rows(
    workspace: Workspace, connection: apsw.Connection, kind: Kind, column: str, values: Sequence[str]
) -> Iterator[Row]:
    """Rows of all loads whose column is one of the values, load after load."""
    listed = is_looked_up(kind, column)
    loads = LoadKeys(connection).telling(values) if listed else LoadTables(connection).ids()
    for load in loads:
        yield from workspace.lookups.rows(load, kind, column, values)
