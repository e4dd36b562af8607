"""Random small worlds for property tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import strategies as st

from graph.paths import Place
from graph.policy import RiskPolicy, TieRule
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import ALL_EDGE_KINDS, Reach
from graph.testing.answers import Question
from graph.testing.worlds import KNOWN, Happening, Hold, World

PEOPLE = tuple(f"d{n}" for n in range(6))
RECORDS = (0, 1, 2)
_THINGS = {
    "truck": ("t0", "t0", "t1"),
    "carrier": (*["c0"] * 4, *["c1"] * 2, "c2", "c3", "c4", "c5"),
    "phone": ("p0", "p1"),
    "home": ("h0", "h1"),
}
CODES = (
    "US-FED-952",
    "US-FED-952",
    "US-FED-952",
    "US-SMS-392.2-SLLS2",
    "US-FED-1592",
    "US-FAST-WARR",
    "CA-PROV-SUSP",
    "LINK-UNSAT",
    None,
)
_STATUSES = (
    *[None] * 4,
    *("arrest", "charge", "charge", "conviction", "acquittal", "dismissed", "pardoned", "in_force", "lifted"),
)
AS_OF = dt.date(2026, 6, 30)

days = st.dates(dt.date(2018, 1, 1), dt.date(2026, 6, 1))
confidences = st.sampled_from([1.0, 0.97, 0.9, 0.85, 0.72, 0.3])
learned = st.sampled_from((*[KNOWN] * 6, dt.date(2024, 3, 1), AS_OF, AS_OF + dt.timedelta(days=1)))
"""When a fact came to be known: mostly long ago, now and then a day too late."""


@dataclass(frozen=True, slots=True)
class _Named(RiskPolicy):
    """A policy that a failing test calls by name, not by its hundreds of numbers."""

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:  # what hypothesis asks for before all else
        printer.text(f"policy {self.name}")


def policies(policy: RiskPolicy) -> st.SearchStrategy[RiskPolicy]:
    """The policy, and one with hubs so small that six people pass them, and ties that thin out from the third on."""
    shipped = _Named(**{part.name: getattr(policy, part.name) for part in fields(policy)})
    ties = {tie: TieRule(rule.strength, 2) for tie, rule in policy.ties.items()}
    small = replace(policy.limits, hub_degree=4)
    return st.sampled_from([shipped, replace(shipped, version="crowded", ties=ties, limits=small)])


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    """A person on a thing, dated, open or undated."""
    tie = draw(st.sampled_from(sorted(_THINGS)))
    person, thing = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(_THINGS[tie]))
    record, known_on = draw(st.sampled_from(RECORDS)), draw(learned)
    if tie in ("phone", "home") or draw(st.integers(0, 5)) == 0:
        return Hold(person, tie, thing, record=record, known_on=known_on)
    first = draw(days)
    open_ended = tie == "carrier" and draw(st.booleans())
    last = None if open_ended else first + dt.timedelta(days=draw(st.integers(0, 900)))
    return Hold(person, tie, thing, first, last, record, known_on)


@st.composite
def happenings(draw: st.DrawFn, name: str = "e") -> Happening:
    """An event of somebody, in an incident that others may share, with or without a day."""
    number = draw(st.integers(0, 5))
    known_on = draw(learned)
    return Happening(
        draw(st.sampled_from(PEOPLE)),
        f"{name}{number}",
        draw(days) if draw(st.integers(0, 7)) else None,
        draw(st.sampled_from(CODES)),
        draw(st.sampled_from([None, "i0", "i1"])),
        draw(st.sampled_from(_STATUSES)),
        record=draw(st.sampled_from(RECORDS)),
        known_on=known_on,
        event_type=draw(st.sampled_from(("TEST", "CUSTOMS"))),
        severity=draw(st.sampled_from((None, 9.0))),
    )


@st.composite
def successions(draw: st.DrawFn) -> tuple[tuple[str, str, float], ...]:
    """Which carriers follow which: any, a chain longer than counts, or a ring."""
    carriers = tuple(sorted(set(_THINGS["carrier"])))
    probability = st.sampled_from([1.0, 0.8])
    shape = draw(st.sampled_from(("any", "chain", "ring")))
    if shape == "any":
        links = st.tuples(st.sampled_from(carriers), st.sampled_from(carriers), probability)
        return tuple(draw(st.lists(links.filter(lambda link: link[0] != link[1]), max_size=3)))
    chain = [(young, old, draw(probability)) for young, old in pairwise(carriers)]
    return (*chain, (carriers[-1], carriers[0], 1.0)) if shape == "ring" else tuple(chain)


@st.composite
def worlds(draw: st.DrawFn, *, with_possible: bool = True) -> World:
    """A world of at most six people, several records each, who share few things and incidents."""
    held = draw(st.lists(holds(), min_size=8, max_size=18, unique_by=lambda h: (h.person, h.thing, h.record, h.first)))
    drawn = draw(st.lists(happenings(), min_size=2, max_size=8, unique_by=lambda e: (e.event, e.person, e.record)))
    people = st.sampled_from(PEOPLE)
    pairs = st.tuples(people, people, st.sampled_from([0.4, 0.7])).filter(lambda pair: pair[0] < pair[1])
    possible = draw(st.lists(pairs, max_size=3, unique_by=lambda pair: pair[:2])) if with_possible else []
    known = draw(st.dictionaries(st.tuples(people, st.sampled_from(RECORDS)), confidences, max_size=8))
    return World(tuple(held), _consistent(drawn), draw(successions()), tuple(possible), known)


def _consistent(events: list[Happening]) -> tuple[Happening, ...]:
    """The events with what is said of one event said once, whoever and whichever record it names."""
    said: dict[str, Happening] = {}
    return tuple(
        replace(said.setdefault(e.event, e), person=e.person, record=e.record, known_on=e.known_on) for e in events
    )


KEYS = ("a", "A", "a ", "\u00e9", "e\u0301", "\U0001f69b", "it's `$x` \\u0027", "")
"""Keys that differ in case, a space, normalisation form, or need care in a query."""

_OFTEN = (*KEYS[:2] * 4, *KEYS)  # so that things meet
_DAYS = (None, dt.date(2020, 1, 1), dt.date(2025, 3, 1))
_PROPS = (None, '{"name":"x"}', '{"name":"\u00d1","tags":["a","b"],"n":1.5,"nothing":null}')


@st.composite
def graphs(draw: st.DrawFn) -> Projection:
    """A small graph of any kinds: parallel and undated edges, edges from a node to itself, nodes without edges."""
    keys, dates, texts = st.sampled_from(_OFTEN), st.sampled_from(_DAYS), st.sampled_from(_PROPS)
    variants = st.sets(st.tuples(st.sampled_from(("", "S/1")), dates), min_size=1, max_size=3)
    between = st.lists(st.tuples(st.sampled_from(sorted(EdgeKind)), keys, keys), max_size=8, unique=True)
    ends = [(*place, *variant) for place in draw(between) for variant in sorted(draw(variants), key=str)]
    edges = [
        {
            **{"kind": kind.value, "src_kind": ENDS[kind][0].value, "src": src},
            **{"dst_kind": ENDS[kind][1].value, "dst": dst, "record": record, "first_seen": first},
            **{"last_seen": draw(dates), "confidence": draw(confidences), "known_on": draw(dates)},
            **{"days": draw(st.sampled_from((None, 1, 30))), "props": draw(texts)},
        }
        for kind, src, dst, record, first in ends
    ]
    places = {(edge[f"{end}_kind"], edge[end]) for edge in edges for end in ("src", "dst")}
    places |= {
        (kind.value, key) for kind, key in draw(st.sets(st.tuples(st.sampled_from(sorted(NodeKind)), keys), max_size=3))
    }
    nodes = [{"kind": k, "key": key, "known_on": draw(dates), "props": draw(texts)} for k, key in sorted(places)]
    return Projection(
        pl.DataFrame(nodes, schema=NODE.columns).sort(NODE_KEY), pl.DataFrame(edges, schema=EDGE.columns).sort(EDGE_KEY)
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Something to ask of a graph of `graphs`."""
    kinds = st.just(ALL_EDGE_KINDS) | st.frozensets(st.sampled_from(sorted(EdgeKind)))
    places = st.builds(Place, st.sampled_from(sorted(NodeKind)), st.sampled_from(_OFTEN))
    reach = Reach(
        hops=draw(st.integers(0, 5)),
        kinds=draw(kinds),
        max_nodes=draw(st.sampled_from((1, 3, 150))),
        hub_degree=draw(st.sampled_from((1, 2, 60))),
        as_of=draw(st.sampled_from((None, dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2024, 1, 1)))),
    )
    keys = draw(st.frozensets(st.sampled_from((*_OFTEN, "nobody"))))
    return Question(draw(places), draw(places), reach, keys, draw(st.booleans()))
