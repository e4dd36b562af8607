"""Patterns: the same answer on every store, and what slow and obvious code finds."""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import combinations, pairwise

import apsw
import networkx as nx
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from graph.embedded import MIGRATIONS, EmbeddedStore
from graph.patterns import PATTERNS, Cut
from graph.patterns.steps import WALKED
from graph.policy_file import load_policy
from graph.project import change
from graph.risk import score_all
from graph.schema import EdgeKind, NodeKind, Projection
from graph.testing.asking import ask, with_edges
from graph.testing.memory import MemoryStore
from graph.testing.strategies import AS_OF, PEOPLE, worlds
from graph.testing.worlds import World

POLICY = load_policy()
REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
THINGS = {"truck": "DROVE", "carrier": "EMPLOYED_BY", "phone": "HAS_PHONE", "home": "LIVES_AT"}


@pytest.fixture
def embedded() -> Iterator[EmbeddedStore]:
    connection = apsw.Connection(":memory:")
    for script in MIGRATIONS:
        connection.execute(script).fetchall()
    yield EmbeddedStore(connection)
    connection.close()


@st.composite
def graphs(draw: st.DrawFn) -> Projection:
    """A world with owners of trucks, records of which some are derogatory, and things known late."""
    held = draw(worlds()).to_graph()
    people, carriers, trucks = (
        st.sampled_from(PEOPLE),
        st.sampled_from(("c0", "c1", "c2")),
        st.sampled_from(("t0", "t1")),
    )
    for kind, ends in (
        (EdgeKind.OPERATES, draw(st.lists(st.tuples(carriers, trucks), max_size=3, unique=True))),
        (EdgeKind.RECORD_OF, [(f"R/{person}", person) for person in draw(st.sets(people, max_size=3))]),
    ):
        said = {end: {"is_derogatory": draw(st.booleans())} for end, _ in ends}
        held = with_edges(held, kind, *sorted(ends), props=said) if ends else held
    late = st.sampled_from([None, dt.date(2018, 5, 1), dt.date(2022, 5, 1)])
    known = pl.Series([draw(late) for _ in range(held.edges.height)], dtype=pl.Date)
    return Projection(held.nodes, held.edges.with_columns(known_on=known))


@st.composite
def questions(draw: st.DrawFn):
    """A pattern with values that are often small enough to cut something off."""
    pattern = draw(st.sampled_from(PATTERNS))
    given: dict[str, object] = {}
    for parameter in pattern.parameters:
        if parameter.kind == "person":
            given[parameter.name] = draw(st.sampled_from(PEOPLE))
        elif parameter.kind == "flag":
            given[parameter.name] = str(draw(st.booleans())).lower()
        elif parameter.kind == "number" and draw(st.booleans()):
            given[parameter.name] = draw(st.integers(parameter.least, min(parameter.most, parameter.least + 5)))
        elif parameter.name == "listed_by":
            given[parameter.name] = draw(st.sampled_from(["test", "derogatory-record", "test,derogatory-record", "no"]))
    return pattern.name, given, draw(st.sampled_from([AS_OF, dt.date(2020, 1, 1)]))


@REUSED
@given(graphs(), questions())
def test_both_stores_give_the_same_rows_in_the_same_order(embedded, held: Projection, question) -> None:
    name, values, day = question
    embedded.clear()
    embedded.apply(change(Projection.empty(), held))
    found, wanted = (ask(store, POLICY, name, values, day) for store in (embedded, MemoryStore(held)))
    assert_frame_equal(found.rows, wanted.rows, check_exact=True)
    assert found.cuts == wanted.cuts


@given(graphs(), questions(), st.integers(1, 3))
def test_a_limit_keeps_the_first_rows_and_says_so(held: Projection, question, limit: int) -> None:
    name, values, day = question
    store = MemoryStore(held)
    every = ask(store, POLICY, name, values | {"limit": 1000}, day)
    few = ask(store, POLICY, name, values | {"limit": limit}, day)
    assert_frame_equal(few.rows, every.rows.head(limit), check_exact=True)
    assert (Cut.LIMIT in few.cuts) == (every.rows.height > limit)


