"""What a match must not miss of a query's own effect on the records around it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from linkage.model import Limits, Model
from linkage.pipeline import Change, Previous, Resolution, resolve
from linkage.pipeline.kept_index import Ledger, PeopleIndex, Segment, joined, match
from linkage.schema import MEMBERSHIP, SCORED_PAIR

Persons = Callable[..., pl.DataFrame]


def _resolved(rows: pl.DataFrame, model: Model) -> Resolution:
    nothing = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset())
    return resolve(rows, Change(frozenset(rows["key"]), rows.head(0)), nothing, model)


def _groups(world: pl.DataFrame, query: pl.DataFrame, model: Model) -> tuple[frozenset[str], set[str], set[str]]:
    """What a match joins the query with, what a load joins it with, and whom one of the latter was joined with."""
    world, query = world.drop("raw"), query.drop("raw")
    kept = _resolved(world, model)

    def kept_pairs(keys: Collection[str], floor: float) -> list[Any]:
        near = pl.col("record_l").is_in(list(keys)) | pl.col("record_r").is_in(list(keys))
        return [row[:3] for row in kept.pairs.filter(near & (pl.col("match_weight") >= floor)).iter_rows()]

    index = PeopleIndex.of(model, [Segment.of((1, 1), world, (), model)])
    (found,) = joined(index, match(index, query), Ledger(kept_pairs, []))
    after = _resolved(pl.concat([world, query]).sort("key"), model).assignment.identity_of
    loaded = {key for key, identity in after.items() if identity == after["?/1"]} - {"?/1"}
    before = kept.assignment.identity_of
    return found, loaded, {key for key in before if found and before[key] == before[min(found)]}


MAN = {"name_given": "ULISES", "name_surname": "QUINTANAR"}


@pytest.mark.parametrize(("sharing", "joins"), [(3, {"US/1", "US/2"}), (2, {"US/1"})])
def test_a_query_that_makes_a_phone_common_parts_those_it_held_together(
    persons: Persons, model: Model, sharing: int, joins: set[str]
) -> None:
    tight = replace(model, limits=Limits(50, sharing, 300))
    phone = {"name_given": "JOSE", "name_surname": "GARCIA", "phone": "+19565550133"}
    world = persons({"key": "US/1", "licence": "TX:31882047", **phone}, {"key": "US/2", **phone})
    query = persons({"key": "?/1", "licence": "TX:31882047", **phone})
    found, loaded, before = _groups(world, query, tight)
    assert found == loaded == joins
    assert before == {"US/1", "US/2"}


@pytest.mark.parametrize(("block", "joins"), [(4, {"US/1", "US/2", "US/3"}), (3, {"US/1"})])
def test_a_query_that_crowds_a_key_parts_those_who_met_under_it(
    persons: Persons, model: Model, block: int, joins: set[str]
) -> None:
    tight = replace(model, limits=Limits(block, 15, 300))
    man = {**MAN, "birth_date": "1984-03-09"}
    world = persons({"key": "US/1", "licence": "TX:31882047", **man}, {"key": "US/2", **man}, {"key": "US/3", **man})
    query = persons({"key": "?/1", "licence": "TX:31882047", **man})
    found, loaded, before = _groups(world, query, tight)
    assert found == loaded == joins
    assert before == {"US/1", "US/2", "US/3"}


def test_an_index_without_records_finds_nobody(persons: Persons, model: Model) -> None:
    query = persons({"key": "?/1", **MAN}).drop("raw")
    index = PeopleIndex.of(model, [])
    found = match(index, query)
    assert (len(index), index.last, list(found.candidates)) == (0, 0, [[]])
    assert joined(index, found, Ledger(lambda keys, floor: [], [])) == [frozenset()]
