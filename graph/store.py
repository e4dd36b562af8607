"""What a graph store can do: frames in, frames out, the same answers whichever store it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, runtime_checkable

import polars as pl

from graph.schema import EdgeKind, GraphChange, NodeKind

ALL_NODE_KINDS = frozenset(NodeKind)
ALL_EDGE_KINDS = frozenset(EdgeKind)

WALKED_KINDS = ALL_EDGE_KINDS - {EdgeKind.ASSOCIATED_WITH}
"""What a look around walks unless told otherwise: a declared tie is shown where the rule on family ties is applied."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many nodes and edges of each kind there are; kinds without any are left out.

    Args:
        nodes: node kind to count.
        edges: edge kind to count.
    """

    nodes: dict[str, int]
    edges: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a look around may go.

    Args:
        hops: edges walked from the start, at least 0.
        kinds: edge kinds that may be walked.
        max_nodes: nodes returned at most, the start included.
        hub_degree: a node with more edges than this is shown but not walked through, unless it is a start.
        as_of: only what was known by that day; None for everything. A fact without a day counts as known.
    """

    hops: int = 1
    kinds: frozenset[EdgeKind] = field(default=WALKED_KINDS)
    max_nodes: int = 150
    hub_degree: int = 60
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What lies around some nodes.

    Args:
        nodes: frame NODE plus `hops` (Int32, from the start) and `degree` (Int64, edges of the asked kinds), nearest
            first, then by kind and key.
        edges: frame EDGE between the nodes returned, but for those that join two hubs.
        hubs: frame kind, key, degree: shown, not walked through.
        left_out: nodes in reach that `max_nodes` cut off; 0 when all are there.
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    hubs: pl.DataFrame
    left_out: int

    @property
    def is_truncated(self) -> bool:
        """True when something in reach is not shown: cut off, or behind a hub."""
        return self.left_out > 0 or self.hubs.height > 0


class GraphScan(Protocol):
    """Reads whole kinds of a graph: what scoring everybody needs. Frames are sorted by their key columns."""

    def nodes(self, kind: NodeKind, keys: Collection[str] | None = None) -> pl.DataFrame:
        """Frame NODE: the nodes of one kind, all or those of the keys that exist."""
        ...

    def edges(self, kinds: Collection[EdgeKind]) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds."""
        ...


class EdgeReader(GraphScan, Protocol):
    """Reads the edges at some nodes too: what scoring some people needs."""

    def edges_of(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame EDGE: every edge of these kinds, known by the day, with either end among the nodes, each once."""
        ...


class GraphReader(EdgeReader, Protocol):
    """Reads one consistent state of a graph. Frames are sorted by their key columns."""

    @property
    def name(self) -> str:
        """What the store is, for messages: embedded, neo4j."""
        ...

    def degrees(
        self,
        kind: NodeKind,
        keys: Collection[str],
        kinds: Collection[EdgeKind] = ALL_EDGE_KINDS,
        as_of: date | None = None,
    ) -> pl.DataFrame:
        """Frame key, degree (Int64): edges as of `edges_of` at each of the nodes that exist, 0 included."""
        ...

    def neighbours(self, kind: NodeKind, keys: Collection[str], reach: Reach) -> Neighbourhood:
        """What lies around the nodes; unknown keys are passed over."""
        ...

    def counts(self) -> Counts:
        """Numbers of nodes and edges by kind."""
        ...

    def applied(self) -> int:
        """Number of the newest ledger change in the graph; 0 before the first."""
        ...


class GraphWriter(Protocol):
    """Changes a graph. Beginning and ending transactions is the caller's business."""

    def apply(self, change: GraphChange, sequence: int | None = None) -> bool:
        """The graph with the change in it; False when `sequence` was applied before and nothing was done.

        Raises:
            ConstraintViolation: an edge would lack an end, an end has the wrong kind, a removed node still has edges.
        """
        ...

    def clear(self) -> None:
        """The graph without nodes, edges and applied changes."""
        ...


class GraphStore(GraphReader, GraphWriter, Protocol):
    """Reads and changes a graph."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a projection outside the ledger got.

    Args:
        workspace: id of the ledger that it projects; "" before the first write.
        sequence: newest ledger change that is wholly there; 0 before the first.
        token: what that change is called in the ledger, so that two histories of one length are told apart.
        step: rows of what follows that are there already.
    """

    workspace: str = ""
    sequence: int = 0
    token: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Exact:
    """What a store that others can write to holds of one kind.

    Args:
        rows: frame NODE or EDGE, ordered by its key, each once.
        drifted: key columns of those of `rows` that carry something else than the frame says: a property more, less or
            of another type, a second label, the same edge twice.
    """

    rows: pl.DataFrame
    drifted: pl.DataFrame


@runtime_checkable
class ExactReader(Protocol):
    """Reads what is there to the last property, where `nodes` and `edges` read what is ours."""

    def exact(self, kind: NodeKind | EdgeKind) -> Exact:
        """The nodes or edges of one kind."""
        ...


class ProjectionTarget(GraphReader, ExactReader, Protocol):
    """A store outside the ledger, written in steps: each a transaction of bounded size that also moves the mark."""

    def prepare(self) -> None:
        """Constraints and indexes of this version are there."""
        ...

    def mark(self) -> Mark:
        """How far it got."""
        ...

    def write(self, part: GraphChange, expected: Mark, after: Mark) -> None:
        """In one transaction: the part, which may be empty, and the mark moved from `expected` to `after`.

        Raises:
            MarkMoved: the mark is not `expected`; another writer was here, and nothing was written.
            ConstraintViolation: an edge would lack an end, an end has the wrong kind, a removed node still has edges.
            StoreUnavailable: the server did not answer, also after the driver's own retries.
        """
        ...

    def remove_foreign(self, expected: Mark) -> int:
        """Labels, edges and nodes of kinds that are not ours are gone; the number of them.

        Raises:
            MarkMoved: the mark is not `expected`.
        """
        ...

    def clear(self) -> None:
        """The graph without nodes and edges, its mark the first."""
        ...