@given(graphs(), questions())
def test_what_is_known_later_changes_nothing(held: Projection, question) -> None:
    name, values, day = question
    is_known = pl.col("known_on").is_null() | (pl.col("known_on") <= day)
    then = Projection(held.nodes, held.edges.filter(is_known))
    found, wanted = (ask(MemoryStore(graph), POLICY, name, values, day) for graph in (held, then))
    assert_frame_equal(found.rows, wanted.rows, check_exact=True)
    assert found.cuts == wanted.cuts


@given(graphs(), questions())
def test_only_what_was_asked_for_rests_on_a_possible_link(held: Projection, question) -> None:
    name, values, day = question
    certain = values | ({"possible": "false"} if "possible" in values else {})
    sure = Projection(
        held.nodes,
        held.edges.filter(
            pl.col("kind") != EdgeKind.POSSIBLY_SAME, pl.col("confidence") >= POLICY.limits.review_threshold
        ),
    )
    found = ask(MemoryStore(held), POLICY, name, certain | {"hub": 1000}, day)
    wanted = ask(MemoryStore(sure), POLICY, name, certain | {"hub": 1000}, day)
    told = ["people", "people_with_events"]  # a crowd counts everybody
    assert_frame_equal(found.rows.drop(told, strict=False), wanted.rows.drop(told, strict=False), check_exact=True)
    if "is_possible" in found.rows.columns:
        assert not found.rows["is_possible"].any()


@given(worlds(with_possible=False), st.integers(1, 6), st.integers(0, 900))
def test_associates_are_those_of_slow_code(world: World, hub: int, gap: int) -> None:
    store = MemoryStore(world.to_graph())
    scores = score_all(store, POLICY, AS_OF)
    offenders = set(scores.filter(pl.col("own_points") > 0)["identity_id"])
    wanted = set()
    for tie, kind in THINGS.items():
        edges = known(store, {EdgeKind(kind)})
        for thing in edges["dst"].unique():
            here = edges.filter(dst=thing)
            if here["src"].n_unique() > hub:
                continue
            spans = {}
            for person, group in here.filter(pl.col("confidence") >= 0.5).group_by("src"):
                spans[person[0]] = times(group, tie)
            for one, other in combinations(sorted(spans), 2):
                if min(distance(a, b) for a in spans[one] for b in spans[other]) <= gap:
                    wanted |= {(a, o, tie, thing) for a, o in ((one, other), (other, one)) if o in offenders}
    found = ask(store, POLICY, "near-offenders", {"hub": hub, "gap_days": gap})
    assert set(found.rows.select("associate", "offender", "tie", "thing").iter_rows()) == wanted
    assert found.rows.select("associate", "offender", "tie", "thing").is_unique().all()


def known(store: MemoryStore, kinds: Collection[EdgeKind]) -> pl.DataFrame:
    """The edges that were known by the day asked about."""
    return store.edges(kinds).filter(pl.col("known_on").is_null() | (pl.col("known_on") <= AS_OF))


def times(group: pl.DataFrame, tie: str) -> list[tuple[dt.date, dt.date]]:
    """When somebody was on a thing: always where that is not told."""
    always = (dt.date.min, dt.date.max)
    dated = [
        (first, last or dt.date.max) for first, last in group.select("first_seen", "last_seen").iter_rows() if first
    ]
    if tie == "truck" and dated:
        return [(min(first for first, _ in dated), max(last for _, last in dated))]
    undated = tie in ("phone", "home") or len(dated) < group.height
    return [always] if undated or not dated else dated


def distance(one: tuple[dt.date, dt.date], other: tuple[dt.date, dt.date]) -> int:
    return max(0, (other[0] - one[1]).days, (one[0] - other[1]).days)


