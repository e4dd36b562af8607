"""Random small worlds for property tests."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import strategies as st

from graph.paths import Place
from graph.schema import EDGE, EDGE_KEY, ENDS, NODE, NODE_KEY, EdgeKind, NodeKind, Projection
from graph.store import ALL_EDGE_KINDS, Reach
from graph.testing.answers import Question
from graph.testing.worlds import Happening, Hold, World

PEOPLE = tuple(f"d{n}" for n in range(6))
_THINGS = {
    "truck": ("t0", "t1"),
    "carrier": ("c0", "c1", "c2", "c3"),
    "phone": ("p0", "p1"),
    "home": ("h0", "h1"),
}
CODES = ("US-FED-952", "US-SMS-392.2-SLLS2", "US-FED-1592", "US-FAST-WARR", "LINK-UNSAT", None)
AS_OF = dt.date(2026, 6, 30)

days = st.dates(dt.date(2018, 1, 1), dt.date(2026, 6, 1))
confidences = st.sampled_from([1.0, 0.97, 0.9, 0.72, 0.3])


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    """A person on a thing, dated, open or undated."""
    tie = draw(st.sampled_from(sorted(_THINGS)))
    person, thing = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(_THINGS[tie]))
    record = draw(st.integers(0, 1))
    if tie in ("phone", "home") or draw(st.integers(0, 5)) == 0:
        return Hold(person, tie, thing, record=record)
    first = draw(days)
    open_ended = tie == "carrier" and draw(st.booleans())
    last = None if open_ended else first + dt.timedelta(days=draw(st.integers(0, 900)))
    return Hold(person, tie, thing, first, last, record)


@st.composite
def happenings(draw: st.DrawFn, name: str = "e") -> Happening:
    """An event of somebody, in an incident that others may share."""
    number = draw(st.integers(0, 9))
    return Happening(
        draw(st.sampled_from(PEOPLE)),
        f"{name}{number}",
        draw(days),
        draw(st.sampled_from(CODES)),
        draw(st.sampled_from([None, "i0", "i1"])),
        record=draw(st.integers(0, 1)),
    )


@st.composite
def worlds(draw: st.DrawFn, *, with_possible: bool = True) -> World:
    """A world of at most six people."""
    held = draw(st.lists(holds(), min_size=2, max_size=14, unique_by=lambda h: (h.person, h.thing, h.record)))
    events = draw(st.lists(happenings(), min_size=1, max_size=6, unique_by=lambda e: e.event))
    carriers = st.sampled_from(_THINGS["carrier"])
    links = st.tuples(carriers, carriers, st.sampled_from([1.0, 0.8]))
    successions = draw(st.lists(links.filter(lambda link: link[0] != link[1]), max_size=3))
    people = st.sampled_from(PEOPLE)
    pairs = st.tuples(people, people, st.sampled_from([0.4, 0.7])).filter(lambda pair: pair[0] < pair[1])
    possible = draw(st.lists(pairs, max_size=2, unique_by=lambda pair: pair[:2])) if with_possible else []
    known = draw(st.dictionaries(st.tuples(people, st.integers(0, 1)), confidences, max_size=6))
    return World(tuple(held), tuple(events), tuple(successions), tuple(possible), known)


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
