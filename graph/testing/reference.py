"""Linked risk the slow and obvious way: a networkx graph, every route walked, the formula as it is written down.

    route: person - thing - person - event, where two carriers that follow one another are one thing

With possible links a person also stands where people stand whom they may be the same as, at the link's probability,
and what such a person did may be their own; a route uses at most one such link at the other end, and nobody who may be
the one asked about is the other. Tests compare the vectorised kernel with it; only the policy's numbers are shared.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import networkx as nx
import orjson

from graph.policy import DAYS_A_YEAR, RiskPolicy
from graph.schema import EdgeKind, Projection
from graph.testing.reference_events import Said, Weighed, weigh

_TIES = {"DROVE": "truck", "EMPLOYED_BY": "carrier", "HAS_PHONE": "phone", "LIVES_AT": "home"}
_UNDATED = ("phone", "home")

Place = tuple[str, str]  # ("person", id) or (kind of tie, key)
Face = tuple[str, frozenset[str]]  # whose things or events, and the possible link by which: empty for one's own
Span = tuple[dt.date, dt.date] | None  # None: undated


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a person to an event of another.

    Args:
        case: the other person, whose event it is taken to be, the event, the day ties to it are measured at.
        group: independent group of ties.
        tie: strength.
    """

    case: tuple[str, str, str, dt.date]
    group: str
    tie: float


