"""Frames as the columns that the server makes properties of: dates as text, JSON fields as maps."""

from __future__ import annotations

from typing import Any

import polars as pl

from graph.days import UNDATED
from graph.neo4j.flatten import flatten

Columns = dict[str, list[Any]]

FIRST_DAY = pl.col("first_seen").to_physical().fill_null(UNDATED).alias("first_day")


def node_columns(nodes: pl.DataFrame) -> Columns:
    """Every property of each node of a frame NODE."""
    return _with_flat(nodes.select("key", _as_text("known_on"), "props"))


def edge_columns(edges: pl.DataFrame) -> Columns:
    """Both ends and every property of each edge of a frame EDGE."""
    dates = _as_text("first_seen", "last_seen", "known_on")
    return _with_flat(edges.select("src", "dst", "record", FIRST_DAY, dates, "confidence", "days", "props"))


def edge_key_columns(edges: pl.DataFrame) -> Columns:
    """What names each edge of its kind."""
    return edges.select("src", "dst", "record", FIRST_DAY).to_dict(as_series=False)


def _as_text(*dates: str) -> pl.Expr:
    return pl.col(dates).dt.to_string("iso")  # the driver takes longer over one date than over the rest of the row


def _with_flat(frame: pl.DataFrame) -> Columns:
    return frame.to_dict(as_series=False) | {"flat": list(map(flatten, frame["props"]))}
