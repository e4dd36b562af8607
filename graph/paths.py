"""Routes between two nodes: all the shortest, then longer ones if asked for; the same on every store.

Both ends are searched from, the cheaper side first, so that the search meets in the middle instead of reading all that
lies within reach of one end. A search that reaches one of its limits says which, and never answers half a layer: the
routes it gives are all there are of their length, but for those that the limit of routes cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice, pairwise
from typing import Any

import orjson
import polars as pl

from graph.meeting import Meeting, TwoSided
from graph.neighbours import Steps, described, places_of
from graph.routes import Cap, Ground, Place, Route, RouteList, Search

__all__ = ["Cap", "Paths", "Place", "Route", "Search", "find_paths"]

_HUB = {"kind": pl.String, "key": pl.String, "degree": pl.Int64, "is_between": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Paths:
    """Routes between two nodes.

    Args:
        start: where every route starts.
        end: where every route ends.
        routes: each a sequence of places, shortest first, then by the kinds and keys along them.
        nodes: frame NODE of the ends, the places on the routes and the hubs, by kind and key.
        edges: frame EDGE of every edge along a step of a route, by EDGE_KEY.
        hubs: frame kind, key, degree, is_between (reached from both ends): met, not walked through.
        searched_hops: routes longer than that were not looked for; all others were.
        looked_at: nodes that the search looked at.
        caps: limits that cut something off.
        unknown: ends that are not in the graph, or were not by the day.
        is_exhausted: one end can reach nothing more: no longer route was left out.
    """

    start: Place
    end: Place
    routes: tuple[Route, ...]
    nodes: pl.DataFrame
    edges: pl.DataFrame
    hubs: pl.DataFrame
    searched_hops: int
    looked_at: int
    caps: tuple[Cap, ...] = ()
    unknown: tuple[Place, ...] = ()
    is_exhausted: bool = False

    @property
    def hops(self) -> int | None:
        """Length of the shortest route; None when none was found."""
        return len(self.routes[0]) - 1 if self.routes else None

    @property
    def is_truncated(self) -> bool:
        """True when there may be routes that are not given: beyond a limit, or through a hub."""
        return bool(self.caps) or self.hubs.height > 0

    def to_document(self) -> dict[str, Any]:
        """The JSON document of the routes: dates as ISO text, `properties` as objects."""
        return {
            "from": self.start._asdict(),
            "to": self.end._asdict(),
            "hops": self.hops,
            "routes": [{"hops": len(r) - 1, "nodes": [place._asdict() for place in r]} for r in self.routes],
            "nodes": _documents(self.nodes),
            "edges": _documents(self.edges),
            "hubs": self.hubs.to_dicts(),
            "searched_hops": self.searched_hops,
            "looked_at": self.looked_at,
            "is_truncated": self.is_truncated,
            "truncated_by": [cap.value for cap in self.caps] + (["hubs"] if self.hubs.height else []),
            "unknown": [place._asdict() for place in self.unknown],
        }


def find_paths(store: Steps, start: Place, end: Place, search: Search | None = None) -> Paths:
    """The routes between two nodes of any kinds, none through a hub that the search does not name; an end may be one.

    Args:
        store: what is read: its `nodes`, `edges_of` and `degrees` only.
        start: where routes start.
        end: where they end.
        search: what may be walked and how long; None for the usual.

    Complexity: edges read are bounded by `search.max_edges`; a layer of nodes is looked at as a whole.
    """
    search = search or Search()
    ground = Ground(store, search.reach, search.through)
    ground.look_at([start, end])
    unknown = tuple(place for place in dict.fromkeys((start, end)) if place not in ground.degree)
    met = Meeting(None, 0, {}) if unknown else TwoSided(ground, start, end, search).meet()
    routes, cap = _routes(RouteList(ground, start, end), met, search)
    steps = {step for route in routes for step in pairwise(route)}
    shown = {start, end, *met.hubs, *(place for route in routes for place in route)} & ground.degree.keys()
    hubs = [(*place, ground.degree[place], is_between) for place, is_between in met.hubs.items()]
    return Paths(
        start=start,
        end=end,
        routes=tuple(routes),
        nodes=described(store, places_of(sorted(shown))),
        edges=ground.edges_along(steps),
        hubs=pl.DataFrame(hubs, schema=_HUB, orient="row"),
        searched_hops=met.searched_hops,
        looked_at=len(ground.degree),
        caps=tuple(cap for cap in (met.cap, cap) if cap),
        unknown=unknown,
        is_exhausted=met.is_exhausted,
    )


def _routes(routes: RouteList, met: Meeting, search: Search) -> tuple[list[Route], Cap | None]:
    """The routes to give, and the limit that cut some off."""
    if met.hops is None:
        return [], None
    longest = met.searched_hops if search.with_longer else met.hops
    lengths = range(met.hops, longest + 1)
    found = list(islice((route for hops in lengths for route in routes.of_length(hops)), search.max_routes + 1))
    if len(found) > search.max_routes:
        return found[: search.max_routes], Cap.ROUTES
    return found, Cap.STEPS if routes.steps_left < 0 else None


def _documents(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [_document(row) for row in frame.iter_rows(named=True)]


def _document(row: dict[str, Any]) -> dict[str, Any]:
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
    props = said.pop("props")
    return said | {"properties": orjson.loads(props) if props else {}}