class Reference:
    """The graph, asked one person at a time.

    Args:
        held: the graph.
        policy: the policy.
        as_of: the day; what was not known or had not happened by then is left out.
        remembers: count who was on a thing around a day once, not for each route: the same figures, sooner.
    """

    def __init__(self, held: Projection, policy: RiskPolicy, as_of: dt.date, *, remembers: bool = False) -> None:
        self.policy, self.as_of = policy, as_of
        self.held, self.successions, self.possible = nx.MultiGraph(), nx.Graph(), nx.Graph()
        self.incidents: defaultdict[str, set[str]] = defaultdict(set)
        self.events: dict[str, list[Weighed]] = {}
        known = [e for e in held.edges.iter_rows(named=True) if e["known_on"] is None or e["known_on"] <= as_of]
        for edge in known:
            if edge["kind"] in _TIES:
                self._hold(edge)
            elif edge["kind"] == EdgeKind.SUCCEEDS.value:
                _join(self.successions, edge)
            elif edge["kind"] == EdgeKind.POSSIBLY_SAME.value:
                _join(self.possible, edge)
        self._read_events(held, [edge for edge in known if edge["kind"] == EdgeKind.COMMITTED.value])
        self._crowd = lru_cache(None)(self._count) if remembers else self._count

    def row(self, person: str) -> dict[str, Any]:
        """The person's row of frame SCORE."""
        scoring = self.policy.scoring
        own, linked, possible = (
            math.fsum(points.values()) for points in (self.own(person), self.linked(person), self.possibly(person))
        )
        cap = -math.log(1 - scoring.linked_cap / 100)
        score = _figure(scoring.own_weight * own + min(scoring.linked_weight * linked, cap))
        return {
            "identity_id": person,
            "score": score,
            "band": "look first" if score >= scoring.look_first else "look" if score >= scoring.look else "routine",
            "own": _figure(own),
            "linked": _figure(linked),
            "linked_band": "look" if _figure(linked) >= scoring.look else "routine",
            "linked_with_possible": _figure(max(linked, possible)),
            "own_points": own,
            "linked_points": linked,
            "as_of": self.as_of,
            "policy": f"{self.policy.version}+{self.policy.digest[:8]}",
        }

    def own(self, person: str) -> dict[str, float]:
        """Points of each own incident: its most serious event that counts."""
        points: dict[str, float] = {}
        for event in self.events.get(person, []):
            if event.said.confidence >= self.policy.limits.review_threshold:
                strength = event.said.confidence * event.weight
                points[event.said.incident] = max(points.get(event.said.incident, 0.0), -math.log1p(-strength))
        return points

    def linked(self, person: str) -> dict[str, float]:
        """Points of each incident of others that reaches the person by links that hold."""
        alone = [(person, frozenset[str]())]
        return self._points(person, self._routes(person, alone, nx.Graph(), self.policy.limits.review_threshold))

    def possibly(self, person: str) -> dict[str, float]:
        """The same, where links that nobody has judged count at their probability."""
        faces = _faces(self.possible, person)
        return self._points(
            person, [*self._routes(person, faces, self.possible, 0.0), *self._own_of_others(person, faces)]
        )

    def _points(self, person: str, routes: Iterator[Route] | list[Route]) -> dict[str, float]:
        """Each incident by the strongest of its cases; a case by noisy-OR over the strongest tie of each group."""
        best: defaultdict[Any, dict[str, float]] = defaultdict(dict)
        for route in routes:
            best[route.case][route.group] = max(route.tie, best[route.case].get(route.group, 0.0))
        points: dict[str, float] = {}
        for (_, owner, name, _), groups in best.items():
            event = next(event for event in self.events[owner] if event.said.event == name)
            incident = event.said.incident
            if incident in self.incidents[person]:
                continue
            association = min(self.policy.limits.association, 1 - math.prod(1 - tie for tie in groups.values()))
            strength = min(self.policy.limits.strength, association * event.weight)
            points[incident] = max(points.get(incident, 0.0), -math.log1p(-strength))
        return {incident: value for incident, value in points.items() if value > 0}

    def _routes(self, person: str, faces: list[Face], possible: nx.Graph, threshold: float) -> Iterator[Route]:
        """Every route out of the things of the person, of whichever face, to an event of somebody else."""
        for mine, link in faces:
            for here, there, r, k0, group in self._shared(mine):
                for other in [name for kind, name in self.held.neighbors(there) if kind == "person"]:
                    for taken_for, link_x in _faces(possible, other):
                        for owner, link_e in _faces(possible, taken_for):
                            if {person, mine} & {taken_for, other, owner} or (link_x and link_e):
                                continue
                            for event in self.events.get(owner, []):
                                ends = (mine, here), (other, there)
                                links = {found for found in (link, link_x, link_e) if found}
                                q = math.prod(possible.edges[tuple(found)]["p"] for found in links)
                                for day in event.days:
                                    tie = r * self._tie(ends, event.said, day, (k0, q, threshold))
                                    if tie > 0:
                                        yield Route((taken_for, owner, event.said.event, day), group, tie)

    def _shared(self, person: str) -> Iterator[tuple[Place, Place, float, float, str]]:
        """Things of a person, and the carriers that follow theirs: both ends, r, k0, group."""
        if ("person", person) not in self.held:
            return
        rule = self.policy.ties["successor"]
        for here in self.held.neighbors(("person", person)):
            tie = self.policy.ties[here[0]]
            yield here, here, tie.strength, tie.full_degree, here[0] if here[0] in _UNDATED else "work"
            if here[0] == "carrier" and here[1] in self.successions:
                for there in self.successions:
                    factor = self._succession(here[1], there)
                    if factor and ("carrier", there) in self.held:
                        yield here, ("carrier", there), rule.strength * factor, rule.full_degree, "work"

    def _succession(self, one: str, other: str) -> float:
        """The best way from one carrier to another: product of its links, halved for each step after the first."""
        limits = self.policy.limits
        if one == other:
            return 0.0
        ways = nx.all_simple_paths(self.successions, one, other, cutoff=limits.succession_steps)
        strengths = [
            math.prod(self.successions[a][b]["p"] for a, b in pairwise(way)) * limits.succession_step ** (len(way) - 2)
            for way in ways
        ]
        return max(strengths, default=0.0)

    def _own_of_others(self, person: str, faces: list[Face]) -> Iterator[Route]:
        """What people did whom the person may be the same as."""
        for owner, link in faces:
            for event in self.events.get(owner, []) if link else []:
                for day in event.days:
                    tie = event.said.confidence * self.possible.edges[tuple(link)]["p"]
                    yield Route((owner, owner, event.said.event, day), "same", tie)

    def _tie(self, ends: tuple[tuple[str, Place], ...], event: Said, day: dt.date, rest: tuple[float, ...]) -> float:
        """min(1, k0/k) x 2^(-gap) x 2^(-distance) x q of the best two holds of two people; 0 above the hub limit."""
        limits, (k0, links, threshold) = self.policy.limits, rest
        (mine, here), (other, there) = ends
        k = len(self._crowd(frozenset({here, there}), day) | {mine, other})
        if k > limits.hub_degree:
            return 0.0
        best = 0.0
        for hold_p in self.held[("person", mine)][here].values():
            for hold_x in self.held[("person", other)][there].values():
                records = {hold["record"]: hold["confidence"] for hold in (hold_p, hold_x)}
                q = math.prod((records | {event.record: event.confidence}).values()) * links
                if q < threshold:
                    continue
                span_p, span_x = _span(hold_p, day), _span(hold_x, day)
                gap = _apart(span_p, span_x) / (limits.gap_half_life_years * DAYS_A_YEAR)
                distance = _apart(span_p, (day, day)) / (limits.distance_half_life_years * DAYS_A_YEAR)
                best = max(best, min(1.0, k0 / k) * 2.0**-gap * 2.0**-distance * q)
        return best

    def _count(self, things: frozenset[Place], day: dt.date) -> frozenset[str]:
        """People on the things within the window either side of the day."""
        window = dt.timedelta(days=int(self.policy.limits.window_years * DAYS_A_YEAR))
        there = [(hold, person) for thing in things for _, (_, person), hold in self.held.edges(thing, data=True)]
        return frozenset(
            person
            for hold, person in there
            if (span := _span(hold, day)) is None or (span[0] <= day + window and span[1] >= day - window)
        )

    def _hold(self, edge: dict[str, Any]) -> None:
        """One hold an edge; days on a truck that one record tells of at different times are one span."""
        person, thing, tie = ("person", edge["src"]), (_TIES[edge["kind"]], edge["dst"]), _TIES[edge["kind"]]
        first, last = (None, None) if tie in _UNDATED else (edge["first_seen"], edge["last_seen"])
        name = edge["record"] if tie == "truck" else self.held.number_of_edges(person, thing)
        known = self.held.get_edge_data(person, thing, name)
        if known:
            first = min((day for day in (first, known["first"]) if day), default=None)
            last = max((day for day in (last, known["last"]) if day), default=None)
        self.held.add_edge(
            person, thing, name, first=first, last=last, record=edge["record"], confidence=edge["confidence"]
        )

    def _read_events(self, held: Projection, committed: list[dict[str, Any]]) -> None:
        """Each person's case files; of several records of one event the surest tells of it."""
        props = {node["key"]: node["props"] for node in held.nodes.iter_rows(named=True) if node["kind"] == "Event"}
        surest: dict[tuple[str, str], dict[str, Any]] = {}
        for edge in sorted(committed, key=lambda edge: (-edge["confidence"], edge["record"])):
            day = edge["first_seen"] or edge["known_on"]
            if day is not None and day <= self.as_of:
                surest.setdefault((edge["src"], edge["dst"]), edge | {"day": day})
        files: defaultdict[tuple[str, str], list[Said]] = defaultdict(list)
        for (person, event), edge in surest.items():
            said = orjson.loads(props[event] or "{}")
            incident = said.get("incident_id") or event
            what = (said.get(name) for name in ("code", "event_type", "severity", "status"))
            files[person, incident].append(
                Said(person, event, incident, edge["record"], edge["confidence"], edge["day"], edge["known_on"], *what)
            )
            self.incidents[person].add(incident)
        for (person, _), file in files.items():
            self.events.setdefault(person, []).extend(weigh(file, self.policy, self.as_of))


def _faces(possible: nx.Graph, person: str) -> list[Face]:
    """The person, and everybody they may be the same as."""
    others = sorted(possible.neighbors(person)) if person in possible else []
    return [(person, frozenset()), *((other, frozenset({person, other})) for other in others)]


def _join(links: nx.Graph, edge: dict[str, Any]) -> None:
    known = links.get_edge_data(edge["src"], edge["dst"], {"p": 0.0})["p"]
    links.add_edge(edge["src"], edge["dst"], p=max(known, edge["confidence"]))


def _span(hold: dict[str, Any], day: dt.date) -> Span:
    """First to last day; one still open ends on the later of its start and the event."""
    return None if hold["first"] is None else (hold["first"], hold["last"] or max(hold["first"], day))


def _apart(one: Span, other: Span) -> int:
    """Days between two spans; none where either is undated."""
    return 0 if one is None or other is None else max(0, (one[0] - other[1]).days, (other[0] - one[1]).days)


def _figure(points: float) -> float:
    return -100 * math.expm1(-points)
