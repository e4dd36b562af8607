"""However the records come, in what order and in how many loads: one partition."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.ledger import Decision
from linkage.model import Limits, Model
from linkage.pipeline import Change, Previous, Resolution, resolve
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR

GIVEN = ["JOSE", "JOSE LUIS", "LUIS", "MARIA", "ROBERT", "BOB", "WENDELL P", "J"]
SURNAME = ["GARCIA", "GARCIA LOPEZ", "LOPEZ GARCIA", "ZAMBUDIO", "QUIROGA ZAMBUDIO", "HALVORSEN"]
DATE = ["1980-03-04", "1980-04-03", "1980-01-01", "1980", "1955-03-04", None]
records = st.lists(
    st.fixed_dictionaries(
        {
            "name_given": st.sampled_from(GIVEN),
            "name_surname": st.sampled_from(SURNAME),
            "birth_date": st.sampled_from(DATE),
            "licence": st.sampled_from([None, None, "TX:1111111", "TX:1111112", "FED:NL2222222"]),
            "curp": st.sampled_from([None, None, "QUZL790314HTSRMB01", "ZAQL830609HNLMRB09"]),
            "phone": st.sampled_from([None, "+528675550117", "+17015550133"]),
            "address_key": st.sampled_from([None, "18 WILLOW BEND|LAREDO"]),
        }
    ),
    min_size=1,
    max_size=14,
)
"""People who meet in few names, dates and contacts, so that common keys and limits come into play."""
small_limits = st.sampled_from([Limits(50, 15, 300), Limits(3, 2, 300), Limits(6, 3, 4)])


@settings(max_examples=30)
@given(rows=records, limits=small_limits, data=st.data())
def test_any_order_and_split_of_loads_gives_the_partition_of_one_load(
    persons: Callable[..., pl.DataFrame],
    model: Model,
    rows: list[dict[str, Any]],
    limits: Limits,
    data: st.DataObject,
) -> None:
    tight = replace(model, limits=limits)
    everybody = persons(*({"key": f"US/{i:02d}", **row} for i, row in enumerate(rows)))
    whole = _run(everybody, [list(everybody["key"])], tight)
    order = data.draw(st.permutations(list(everybody["key"])))
    cuts = data.draw(st.sets(st.integers(1, max(len(order) - 1, 1)), max_size=3))
    edges = [0, *sorted(cut for cut in cuts if cut < len(order)), len(order)]
    parts = [order[a:b] for a, b in itertools.pairwise(edges)]
    split = _run(everybody, parts, tight)
    assert _partition(split) == _partition(whole)
    assert _confidences(split) == _confidences(whole)


@settings(max_examples=30)
@given(rows=records, limits=small_limits, data=st.data())
def test_removing_records_leaves_what_a_run_without_them_gives(
    persons: Callable[..., pl.DataFrame],
    model: Model,
    rows: list[dict[str, Any]],
    limits: Limits,
    data: st.DataObject,
) -> None:
    tight = replace(model, limits=limits)
    everybody = persons(*({"key": f"US/{i:02d}", **row} for i, row in enumerate(rows)))
    gone = data.draw(st.sets(st.sampled_from(list(everybody["key"])), max_size=4))
    left = everybody.filter(~pl.col("key").is_in(sorted(gone)))
    before = _Ledger()
    before.take(resolve(everybody, Change(frozenset(everybody["key"]), PERSON.empty()), before.previous(), tight))
    removed = everybody.filter(pl.col("key").is_in(sorted(gone)))
    before.take(resolve(left, Change(frozenset(), removed), before.previous(), tight))
    assert _partition(before) == _partition(_run(left, [list(left["key"])], tight))


@settings(max_examples=30)
@given(rows=records, data=st.data())
def test_a_judgement_holds_and_taking_it_back_restores_everything(
    persons: Callable[..., pl.DataFrame], model: Model, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    everybody = persons(*({"key": f"US/{i:02d}", **row} for i, row in enumerate([*rows, rows[0]])))
    ledger = _run(everybody, [list(everybody["key"])], model)
    a, b = sorted(data.draw(st.permutations(list(everybody["key"])))[:2])
    judgement = data.draw(st.sampled_from(["same", "different"]))
    start = ledger.memberships
    decision = Decision(1, a, b, judgement, "seen in person", "reviewer", "2026-01-01")
    nothing = Change(frozenset(), PERSON.empty(), frozenset({a, b}))
    ledger.take(resolve(everybody, nothing, ledger.previous([decision]), model))
    identity = dict(zip(ledger.memberships["record_key"], ledger.memberships["identity_id"], strict=True))
    assert (identity[a] == identity[b]) == (judgement == "same")
    ledger.take(resolve(everybody, nothing, ledger.previous(), model))
    assert ledger.memberships.equals(start)


class _Ledger:
    """What the ledger keeps between runs."""

    def __init__(self) -> None:
        self.memberships = MEMBERSHIP.empty()
        self.pairs = SCORED_PAIR.empty()
        self.known: set[str] = set()

    def previous(self, decisions: Sequence[Decision] = ()) -> Previous:
        return Previous(self.memberships, self.pairs, frozenset(self.known), decisions)

    def take(self, run: Resolution) -> None:
        stale = pl.col("record_l").is_in(run.touched) | pl.col("record_r").is_in(run.touched)
        self.pairs = pl.concat([self.pairs.filter(~stale), run.pairs]).sort("record_l", "record_r")
        changed = [*run.memberships["record_key"], *run.removed]
        kept = self.memberships.filter(~pl.col("record_key").is_in(changed))
        self.memberships = pl.concat([kept, run.memberships]).sort("record_key")
        self.known |= set(run.assignment.minted)


def _run(everybody: pl.DataFrame, parts: Sequence[Sequence[str]], model: Model) -> _Ledger:
    ledger = _Ledger()
    seen: list[str] = []
    for part in parts:
        seen.extend(part)
        there = everybody.filter(pl.col("key").is_in(seen))
        ledger.take(resolve(there, Change(frozenset(part), PERSON.empty()), ledger.previous(), model))
    return ledger


def _partition(ledger: _Ledger) -> set[tuple[str, ...]]:
    groups = ledger.memberships.group_by("identity_id").agg(pl.col("record_key").sort())
    return {tuple(keys) for keys in groups["record_key"].to_list()}


def _confidences(ledger: _Ledger) -> dict[str, float]:
    return dict(zip(ledger.memberships["record_key"], ledger.memberships["confidence"], strict=True))
