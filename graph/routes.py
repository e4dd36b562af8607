"""What a search between two nodes may do, what it reads of a graph, and the routes over that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import polars as pl

from graph.neighbours import Steps, edges_at, ends_of, known, places_of, with_degree
from graph.schema import EDGE, EDGE_KEY, NodeKind
from graph.store import Reach

MAX_STEPS = 500_000
"""Steps of putting routes together before it stops: well under a second."""


class Place(NamedTuple):
    """A node by its kind and key."""

    kind: NodeKind
    key: str


Route = tuple[Place, ...]


class Cap(StrEnum):
    """Which limit a search reached."""

    NODES = "nodes"  # so many nodes were looked at
    EDGES = "edges"  # the next step would have read more edges
    ROUTES = "routes"  # there are more routes than are given
    STEPS = "steps"  # putting the routes together took too many steps


@dataclass(frozen=True, slots=True)
class Search:
    """What may be walked between two nodes, and how long to look.

    Args:
        reach: `hops` of the longest route, edge kinds, hubs, day; with `max_nodes` looked at no further step is taken.
        max_routes: routes given at most.
        max_edges: edges read at most.
        with_longer: give routes of up to `reach.hops` too, not the shortest only.
        through: hubs that may be walked through all the same.
    """

    reach: Reach = field(default_factory=lambda: Reach(hops=6, max_nodes=10_000))
    max_routes: int = 20
    max_edges: int = 50_000
    with_longer: bool = False
    through: frozenset[Place] = frozenset()


class Ground:
    """The part of a graph that was read so far, each node's edges once.

    Args:
        store: what is read.
        reach: which edges may be walked, what is a hub, the day.
        through: hubs that count as none.
    """

    def __init__(self, store: Steps, reach: Reach, through: frozenset[Place] = frozenset()) -> None:
        self._store = store
        self._reach = reach
        self._through = through
        self._read = [EDGE.empty()]
        self._walked: set[Place] = set()
        self.degree: dict[Place, int] = {}
        self.around: defaultdict[Place, set[Place]] = defaultdict(set)
        self.edges_read = 0

    def look_at(self, places: Collection[Place]) -> None:
        """The degrees of the places that exist and were known by the day."""
        new = known(self._store, places_of(place for place in places if place not in self.degree), self._reach)
        for kind, key, degree in with_degree(self._store, new, self._reach).iter_rows():
            self.degree[Place(NodeKind(kind), key)] = degree

    def is_hub(self, place: Place) -> bool:
        """True when the place has more edges than may be walked through."""
        return self.degree[place] > self._reach.hub_degree and place not in self._through

    def cost(self, places: Collection[Place]) -> int:
        """Edges that walking from the places reads."""
        return sum(self.degree[place] for place in places if place not in self._walked)

    def walk(self, places: Collection[Place]) -> None:
        """The edges at the places are read, and what they lead to is looked at."""
        todo = [place for place in places if place not in self._walked]
        self._walked.update(todo)
        step = edges_at(self._store, places_of(todo), self._reach)
        self.edges_read += step.height
        self._read.append(step)
        self.look_at([Place(NodeKind(kind), key) for kind, key in ends_of(step).iter_rows()])
        pairs = step.select("src_kind", "src", "dst_kind", "dst").unique()
        for src_kind, src, dst_kind, dst in pairs.iter_rows():
            one, other = Place(NodeKind(src_kind), src), Place(NodeKind(dst_kind), dst)
            if one in self.degree and other in self.degree:
                self.around[one].add(other)
                self.around[other].add(one)

    def edges_along(self, steps: Collection[tuple[Place, Place]]) -> pl.DataFrame:
        """Frame EDGE: every edge read that joins two places of a step, in either direction, by EDGE_KEY."""
        ends = ["src_kind", "src", "dst_kind", "dst"]
        rows = {(*one, *other) for one, other in steps} | {(*other, *one) for one, other in steps}
        wanted = pl.DataFrame(sorted(rows), schema=dict.fromkeys(ends, pl.String), orient="row")
        return pl.concat(self._read).unique(EDGE_KEY).join(wanted, on=ends, how="semi").sort(EDGE_KEY)


@dataclass
class RouteList:
    """Routes over a ground from one place to another, none through a hub, none through a place twice.

    Args:
        ground: what was read.
        start: first place of every route.
        end: last place of every route.
        steps_left: steps that may yet be tried.
    """

    ground: Ground
    start: Place
    end: Place
    steps_left: int = MAX_STEPS
    _left: dict[Place, int] = field(init=False)
    _onward: dict[Place, list[Place]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._left = self._hops_left()

    def of_length(self, hops: int) -> Iterator[Route]:
        """Routes of exactly so many hops, ordered by the kinds and keys of their places, until no step is left."""
        return self._onward_from([self.start], hops)

    def _hops_left(self) -> dict[Place, int]:
        """Fewest hops from each place to the end."""
        left, frontier = {self.end: 0}, [self.end]
        while frontier:
            new = {place for here in frontier for place in self.ground.around[here] if place not in left}
            new = {place for place in new if place == self.start or not self.ground.is_hub(place)}
            left |= dict.fromkeys(new, left[frontier[0]] + 1)
            frontier = [place for place in new if place != self.start]
        return left

    def _onward_from(self, path: list[Place], hops: int) -> Iterator[Route]:
        if path[-1] == self.end:
            yield tuple(path)
            return
        room = hops - len(path)
        for place in self._near(path[-1]):
            self.steps_left -= 1
            if self.steps_left < 0:
                return
            if self._left[place] > room or place in path or (place == self.end and room):
                continue
            yield from self._onward_from([*path, place], hops)

    def _near(self, place: Place) -> list[Place]:
        if place not in self._onward:
            self._onward[place] = sorted(near for near in self.ground.around[place] if near in self._left)
        return self._onward[place]
