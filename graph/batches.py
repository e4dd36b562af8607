"""A change of the graph in parts of bounded size, in an order in which each part can stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from graph.schema import EDGE, EDGE_KEY, NODE, NODE_KEY, GraphChange
from graph.store import Mark

BATCH_ROWS = 10_000
"""Rows a transaction: the size at which a server was measured to take most rows a second."""

NOTHING = GraphChange(NODE.empty(*NODE_KEY), NODE.empty(), EDGE.empty(*EDGE_KEY), EDGE.empty())

# Edges go before the nodes under them and nodes come before the edges on them, so that every edge always has its ends.
_ORDER = (("edges_removed", EDGE_KEY), ("nodes_set", NODE_KEY), ("edges_set", EDGE_KEY), ("nodes_removed", NODE_KEY))


def split(change: GraphChange, rows: int = BATCH_ROWS) -> Iterator[GraphChange]:
    """Parts of at most `rows` rows that make the change when applied in order; the same change gives the same parts.

    Rows are ordered by kind and key, so that a part mostly holds one kind and what lies close together.
    """
    part, room = NOTHING, rows
    for name, key in _ORDER:
        frame = getattr(change, name).sort(key)
        start = 0
        while start < frame.height:
            piece = frame.slice(start, room)
            part, room, start = replace(part, **{name: piece}), room - piece.height, start + piece.height
            if not room:
                yield part
                part, room = NOTHING, rows
    if not part.is_empty:
        yield part


def steps(parts: Iterable[GraphChange], start: Mark, end: Mark) -> Iterator[tuple[GraphChange, Mark]]:
    """Each part with the mark that it leads to, the last with `end`; what `start` counts as there is passed over.

    Args:
        parts: in order; none at all is one empty step to `end`.
        start: its `step` says how many rows of the parts are there already.
        end: where the store stands when all parts are there.
    """
    passed, last = 0, NOTHING
    for part in parts:
        if passed > start.step:
            yield last, replace(start, step=passed)
        last, passed = part, passed + part.rows
    yield last, end
