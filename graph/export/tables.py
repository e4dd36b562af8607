"""CSV, RFC 4180: one table of nodes, one of edges."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from graph.export.content import Content, Row

# What makes a spreadsheet run a cell, in the wide forms that some take for the same; the apostrophe is here so that
# taking one off the front of a cell always gives the text back.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")


def write_nodes_csv(content: Content, out: TextIO) -> None:
    """A row a node; `out` must not translate line ends (newline="")."""
    _write(tuple(content.node_columns), content.nodes(), out)


def write_edges_csv(content: Content, out: TextIO) -> None:
    """A row an edge; `out` must not translate line ends (newline="")."""
    _write(tuple(content.edge_columns), content.edges(), out)


def _write(columns: tuple[str, ...], rows: Iterable[Row], out: TextIO) -> None:
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([_harmless(row[name]) for name in columns] for row in rows)


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value
