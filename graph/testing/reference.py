"""Linked risk the slow and obvious way: a networkx graph, loops, and the formula as it is written down.

It knows nothing of dispositions, possible links or speed. Tests compare the vectorised kernel with it.
"""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import orjson

from graph.policy import DAYS_A_YEAR, RiskPolicy
from graph.schema import EdgeKind, Projection

_TIES = {
    EdgeKind.DROVE.value: "truck",
    EdgeKind.EMPLOYED_BY.value: "carrier",
    EdgeKind.HAS_PHONE.value: "phone",
    EdgeKind.LIVES_AT.value: "home",
}
_UNDATED = ("phone", "home")


class Reference:
    """The graph, asked one person at a time.

    Args:
        held: the graph.
        policy: the policy.
        as_of: the day; everything in the graph counts as known.
    """

    def __init__(self, held: Projection, policy: RiskPolicy, as_of: dt.date) -> None:
        self.policy = policy
        self.as_of = as_of
        self.held = nx.MultiGraph()
        self.successions = nx.Graph()
        self.events: dict[str, dict[str, Any]] = {}
        for node in held.nodes.iter_rows(named=True):
            if node["kind"] == "Event":
                self.events[node["key"]] = orjson.loads(node["props"])
        for edge in held.edges.iter_rows(named=True):
            if edge["kind"] in _TIES:
                self.held.add_edge(("person", edge["src"]), (_TIES[edge["kind"]], edge["dst"]), **edge)
            elif edge["kind"] == EdgeKind.COMMITTED.value:
                self.events[edge["dst"]] |= edge
            elif edge["kind"] == EdgeKind.SUCCEEDS.value:
                known = self.successions.get_edge_data(edge["src"], edge["dst"], {"p": 0.0})["p"]
                self.successions.add_edge(edge["src"], edge["dst"], p=max(known, edge["confidence"]))

    def linked(self, person: str) -> dict[str, float]:
        """Points of each incident of others that reaches the person."""
        own = {self._incident(event) for event in self.events.values() if event["src"] == person}
        points: dict[str, float] = {}
        for event in self.events.values():
            incident = self._incident(event)
            if event["src"] == person or incident in own:
                continue
            association = self.association(person, event)
            strength = min(self.policy.limits.strength, association * self.weight(event))
            if strength > 0:
                points[incident] = max(points.get(incident, 0.0), -math.log1p(-strength))
        return points

    def weight(self, event: dict[str, Any]) -> float:
        """Severity x decay of an event that nothing replaced."""
        offence = self.policy.offence(event["code"], event["event_type"], event["severity"])
        if offence is None:
            return 0.0
        found = self.policy.classes[offence.class_name]
        age = 0 if offence.in_force else (self.as_of - event["first_seen"]).days
        if not offence.in_force and offence.lookback_years is not None and age > offence.lookback_years * DAYS_A_YEAR:
            return 0.0
        return float(found.severity * 2.0 ** (-age / (found.half_life_years * DAYS_A_YEAR)))

    def association(self, person: str, event: dict[str, Any]) -> float:
        """Noisy-OR over the three independent groups of ties."""
        other, best = event["src"], {"work": 0.0, "phone": 0.0, "home": 0.0}
        mine, theirs = (list(self.held.neighbors(("person", who))) if self._has(who) else [] for who in (person, other))
        for here in mine:
            for there in theirs:
                rule = self._rule(here, there)
                if rule is None:
                    continue
                r, k0, group = rule
                for hold_p in self.held[("person", person)][here].values():
                    for hold_x in self.held[("person", other)][there].values():
                        tie = r * self._tie({here, there}, hold_p, hold_x, event, k0)
                        best[group] = max(best[group], tie)
        none = math.prod(1.0 - tie for tie in best.values())
        return min(self.policy.limits.association, 1.0 - none)

    def _has(self, person: str) -> bool:
        return ("person", person) in self.held

    def _rule(self, here: tuple[str, str], there: tuple[str, str]) -> tuple[float, float, str] | None:
        """Strength, k0 and group of sharing one thing, or of two carriers that follow one another."""
        tie = here[0]
        if here == there:
            rule = self.policy.ties[tie]
            return rule.strength, rule.full_degree, tie if tie in _UNDATED else "work"
        if here[0] != "carrier" or there[0] != "carrier":
            return None
        if here[1] not in self.successions or there[1] not in self.successions:
            return None
        limits = self.policy.limits
        ways = [
            math.prod(self.successions[a][b]["p"] for a, b in pairwise(way)) * limits.succession_step ** (len(way) - 2)
            for way in nx.all_simple_paths(self.successions, here[1], there[1], cutoff=limits.succession_steps)
        ]
        rule = self.policy.ties["successor"]
        return (rule.strength * max(ways), rule.full_degree, "work") if ways else None

    def _tie(
        self,
        things: set[tuple[str, str]],
        hold_p: dict[str, Any],
        hold_x: dict[str, Any],
        event: dict[str, Any],
        k0: float,
    ) -> float:
        limits, day = self.policy.limits, event["first_seen"]
        window = dt.timedelta(days=limits.window_days)
        crowd = {hold_p["src"], hold_x["src"]}
        for thing in things:
            for person in self.held.neighbors(thing):
                for hold in self.held[person][thing].values():
                    span = self._span(hold, day)
                    if span is None or (span[0] <= day + window and span[1] >= day - window):
                        crowd.add(person[1])
        if len(crowd) > limits.hub_degree:
            return 0.0
        records = {hold_p["record"]: hold_p["confidence"], hold_x["record"]: hold_x["confidence"]}
        records[event["record"]] = event["confidence"]
        q = math.prod(records.values())
        if q < limits.review_threshold:
            return 0.0
        mine, theirs = self._span(hold_p, day), self._span(hold_x, day)
        gap = 0 if mine is None or theirs is None else _apart(mine, theirs)
        distance = 0 if mine is None else _apart(mine, (day, day))
        hub = min(1.0, k0 / len(crowd))
        near = 2.0 ** (-gap / (limits.gap_half_life_years * DAYS_A_YEAR))
        then = 2.0 ** (-distance / (limits.distance_half_life_years * DAYS_A_YEAR))
        return float(hub * near * then * q)

    def _span(self, hold: dict[str, Any], day: dt.date) -> tuple[dt.date, dt.date] | None:
        if _TIES[hold["kind"]] in _UNDATED or hold["first_seen"] is None:
            return None
        return hold["first_seen"], hold["last_seen"] or max(hold["first_seen"], day)

    def _incident(self, event: dict[str, Any]) -> str:
        return str(event["incident_id"] or event["dst"])


def _apart(one: tuple[dt.date, dt.date], other: tuple[dt.date, dt.date]) -> int:
    return max(0, (one[0] - other[1]).days, (other[0] - one[1]).days)