@given(worlds(with_possible=False), st.integers(0, 900))
def test_groups_that_moved_are_those_of_slow_code(world: World, days: int) -> None:
    store = MemoryStore(world.to_graph())
    stints: dict[str, set[tuple[dt.date, str]]] = {}
    jobs = known(store, {EdgeKind.EMPLOYED_BY}).filter(pl.col("confidence") >= 0.5).drop_nulls("first_seen")
    for person, carrier, day in jobs.select("src", "dst", "first_seen").iter_rows():
        stints.setdefault(person, set()).add((day, carrier))
    moves: dict[tuple[str, str], set[tuple[dt.date, str]]] = {}
    for person, jobs_of in stints.items():
        ordered = sorted(jobs_of)
        for (before, older), (day, younger) in pairwise(ordered):
            if older != younger and day > before:
                moves.setdefault((older, younger), set()).add((day, person))
    wanted = set()
    for pair, made in moves.items():
        close = [
            frozenset(move for move in made if first <= move[0] <= first + dt.timedelta(days=days)) for first, _ in made
        ]
        for group in close:
            people = frozenset(person for _, person in group)
            if not any(group < other for other in close) and len(people) >= 2:
                wanted.add((*pair, min(group)[0], max(group)[0], tuple(sorted(people))))
    found = ask(store, POLICY, "moved-together", {"days": days})
    told = found.rows.select("older", "younger", "first_move", "last_move", pl.col("some_people")).iter_rows()
    assert {(*row[:4], tuple(row[4])) for row in told} == wanted
    assert len(wanted) == found.rows.height


@given(worlds(), st.sampled_from(PEOPLE), st.integers(1, 8), st.integers(1, 6), st.booleans())
def test_the_nearest_are_those_of_networkx(world: World, start: str, hops: int, hub: int, may_be: bool) -> None:
    store = MemoryStore(world.to_graph())
    kinds = WALKED | ({EdgeKind.POSSIBLY_SAME} if may_be else set())
    edges = known(store, kinds)
    many = nx.MultiGraph(
        ((a, b), (c, d)) for a, b, c, d in edges.select("src_kind", "src", "dst_kind", "dst").iter_rows()
    )
    sure = edges if may_be else edges.filter(pl.col("confidence") >= 0.5)
    plain = nx.Graph(((a, b), (c, d)) for a, b, c, d in sure.select("src_kind", "src", "dst_kind", "dst").iter_rows())
    me = (NodeKind.IDENTITY.value, start)
    listed = {p for p in scored_people(store) if p != start}
    found = ask(
        store,
        POLICY,
        "nearest-listed",
        {"person": start, "listed_by": "test", "hops": hops, "hub": hub, "possible": str(may_be).lower()},
    )
    wanted: dict[str, int] = {}
    for person in listed:
        end = (NodeKind.IDENTITY.value, person)
        open_ = [
            node for node in plain if node in (me, end) or many.degree(node) - many.number_of_edges(node, node) <= hub
        ]
        if me in plain and end in plain and nx.has_path(plain.subgraph(open_), me, end):
            wanted[person] = nx.shortest_path_length(plain.subgraph(open_), me, end)
    nearest = min(wanted.values(), default=99)
    if nearest > hops:
        assert found.rows.height == 0
        return
    assert found.rows.select("listed", "hops").rows() == sorted((p, n) for p, n in wanted.items() if n == nearest)


def scored_people(store: MemoryStore) -> set[str]:
    """People with an event that no later one ended, by the code of linked risk."""
    from graph.evidence import read_everyone
    from graph.incidents import judge

    evidence = read_everyone(store, POLICY, AS_OF)
    events = judge(evidence.events, POLICY, AS_OF).events
    still = events.filter(
        ~pl.col("standing").is_in(["cleared", "lifted", "replaced", "expired"]),
        pl.col("confidence") >= 0.5,
        pl.col("event_type") == "TEST",
    )
    return {evidence.people[place] for place in still["person"]}
