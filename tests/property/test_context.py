"""Context stands beside the score: it moves none, and it is the same on every store and in any order of the facts."""

from dataclasses import replace

import apsw
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from api.risk_people import people_shown
from graph.embedded import MIGRATIONS, EmbeddedStore
from graph.explain import risk_of
from graph.policy_file import load_policy
from graph.project import change
from graph.risk import score_all
from graph.schema import Projection
from graph.testing.strategies import AS_OF, PEOPLE, worlds
from graph.testing.worlds import Declared, World

POLICY = load_policy()
KINDS = ("listed relative", "sibling", "co-defendant", None, "known terrorist")


@st.composite
def declarations(draw: st.DrawFn) -> tuple[Declared, ...]:
    people = st.sampled_from(PEOPLE)
    ties = st.builds(
        Declared,
        a=people,
        b=people,
        kind=st.sampled_from(KINDS),
        source=st.sampled_from(["US", "MX"]),
        quality=st.sampled_from(["valid", "suspect", None]),
        first=st.none() | st.just(AS_OF),
    )
    return tuple(draw(st.lists(ties, max_size=6)))


def document(store, person: str) -> dict:
    return risk_of(store, POLICY, person, AS_OF).to_document()


def told(store, person: str) -> bytes:
    return orjson.dumps(document(store, person))


@settings(max_examples=15)
@given(worlds(), declarations())
def test_declared_ties_change_no_bit_of_a_score(world, ties):
    with_ties = replace(world, declared=ties)
    everybody = world.people()
    before = score_all(world.to_store(), POLICY, AS_OF)
    after = score_all(with_ties.to_store(), POLICY, AS_OF, everybody)
    assert before.filter(before["identity_id"].is_in(everybody)).rows() == after.rows()
    for person in everybody[:3]:
        mine, theirs = (document(w.to_store(), person) for w in (world, with_ties))
        del mine["context"], theirs["context"]
        assert mine == theirs


@settings(max_examples=15)
@given(worlds(), declarations(), st.randoms(use_true_random=False))
def test_context_is_the_same_on_either_store_and_in_any_order(world, ties, shuffler):
    mixed = list(ties)
    shuffler.shuffle(mixed)
    turned = tuple(replace(tie, a=tie.b, b=tie.a) for tie in mixed)
    one, other = replace(world, declared=ties), replace(world, declared=turned)
    embedded = in_sqlite(other.to_graph())
    for person in one.people():
        assert told(one.to_store(), person) == told(embedded, person)


@settings(max_examples=15)
@given(worlds(), declarations())
def test_what_context_shows_keeps_its_rules(world, ties):
    store = replace(world, declared=ties).to_store()
    for person in replace(world, declared=ties).people():
        found = document(store, person)
        declared, second = found["context"]["declared"], found["context"]["second_person"]
        assert b"terror" not in orjson.dumps(declared).lower()
        for tie in declared["shown"]:
            assert tie["identity_id"] != person
            assert not tie["is_family"] or len(tie["rests_on"]) >= 2
        direct = {item["incident"] for item in found["linked"]["contributions"]}
        near = {associate["identity_id"] for associate in found["associates"]}
        for route in second["shown"]:
            assert route["incident"] not in direct
            assert route["associate"] not in near | {person}
            assert route["through"] in near
        everybody = set(people_shown(found))
        assert set(named(found)) <= everybody


def named(value: object) -> list[str]:
    """Every identity of the world anywhere in a document."""
    if isinstance(value, dict):
        return [name for part in value.values() for name in named(part)]
    if isinstance(value, list):
        return [name for part in value for name in named(part)]
    return [value] if value in PEOPLE else []


def in_sqlite(held: Projection) -> EmbeddedStore:
    connection = apsw.Connection(":memory:")
    connection.execute("PRAGMA foreign_keys=ON")
    for script in MIGRATIONS:
        connection.execute(script).fetchall()
    store = EmbeddedStore(connection)
    store.apply(change(Projection.empty(), held))
    return store


def test_a_tie_with_oneself_is_none():
    assert World(declared=(Declared("d", "d"),)).to_graph().edges.is_empty()
