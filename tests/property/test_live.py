"""A live resolution after any changes: what runs over whole frames give, ids, pairs and confidences included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from linkage.ledger import Decision
from linkage.model import Limits, Model
from linkage.pipeline import Change, LiveResolver, Previous, Resolution, resolve
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR

row = st.fixed_dictionaries(
    {
        "name_given": st.sampled_from(["JOSE", "JOSE LUIS", "MARIA", "ROBERT", "BOB", "J"]),
        "name_surname": st.sampled_from(["GARCIA", "GARCIA LOPEZ", "LOPEZ GARCIA", "ZAMBUDIO", "HALVORSEN"]),
        "birth_date": st.sampled_from(["1980-03-04", "1980-04-03", "1980-01-01", "1980", "1955-03-04", None]),
        "licence": st.sampled_from([None, None, "TX:1111111", "TX:1111112", "FED:NL2222222"]),
        "curp": st.sampled_from([None, None, "QUZL790314HTSRMB01", "ZAQL830609HNLMRB09"]),
        "phone": st.sampled_from([None, "+528675550117", "+17015550133"]),
        "address_key": st.sampled_from([None, "18 WILLOW BEND|LAREDO"]),
        "entity_type": st.sampled_from(["person", "person", "person", "organization"]),
    }
)
KEYS = [f"US/{i:02d}" for i in range(12)]
change = st.tuples(
    st.dictionaries(st.sampled_from(KEYS), row, max_size=6),
    st.sets(st.sampled_from(KEYS), max_size=3),
    st.lists(
        st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS), st.sampled_from(["same", "different"])), max_size=2
    ),
)
limits = st.sampled_from([Limits(50, 15, 300), Limits(3, 2, 300), Limits(6, 3, 4)])


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(changes=st.lists(change, min_size=1, max_size=4), limits=limits)
def test_every_change_leaves_what_a_run_over_all_rows_leaves(
    persons: Callable[..., pl.DataFrame], model: Model, changes: list[Any], limits: Limits
) -> None:
    tight = replace(model, limits=limits)
    live = LiveResolver(tight, PERSON.empty().drop("raw"))
    world = PERSON.empty()
    memberships, pairs, known = MEMBERSHIP.empty(), SCORED_PAIR.empty(), set[str]()
    standing: list[Decision] = []
    for rows, removed, judged in changes:
        new = persons(*({"key": key, **values} for key, values in rows.items())) if rows else PERSON.empty()
        gone = sorted(removed - set(rows))
        before = world.filter(pl.col("key").is_in([*gone, *rows]))
        world = pl.concat([world.filter(~pl.col("key").is_in([*gone, *rows])), new]).sort("key")
        decisions = [
            Decision(i, min(a, b), max(a, b), j, "seen", "r", "2026") for i, (a, b, j) in enumerate(judged) if a != b
        ]
        newest = {(d.a, d.b): d for d in decisions}
        decisions = [newest[pair] for pair in sorted(newest)]
        named = frozenset(key for d in set(decisions) ^ set(standing) for key in (d.a, d.b))
        standing = decisions
        whole = resolve(
            world.drop("raw"),
            Change(frozenset(rows), before.drop("raw"), named & set(world["key"])),
            Previous(memberships, pairs, frozenset(known), decisions),
            tight,
        )
        memberships, pairs = _after(memberships, pairs, whole)
        known |= set(whole.assignment.minted)
        step = live.apply(new.drop("raw"), gone, decisions)
        assert live.memberships().equals(memberships)
        assert live.pairs().equals(pairs)
        assert step.assignment.moves == whole.assignment.moves
        assert step.memberships.equals(whole.memberships)


def _after(memberships: pl.DataFrame, pairs: pl.DataFrame, run: Resolution) -> tuple[pl.DataFrame, pl.DataFrame]:
    stale = pl.col("record_l").is_in(run.touched) | pl.col("record_r").is_in(run.touched)
    changed = [*run.memberships["record_key"], *run.removed]
    kept = memberships.filter(~pl.col("record_key").is_in(changed))
    return (
        pl.concat([kept, run.memberships]).sort("record_key"),
        pl.concat([pairs.filter(~stale), run.pairs]).sort("record_l", "record_r"),
    )


def test_a_query_finds_its_record_and_leaves_nothing(persons: Callable[..., pl.DataFrame], model: Model) -> None:
    ulises = {"name_given": "ULISES", "name_surname": "QUINTANAR IBARRA", "birth_date": "1984-03-09"}
    live = LiveResolver(model, PERSON.empty().drop("raw"))
    live.apply(
        persons({"key": "MX/1", **ulises}, {"key": "MX/2", "name_given": "ANA", "name_surname": "ROA"}).drop("raw")
    )
    before = live.memberships()
    found = live.match(persons({"key": "?/1", **ulises}, {"key": "?/2", "name_given": "X"}).drop("raw"))
    assert [[match.record for match in matches] for matches in found] == [["MX/1"], []]
    assert found[0][0].weight >= model.thresholds.same
    firm = persons({"key": "?/1", "entity_type": "organization", **ulises}).drop("raw")
    assert live.match(firm) == [[]], "a firm of the same name is nobody"
    assert live.memberships().equals(before)
    assert len(live) == 2
