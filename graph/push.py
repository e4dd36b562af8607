"""From the ledger's graph to a store that follows it: what is pending is applied in order, in bounded steps.

The store remembers in the transaction of each step how far it got. Whatever is interrupted is taken up there; a step
done twice is a step done once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import polars as pl

from graph.batches import NOTHING, split, steps
from graph.errors import ForeignGraph, MarkMoved
from graph.project import change
from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import GraphScan, Mark, ProjectionTarget

MENDING = "mending"
"""Token while a store is compared as a whole: no change bears it, so that what was interrupted is begun again."""

_ATTEMPTS = 5  # times another writer may come between before it is told


class Changes(Protocol):
    """The log of what each ledger change did to the graph."""

    def head(self) -> Mark:
        """Where a store that follows everything stands."""
        ...

    def token_of(self, sequence: int) -> str | None:
        """What the change is called, None where there is none of that number."""
        ...

    def is_kept_after(self, sequence: int) -> bool:
        """True when what every later change did is kept."""
        ...

    def change(self, sequence: int) -> GraphChange:
        """What a kept change did."""
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """One state of the ledger's graph.

    Args:
        graph: the graph.
        changes: how it came about.
    """

    graph: GraphScan
    changes: Changes


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Args:
        how: nothing, changes (in order), filled (an empty store) or mended (compared as a whole).
        before: where the store stood.
        after: where it stands.
        rows: nodes and edges written or removed.
    """

    how: str
    before: Mark
    after: Mark
    rows: int


Advance = Callable[[int], None]


def push(ledger: Ledger, target: ProjectionTarget, advance: Advance, *, is_drifted: bool = False) -> Pushed:
    """The store holds what the ledger's graph holds.

    Args:
        advance: called with the number of rows of each step done.
        is_drifted: the store was found to differ; it is compared as a whole wherever it stands.

    Raises:
        ForeignGraph: the store holds the graph of another workspace, or one that is not ours.
        MarkMoved: another process keeps writing to the store.
        StoreUnavailable: the server did not answer; what was done stays, the next push goes on from there.
    """
    target.prepare()
    before, left = target.mark(), _ATTEMPTS
    while True:
        writer = _Writer(target, advance)
        try:
            how = _bring_up(ledger, writer, is_drifted=is_drifted)
        except MarkMoved:
            left -= 1
            if not left:
                raise
            continue
        return Pushed(how, before, writer.at, writer.rows)


def is_following(changes: Changes, mark: Mark) -> bool:
    """True when the mark is a point in this ledger's history."""
    if mark.workspace != changes.head().workspace:
        return False
    return not mark.token if mark.sequence == 0 else changes.token_of(mark.sequence) == mark.token


class _Writer:
    """Steps written to a store, each moving its mark on from where this writer left it."""

    def __init__(self, target: ProjectionTarget, advance: Advance) -> None:
        self.target = target
        self.at = target.mark()
        self.rows = 0
        self._advance = advance

    def write(self, part: GraphChange, after: Mark) -> None:
        self.target.write(part, self.at, after)
        self.at = after
        self.rows += part.rows
        self._advance(part.rows)

    def run(self, parts: Iterable[GraphChange], start: Mark, end: Mark) -> None:
        """All parts are written and the mark is `end`; those that an interrupted run wrote are passed over."""
        done = self.at.step if replace(self.at, step=0) == start else 0
        for part, after in steps(parts, replace(start, step=done), end):
            self.write(part, after)


def _bring_up(ledger: Ledger, writer: _Writer, *, is_drifted: bool) -> str:
    head, mark = ledger.changes.head(), writer.at
    filling = Mark(head.workspace, 0, f"filling {head.token}")
    if mark.workspace != head.workspace and (mark.workspace or not _is_empty(writer.target)):
        if writer.target.mark() != mark:  # another process began to fill what was empty a moment ago
            raise MarkMoved(writer.target.name)
        raise ForeignGraph(writer.target.name)
    if mark == head and not is_drifted:
        return "nothing"
    if not mark.workspace or replace(mark, step=0) == filling:
        writer.run(_everything(ledger.graph), filling, head)
        return "filled"
    if not is_drifted and is_following(ledger.changes, mark) and ledger.changes.is_kept_after(mark.sequence):
        for number in range(mark.sequence + 1, head.sequence + 1):
            end = Mark(head.workspace, number, ledger.changes.token_of(number) or "")
            writer.run(split(ledger.changes.change(number)), replace(writer.at, step=0), end)
        return "changes"
    writer.target.remove_foreign(mark)
    for part in _differences(ledger.graph, writer.target):
        writer.write(part, Mark(head.workspace, 0, MENDING, writer.at.step + part.rows))
    writer.write(NOTHING, head)
    return "mended"


def _is_empty(target: ProjectionTarget) -> bool:
    counts = target.counts()
    return not (counts.nodes or counts.edges)


def _everything(graph: GraphScan) -> Iterator[GraphChange]:
    """The whole graph in parts, nodes first, a kind at a time."""
    for node in NodeKind:
        yield from split(replace(NOTHING, nodes_set=graph.nodes(node)))
    for edge in EdgeKind:
        yield from split(replace(NOTHING, edges_set=graph.edges([edge])))


def _differences(graph: GraphScan, target: ProjectionTarget) -> Iterator[GraphChange]:
    """What makes the store equal to the graph, in parts, a kind at a time; only what differs is held.

    An edge that carries what it should not is removed and set again: there may be two of it.
    """
    edges = []
    for edge in EdgeKind:
        exact, wanted = target.exact(edge), graph.edges([edge])
        drifted = wanted.join(exact.drifted, on=list(EDGE_KEY), how="semi", nulls_equal=True)
        found = change(Projection(NODE.empty(), exact.rows), Projection(NODE.empty(), wanted))
        removed = pl.concat([found.edges_removed.select(EDGE_KEY), exact.drifted]).unique()
        yield from split(replace(NOTHING, edges_removed=removed))
        edges.append(pl.concat([found.edges_set, drifted]).unique(EDGE_KEY))
    gone = []
    for node in NodeKind:
        exact, wanted = target.exact(node), graph.nodes(node)
        drifted = wanted.join(exact.drifted, on=list(NODE_KEY), how="semi")
        found = change(Projection(exact.rows, EDGE.empty()), Projection(wanted, EDGE.empty()))
        yield from split(replace(NOTHING, nodes_set=pl.concat([found.nodes_set, drifted]).unique(NODE_KEY)))
        gone.append(found.nodes_removed.select(NODE_KEY))
    yield from split(replace(NOTHING, edges_set=pl.concat(edges)))
    yield from split(replace(NOTHING, nodes_removed=pl.concat(gone)))
