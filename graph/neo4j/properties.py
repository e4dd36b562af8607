"""Rows of the frames as the maps that become the properties of nodes and relationships."""

from __future__ import annotations

from typing import Any

import polars as pl

from graph.neo4j.flatten import flatten

UNDATED = -(2**31)
"""Stands for "no first day", where a property that identifies a relationship may not be absent."""


def node_rows(nodes: pl.DataFrame) -> list[dict[str, Any]]:
    """Every property of each node of a frame NODE."""
    return _with_flattened(nodes.select("key", "known_on", "props").to_dicts())


def edge_rows(edges: pl.DataFrame) -> list[dict[str, Any]]:
    """Both ends and every property of each edge of a frame EDGE."""
    said = edges.select(
        "record",
        first_day("first_seen"),
        "first_seen",
        "last_seen",
        "confidence",
        "known_on",
        "days",
        "props",
    )
    rows = _with_flattened(said.to_dicts())
    return [
        {"src": src, "dst": dst, "said": row} for src, dst, row in zip(edges["src"], edges["dst"], rows, strict=True)
    ]


def first_day(name: str) -> pl.Expr:
    """Days since 1970 of a first day that may be absent."""
    return pl.col(name).to_physical().fill_null(UNDATED).alias("first_day")


def _with_flattened(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        row.update(flatten(row["props"]))
    return rows
