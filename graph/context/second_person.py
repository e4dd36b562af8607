"""Routes over a second person: driver, thing, person, thing, person with an event. Shown, never scored.

The nearest are looked for: through the people with whom the driver shares the least shared things, over the least
shared things of theirs. What the caps left unlooked at is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from graph.context.asked import Asked
from graph.context.sentences import say_route, say_third
from graph.days import day_of
from graph.evidence import events_of
from graph.holds import TIE_EDGES
from graph.incidents import judge
from graph.labels import TIE_NODE, Labels
from graph.neighbours import edges_at, places_of, with_degree
from graph.schema import EdgeKind, NodeKind
from graph.sentences import say_ago
from graph.store import Reach

_TIE = {kind.value: tie for kind, (tie, _) in TIE_EDGES.items()}
Thing = tuple[str, str]  # kind of tie, key


@dataclass(frozen=True, slots=True)
class _Near:
    """Somebody with whom the driver shares a thing, by the least shared one."""

    people: int
    person: str
    thing: Thing
    q: float


@dataclass(frozen=True, slots=True)
class _Route:
    """A way from the driver over two things and a person to another; the nearest sort first."""

    people: tuple[int, int]  # on the first and on the second thing
    through: str
    first: Thing
    second: Thing
    end: str
    q: float

    @property
    def order(self) -> tuple[Any, ...]:
        """What the nearest have least of."""
        return (sum(self.people), self.people, self.through, self.first, self.second)


def second_person(asked: Asked) -> dict[str, Any]:
    """The nearest routes over a second person to a counting event.

    Returns:
        `shown`: associate, through, incident, event, people, route, sentence; `left_out`: further incidents found;
        `not_walked`: people and things within reach that were not looked at; `is_truncated`.
    """
    rules = asked.policy.context
    associates, near = _near(asked)
    walked = near[: rules.second_people]
    routes, skipped = _routes(asked, associates, walked)
    found = list(_cases(asked, routes))
    shown = _told(asked, found[: rules.second_shown])
    not_walked = {"people": len(near) - len(walked), "things": skipped}
    left_out = len(found) - len(shown)
    is_truncated = bool(left_out or skipped or not_walked["people"])
    return {"shown": shown, "left_out": left_out, "not_walked": not_walked, "is_truncated": is_truncated}


def _near(asked: Asked) -> tuple[set[str], list[_Near]]:
    """Everybody who shares a thing that is no hub, and those of them through whom a route may lead, nearest first."""
    evidence = asked.evidence
    mine = evidence.holds.filter(pl.col("person") == asked.person)
    mine = mine.group_by("thing").agg(pl.col("confidence").max().alias("mine"))
    things = evidence.things.filter(pl.col("tie") != "successor").select("thing", "tie", "key")
    held = evidence.holds.select("thing", "person", "confidence").join(mine.join(things, on="thing"), on="thing")
    crowd = pl.col("person").n_unique().over("thing")
    held = held.with_columns(people=crowd).filter(
        (pl.col("people") <= asked.policy.limits.hub_degree) & (pl.col("person") != asked.person)
    )
    best: dict[int, _Near] = {}
    rows = held.with_columns(q=pl.col("confidence") * pl.col("mine")).sort(
        "people", "tie", "key", "person", "q", descending=[False, False, False, False, True]
    )
    associates = set(rows["person"].to_list())
    likely = rows.filter(pl.col("q") >= asked.threshold)
    for person, tie, key, people, q in likely.select("person", "tie", "key", "people", "q").iter_rows():
        if person not in best:
            best[person] = _Near(people, evidence.people[person], (tie, key), q)
    names = {evidence.people[person] for person in associates}
    return names, sorted(best.values(), key=lambda near: (near.people, near.person))


def _routes(asked: Asked, associates: set[str], walked: list[_Near]) -> tuple[list[_Route], int]:
    """The best route to each person two away, and how many things were not looked at."""
    if not walked:
        return [], 0
    reach = Reach(kinds=frozenset(TIE_EDGES), as_of=asked.as_of)
    between = {near.person: near for near in walked}
    near_by = _holders(edges_at(asked.reader, places_of((NodeKind.IDENTITY, person) for person in between), reach))
    places = places_of((TIE_NODE[tie], key) for tie, key in near_by.keys() - _mine(asked))
    nearest = with_degree(asked.reader, places, reach).filter(pl.col("degree") <= asked.policy.limits.hub_degree)
    kept = nearest.sort("degree", "kind", "key").head(asked.policy.context.second_things)
    hidden = associates | {asked.identity} | _same(asked)
    best: dict[str, _Route] = {}
    for thing, people in sorted(_holders(edges_at(asked.reader, kept, reach)).items()):
        for person in sorted(near_by[thing].keys() & between.keys()):
            near, crowd = between[person], len(people)
            for end, q in people.items():
                if end in hidden:
                    continue
                surely = near.q * near_by[thing][person] * q
                route = _Route((near.people, crowd), person, near.thing, thing, end, surely)
                if route.q >= asked.threshold and (end not in best or route.order < best[end].order):
                    best[end] = route
    return sorted(best.values(), key=lambda route: (route.order, route.end)), nearest.height - kept.height


def _holders(edges: pl.DataFrame) -> dict[Thing, dict[str, float]]:
    """Who is on each thing, and how surely."""
    held: dict[Thing, dict[str, float]] = {}
    for kind, thing, person, confidence in edges.select("kind", "dst", "src", "confidence").iter_rows():
        people = held.setdefault((_TIE[kind], thing), {})
        people[person] = max(confidence, people.get(person, 0.0))
    return held


def _mine(asked: Asked) -> set[Thing]:
    evidence = asked.evidence
    mine = evidence.holds.filter(pl.col("person") == asked.person)
    return set(evidence.things.join(mine, on="thing", how="semi").select("tie", "key").iter_rows())


def _same(asked: Asked) -> set[str]:
    """People who may be the driver."""
    possible, people = asked.evidence.possible, asked.evidence.people
    pairs = possible.filter((pl.col("a") == asked.person) | (pl.col("b") == asked.person))
    return {people[place] for place in [*pairs["a"].to_list(), *pairs["b"].to_list()]}


def _cases(asked: Asked, routes: list[_Route]) -> Iterator[tuple[_Route, dict[str, Any]]]:
    """Each counting incident at the end of a route, the heaviest event of it, nearest first.

    Incidents of the driver's own, and those that reach the driver over one thing, are told elsewhere.
    """
    kinds = frozenset({EdgeKind.COMMITTED})
    ends = {route.end: route for route in routes}
    committed = asked.reader.edges_of(NodeKind.IDENTITY, list(ends), kinds, asked.as_of) if ends else None
    if committed is None or not committed.height:
        return
    nodes = asked.reader.nodes(NodeKind.EVENT, committed["dst"].unique().to_list())
    people, events = events_of(committed, nodes, asked.as_of)
    counting = judge(events, asked.policy, asked.as_of).events.filter(pl.col("weight") > 0)
    own = asked.assessment.judged.events.filter(pl.col("person") == asked.person)["incident"]
    told = {*own.to_list(), *asked.assessment.linked["incident"].to_list()}
    found = []
    for row in counting.sort("weight", "event", "person", descending=[True, False, False]).iter_rows(named=True):
        route = ends[people[row["person"]]]
        if row["incident"] not in told and route.q * row["confidence"] >= asked.threshold:
            found.append((route, row))
    found.sort(key=lambda case: (case[0].order, case[0].end))  # of one person the heaviest first
    seen = set()
    for route, row in found:
        if row["incident"] not in seen:
            seen.add(row["incident"])
            yield route, row


def _told(asked: Asked, cases: list[tuple[_Route, dict[str, Any]]]) -> list[dict[str, Any]]:
    if not cases:
        return []
    wanted: dict[NodeKind, set[str]] = {NodeKind.EVENT: {row["event"] for _, row in cases}}
    for route, _ in cases:
        for tie, key in (route.first, route.second):
            wanted.setdefault(TIE_NODE[tie], set()).add(key)
    labels = Labels.read(asked.reader, dict(wanted))
    return [_one(asked, route, row, labels) for route, row in cases]


def _one(asked: Asked, route: _Route, row: dict[str, Any], labels: Labels) -> dict[str, Any]:
    (tie, key), (further, far) = route.first, route.second
    names = (labels.thing(tie, key), labels.thing(further, far))
    day = day_of(row["day"])
    event = labels.event(row["event"])
    steps = [
        (NodeKind.IDENTITY, asked.identity, "this driver"),
        (TIE_NODE[tie], key, names[0]),
        (NodeKind.IDENTITY, route.through, "another driver"),
        (TIE_NODE[further], far, names[1]),
        (NodeKind.IDENTITY, route.end, "a third person"),
        (NodeKind.EVENT, row["event"], event),
    ]
    words = [
        say_route((tie, names[0], route.people[0]), (further, names[1], route.people[1])),
        say_third(event, day, say_ago((asked.as_of - day).days)),
    ]
    return {
        "associate": route.end,
        "through": route.through,
        "incident": row["incident"],
        "event": row["event"],
        "date": day.isoformat(),
        "people": list(route.people),
        "route": [{"kind": kind.value, "key": place, "label": label} for kind, place, label in steps],
        "sentence": " ".join(words),
    }
