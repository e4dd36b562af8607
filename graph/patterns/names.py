"""What the nodes of an answer are called."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
import polars as pl

from graph.schema import NodeKind
from graph.store import GraphScan

TELLING: dict[NodeKind, tuple[str, ...]] = {
    NodeKind.IDENTITY: ("name",),
    NodeKind.CARRIER: ("name",),
    NodeKind.VEHICLE: ("plate", "plate_jurisdiction"),
    NodeKind.ADDRESS: ("address", "city", "region", "country"),
    NodeKind.EVENT: ("description", "status"),
}
"""Properties that tell what a node is, by its kind; none for kinds whose key does."""


def names(reader: GraphScan, kind: NodeKind, keys: Collection[str]) -> pl.DataFrame:
    """Frame key, name: what these nodes are called; null where nothing is said of one."""
    found = reader.nodes(kind, sorted(set(keys))) if keys else None
    rows = [] if found is None else [(k, _name(kind, p)) for k, p in found.select("key", "props").iter_rows()]
    return pl.DataFrame(rows, schema={"key": pl.String, "name": pl.String}, orient="row")


def with_names(reader: GraphScan, rows: pl.DataFrame, kind: NodeKind, columns: dict[str, str]) -> pl.DataFrame:
    """The rows with what the nodes are called.

    Args:
        reader: the graph.
        rows: frame with the keys.
        kind: kind of the nodes.
        columns: column with the name by column with the key.
    """
    keys = {key for column in columns for key in rows[column].drop_nulls().to_list()}
    called = names(reader, kind, keys)
    for column, name in columns.items():
        here = called.select(pl.col("key").alias(column), pl.col("name").alias(name))
        rows = rows.join(here, on=column, how="left", maintain_order="left")
    return rows


def _name(kind: NodeKind, props: str | None) -> str | None:
    said: Any = orjson.loads(props) if props else {}
    if not isinstance(said, dict):
        return None
    words = [str(said[word]) for word in TELLING.get(kind, ()) if said.get(word)]
    return ", ".join(words) or None
