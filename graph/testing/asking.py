"""Patterns asked of small worlds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson
import polars as pl

from graph.patterns import Asked, Found, pattern_named
from graph.policy import RiskPolicy
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, Projection
from graph.store import GraphReader
from graph.testing.strategies import AS_OF
from graph.testing.worlds import KNOWN


def ask(
    reader: GraphReader, policy: RiskPolicy, name: str, given: Mapping[str, object], as_of: dt.date = AS_OF
) -> Found:
    """The answer to a pattern, its values written as a person would write them."""
    pattern = pattern_named(name)
    values = pattern.values({parameter: str(value) for parameter, value in given.items()})
    return pattern.ask(reader, Asked(values, as_of, policy))


def with_edges(
    held: Projection, kind: EdgeKind, *ends: tuple[str, str], props: Mapping[str, Mapping[str, Any]] | None = None
) -> Projection:
    """The graph with more undated edges of a kind, each of which rests on no record.

    Args:
        held: the graph.
        kind: kind of the edges.
        ends: keys of source and target.
        props: properties of nodes that are new, by key.
    """
    src_kind, dst_kind = (end.value for end in ENDS[kind])
    rows = [
        {"kind": kind.value, "src_kind": src_kind, "src": src, "dst_kind": dst_kind, "dst": dst}
        | {"record": "", "confidence": 1.0, "known_on": KNOWN}
        for src, dst in ends
    ]
    edges = pl.concat([held.edges, EDGE.conform(pl.DataFrame(rows))])
    places = {(src_kind, src) for src, _ in ends} | {(dst_kind, dst) for _, dst in ends}
    said = {key: orjson.dumps(text).decode() for key, text in (props or {}).items()}
    nodes = [{"kind": k, "key": key, "known_on": KNOWN, "props": said.get(key)} for k, key in sorted(places)]
    fresh = NODE.conform(pl.DataFrame(nodes, schema_overrides={"props": pl.String}))
    every = pl.concat([held.nodes, fresh]).unique(NODE_KEY, keep="first", maintain_order=True)
    return Projection(every.sort(NODE_KEY), edges.unique(EDGE_KEY).sort(EDGE_KEY))
