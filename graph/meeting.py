"""A search from both ends at once, which meets in the middle."""

from __future__ import annotations

from dataclasses import dataclass

from graph.routes import Cap, Ground, Place, Search


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a search from both ends got to.

    Args:
        hops: length of the shortest route; None when there is none of up to `searched_hops`.
        searched_hops: every edge of every route of up to so many hops was read.
        hubs: places reached and not walked through, with whether both ends reached them.
        cap: the limit that ended the search, if one did.
        is_exhausted: one end can reach nothing more, so that there is no longer route either.
    """

    hops: int | None
    searched_hops: int
    hubs: dict[Place, bool]
    cap: Cap | None = None
    is_exhausted: bool = False


class _Side:
    """What was reached from one end, and how far that lies from it."""

    def __init__(self, origin: Place) -> None:
        self.hops = 0
        self.far = {origin: 0}
        self.frontier = [origin]


class TwoSided:
    """A search from both ends.

    The side whose next step reads fewer edges goes first, the start where they are equal. A step that would pass a
    limit is not begun, so that no layer is known by half.

    Args:
        ground: what was read; both ends are looked at.
        start: one end.
        end: the other.
        search: what may be walked and how long.
    """

    def __init__(self, ground: Ground, start: Place, end: Place, search: Search) -> None:
        self._ground = ground
        self._search = search
        self._ends = (start, end)
        self._sides = (_Side(start), _Side(end))

    def meet(self) -> Meeting:
        """The ground read until it holds the routes asked for or a limit is reached."""
        if self._ends[0] == self._ends[1]:
            return Meeting(0, 0, {})
        hops = None
        while self._hops() < self._search.reach.hops and (hops is None or self._search.with_longer):
            if not all(side.frontier for side in self._sides):
                return self._exhausted(hops)
            side = min(self._sides, key=lambda side: self._ground.cost(side.frontier))
            if cap := self._reached(side):
                return Meeting(hops, self._hops(), self._hubs(), cap)
            self._grow(side)
            hops = self._shortest() if hops is None else hops
        return Meeting(hops, self._hops(), self._hubs())

    def _exhausted(self, hops: int | None) -> Meeting:
        """All that one end can reach was read, and so was every route.

        Where there is none, the other end goes on as far as it may, for what lies between may be a hub.
        """
        side = min(self._sides, key=lambda side: not side.frontier)
        while hops is None and self._hubs() and self._hops() < self._search.reach.hops:
            if not side.frontier or self._reached(side):
                break
            self._grow(side)
        return Meeting(hops, self._search.reach.hops, self._hubs(), is_exhausted=True)

    def _grow(self, side: _Side) -> None:
        self._ground.walk(side.frontier)
        side.hops += 1
        new = {near for place in side.frontier for near in self._ground.around[place]} - side.far.keys()
        side.far |= dict.fromkeys(new, side.hops)
        side.frontier = sorted(place for place in new if self._is_walked_through(place))

    def _is_walked_through(self, place: Place) -> bool:
        return place not in self._ends and not self._ground.is_hub(place)

    def _reached(self, side: _Side) -> Cap | None:
        if len(self._ground.degree) >= self._search.reach.max_nodes:
            return Cap.NODES
        if self._ground.edges_read + self._ground.cost(side.frontier) > self._search.max_edges:
            return Cap.EDGES
        return None

    def _hops(self) -> int:
        return sum(side.hops for side in self._sides)

    def _shortest(self) -> int | None:
        one, other = (side.far for side in self._sides)
        met = (place for place in one.keys() & other.keys() if place in self._ends or not self._ground.is_hub(place))
        return min((one[place] + other[place] for place in met), default=None)

    def _hubs(self) -> dict[Place, bool]:
        one, other = (side.far for side in self._sides)
        met = {place for place in one.keys() | other.keys() if place not in self._ends and self._ground.is_hub(place)}
        return {place: place in one and place in other for place in sorted(met)}
