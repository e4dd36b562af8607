"""A kind as it lies on the server, to the last property: for verification, where `nodes` and `edges` read what is ours.

What people add by hand does not show in the frames: a property, a label, another type, a second edge of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from neo4j import ManagedTransaction

from graph.neo4j.flatten import flatten
from graph.neo4j.reads import Reads, edge_frame, node_frame
from graph.neo4j.statements import Statements
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, NodeKind
from graph.store import Exact


def exact_nodes(tx: ManagedTransaction, cypher: Statements, kind: NodeKind) -> Exact:
    """The nodes of one kind that have a key."""
    rows, drifted = [NODE.empty()], [NODE.empty(*NODE_KEY)]
    for page in Reads(tx, cypher).pages(cypher.exact_nodes[kind]):
        frame = node_frame(page, kind)
        rows.append(frame)
        drifted.append(frame.filter(~_is_sound(page)).select(NODE_KEY))
    return Exact(pl.concat(rows).sort(NODE_KEY), pl.concat(drifted).sort(NODE_KEY))


def exact_edges(tx: ManagedTransaction, cypher: Statements, kind: EdgeKind) -> Exact:
    """The edges of one kind between the kinds of nodes that it joins."""
    rows, drifted = [EDGE.empty()], [EDGE.empty(*EDGE_KEY)]
    for page in Reads(tx, cypher).pages(cypher.exact_edges[kind]):
        frame = edge_frame(page, kind)
        rows.append(frame)
        told = pl.Series(page["first_seen"], dtype=pl.String).str.to_date("%Y-%m-%d", strict=False)
        is_sound = _is_sound(page) & told.eq_missing(frame["first_seen"])
        is_sound &= ~frame.select(pl.struct(EDGE_KEY).is_duplicated()).to_series()
        drifted.append(frame.filter(~is_sound).select(EDGE_KEY))
    found = pl.concat(rows).unique(EDGE_KEY).sort(EDGE_KEY)
    return Exact(found, pl.concat(drifted).unique().sort(EDGE_KEY))


def _is_sound(page: Mapping[str, Any]) -> pl.Series:
    triples: Iterable[tuple[bool, str | None, dict[str, Any]]]
    triples = zip(page["sound"], page["props"], page["said"], strict=True)
    return pl.Series([sound and _is_same(flatten(props), said) for sound, props, said in triples], dtype=pl.Boolean)


def _is_same(wanted: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """True when both hold the same values of the same types; the server's map has the fixed properties as null."""
    held = {name: value for name, value in said.items() if value is not None}
    return held == wanted and all(type(value) is type(wanted[name]) for name, value in held.items())
