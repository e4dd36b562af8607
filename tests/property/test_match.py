"""What a match says of a record that is not stored: what `why` says once a load has stored it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from linkage.compare import common_values
from linkage.ledger import Decision
from linkage.model import Limits, Model
from linkage.pipeline import Change, Explainer, Previous, Resolution, resolve
from linkage.pipeline.kept_index import KeptFiles, Ledger, PeopleIndex, Segment, joined, match
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR

row = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from(["José", "Bob"]),
        "name_given": st.sampled_from(["JOSE", "JOSE LUIS", "MARIA", "ROBERT", "BOB", "J"]),
        "name_surname": st.sampled_from(["GARCIA", "GARCIA LOPEZ", "LOPEZ GARCIA", "ZAMBUDIO", "HALVORSEN"]),
        "name_alt": st.sampled_from([None, ["PEPE|GARCIA", "JOSE|LOPEZ"]]),
        "birth_date": st.sampled_from(["1980-03-04", "1980-04-03", "1980-01-01", "1980", "1955-03-04", None]),
        "licence": st.sampled_from([None, None, "TX:1111111", "TX:1111112", "FED:NL2222222"]),
        "curp": st.sampled_from([None, None, "QUZL790314HTSRMB01", "ZAQL830609HNLMRB09"]),
        "suspect": st.sampled_from([None, ["curp"]]),
        "phone": st.sampled_from([None, "+528675550117", "+17015550133"]),
        "address_key": st.sampled_from([None, "18 WILLOW BEND|LAREDO"]),
        "address_near": st.sampled_from([None, "18 WILLOW BEND"]),
        "entity_type": st.sampled_from(["person", "person", "person", "organization"]),
    }
)
KEYS = [f"US/{i:02d}" for i in range(12)]
load = st.tuples(st.dictionaries(st.sampled_from(KEYS), row, max_size=7), st.sets(st.sampled_from(KEYS), max_size=2))
limits = st.sampled_from([Limits(50, 15, 300), Limits(3, 2, 300), Limits(4, 3, 300)])


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(loads=st.lists(load, min_size=1, max_size=4), asked=st.lists(row, min_size=1, max_size=3), limits=limits)
def test_candidates_and_bits_are_those_of_a_load_of_each_record_alone(
    persons: Callable[..., pl.DataFrame],
    model: Model,
    tmp_path_factory: pytest.TempPathFactory,
    loads: list[Any],
    asked: list[Any],
    limits: Limits,
) -> None:
    tight = replace(model, limits=limits)
    world, steps = _world(persons, loads)
    queries = persons(*({"key": f"?/{i}", **values} for i, values in enumerate(asked)))
    memory = PeopleIndex.of(tight, [Segment.of(span, *step, tight) for span, step in steps])
    files = KeptFiles(tmp_path_factory.mktemp("kept"))
    entries = [files.write(span, *step, tight) for span, step in steps]
    files.point(tight, "x", entries)
    kept = [files.read(entry) for entry in files.pointed(tight).segments]
    for index in (memory, PeopleIndex.of(tight, [segment for segment in kept if segment is not None])):
        assert len(index) == len(world)
        found = match(index, queries)
        for i, candidates in enumerate(found.candidates):
            expected = _after_a_load(world, queries[i : i + 1], tight)
            told = dict(zip(_keys(index, candidates), candidates, strict=True))
            assert set(told) == set(expected)
            for key, candidate in told.items():
                assert candidate.explanation == expected[key], key


def _keys(index: PeopleIndex, candidates: Sequence[Any]) -> list[str]:
    return [key for c in candidates for key in [c.explanation.right] if index.find_records([key]) == {key: c.record}]


def _world(persons: Callable[..., pl.DataFrame], loads: list[Any]) -> tuple[pl.DataFrame, list[Any]]:
    """All records after the loads, and what each load brought and withdrew."""
    world, steps = PERSON.empty().drop("raw"), []
    for number, (rows, removed) in enumerate(loads, 1):
        new = persons(*({"key": key, **values} for key, values in rows.items())) if rows else PERSON.empty()
        new = new.drop("raw").sort("key")
        gone = tuple(sorted(removed - set(rows)))
        world = pl.concat([world.filter(~pl.col("key").is_in([*gone, *rows])), new]).sort("key")
        steps.append(((number, number), (new, gone)))
    return world, steps


def _after_a_load(world: pl.DataFrame, query: pl.DataFrame, model: Model) -> dict[str, Any]:
    """What `why` says of the stored query and each record that the load kept a pair with."""
    stored = pl.concat([world, query.select(world.columns)]).sort("key")
    key = query["key"][0]
    pairs = _resolved(stored, [], model).pairs
    others = [a if b == key else b for a, b in pairs.select("record_l", "record_r").iter_rows() if key in (a, b)]
    explainer = Explainer(stored, model, common_values(stored, model))
    return {other: explainer.explain(key, other) for other in others}


judged = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(["same", "different"])), max_size=2
)


@settings(max_examples=30, phases=[Phase.explicit, Phase.generate])
@given(
    loads=st.lists(load, min_size=1, max_size=3),
    asked=st.lists(row, min_size=1, max_size=3),
    judged=judged,
    limits=limits,
)
def test_a_query_is_one_person_with_those_that_a_load_of_it_puts_it_with(
    persons: Callable[..., pl.DataFrame],
    model: Model,
    loads: list[Any],
    asked: list[Any],
    judged: list[Any],
    limits: Limits,
) -> None:
    tight = replace(model, limits=limits)
    world, steps = _world(persons, loads)
    queries = persons(*({"key": f"{'?Z'[i % 2]}/{i}", **values} for i, values in enumerate(asked)))
    index = PeopleIndex.of(tight, [Segment.of(span, *step, tight) for span, step in steps])
    standing = {
        (min(a, b), max(a, b)): Decision(n, min(a, b), max(a, b), j, "seen", "r", "2026")
        for n, (a, b, j) in enumerate(judged)
        if a != b and {a, b} <= set(world["key"])
    }
    decisions = [standing[pair] for pair in sorted(standing)]
    kept = _resolved(world, decisions, tight).pairs

    def kept_pairs(keys: Collection[str], floor: float) -> list[tuple[str, str, float]]:
        near = pl.col("record_l").is_in(list(keys)) | pl.col("record_r").is_in(list(keys))
        return [row[:3] for row in kept.filter(near & (pl.col("match_weight") >= floor)).iter_rows()]

    found = joined(index, match(index, queries), Ledger(kept_pairs, decisions))
    for i, group in enumerate(found):
        query = queries[i : i + 1].select(world.columns)
        identity_of = _resolved(pl.concat([world, query]).sort("key"), decisions, tight).assignment.identity_of
        mine = identity_of[query["key"][0]]
        assert group == {key for key, identity in identity_of.items() if identity == mine} - {query["key"][0]}


def _resolved(stored: pl.DataFrame, decisions: list[Decision], model: Model) -> Resolution:
    nothing = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset(), decisions)
    return resolve(stored, Change(frozenset(stored["key"]), stored.head(0)), nothing, model)
