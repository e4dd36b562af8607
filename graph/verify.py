"""A proof that a store holds the graph it should: counts and a digest a kind, and what differs by name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from graph.project import gone, new
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import Exact, ExactReader, GraphReader

LISTED = 100
"""Differences that are told one by one; all are counted."""

_SLICE = 100_000  # rows turned into text at a time


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of node or edge, in the graph that should be and in the store.

    Args:
        kind: node or edge kind.
        wanted: digest of what should be there.
        held: digest of what is there of ours.
        missing: how many should be there and are not; `extra` and `different` likewise.
        listed: (what, kind, key...) of some that differ, in order.
    """

    kind: str
    wanted: str
    held: str
    missing: int = 0
    extra: int = 0
    different: int = 0
    listed: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """How a store compares with the graph it should hold.

    Args:
        store: name of the store.
        nodes: node kind to count, as held.
        edges: edge kind to count, as held.
        kinds: the comparison kind by kind.
    """

    store: str
    nodes: dict[str, int]
    edges: dict[str, int]
    kinds: tuple[Compared, ...]

    @property
    def missing(self) -> int:
        """Nodes and edges that should be there and are not."""
        return sum(kind.missing for kind in self.kinds)

    @property
    def extra(self) -> int:
        """Nodes and edges that should not be there, those of kinds that are not ours among them."""
        return sum(kind.extra for kind in self.kinds)

    @property
    def different(self) -> int:
        """Nodes and edges that are there with other content."""
        return sum(kind.different for kind in self.kinds)

    @property
    def is_equal(self) -> bool:
        """True when the store holds exactly the graph it should."""
        return not (self.missing or self.extra or self.different)

    def to_document(self) -> dict[str, object]:
        """The JSON document of `graph verify`."""
        return {
            "store": self.store,
            "equal": self.is_equal,
            "nodes": self.nodes,
            "edges": self.edges,
            "missing": self.missing,
            "extra": self.extra,
            "different": self.different,
            "digests": {kind.kind: {"ledger": kind.wanted, "store": kind.held} for kind in self.kinds},
            "differences": [
                {"what": what, "kind": kind, "key": key} for c in self.kinds for what, kind, *key in c.listed
            ][:LISTED],
        }


def verify(reader: GraphReader, wanted: Projection) -> Verification:
    """Every node and edge of the store compared with the graph it should hold, a kind at a time."""
    counts = reader.counts()
    kinds = [_compared(kind, _held(reader, kind), wanted.nodes, NODE_KEY) for kind in NodeKind]
    kinds += [_compared(kind, _held(reader, kind), wanted.edges, EDGE_KEY) for kind in EdgeKind]
    ours = {kind.kind for kind in kinds}
    foreign = sorted((kind, n) for kind, n in [*counts.nodes.items(), *counts.edges.items()] if kind not in ours)
    kinds += [Compared(kind, "", "", extra=n, listed=(("extra", kind, f"all {n}"),)) for kind, n in foreign]
    return Verification(reader.name, counts.nodes, counts.edges, tuple(kinds))


def digest(frame: pl.DataFrame) -> str:
    """SHA-256 of the rows as text, exact to the last bit of a float; rows must be in the order of their key."""
    found = hashlib.sha256()
    for start in range(0, frame.height, _SLICE):
        found.update(frame.slice(start, _SLICE).write_csv(include_header=False).encode())
    return found.hexdigest()


def _held(reader: GraphReader, kind: NodeKind | EdgeKind) -> Exact:
    if isinstance(reader, ExactReader):
        return reader.exact(kind)
    if isinstance(kind, NodeKind):
        return Exact(reader.nodes(kind).sort(NODE_KEY), NODE.empty(*NODE_KEY))
    return Exact(reader.edges([kind]).sort(EDGE_KEY), EDGE.empty(*EDGE_KEY))


def _compared(kind: NodeKind | EdgeKind, exact: Exact, whole: pl.DataFrame, key: tuple[str, ...]) -> Compared:
    held, wanted = exact.rows, whole.filter(pl.col("kind") == kind.value).sort(key)
    digests = digest(wanted), digest(held)
    if digests[0] == digests[1] and not exact.drifted.height:
        return Compared(kind.value, *digests)
    towards = new(held, wanted)
    missing, extra = gone(towards, held, key), gone(held, wanted, key)
    changed = pl.concat([gone(towards, missing, key).select(key), gone(exact.drifted, extra, key)])
    different = changed.unique().sort(key)
    listed = tuple(
        (what, *("" if value is None else str(value) for value in row))
        for what, frame in (("missing", missing), ("extra", extra), ("different", different))
        for row in frame.select(key).head(LISTED).iter_rows()
    )
    return Compared(kind.value, *digests, missing.height, extra.height, different.height, listed)
