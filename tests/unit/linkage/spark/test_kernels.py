"""What Spark's tasks do, here without Spark: records cut into any partitions and batches meet as on one machine."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import block, compare
from linkage.model import Model
from linkage.pipeline.engine import Engine
from linkage.spark.clusters import groups_of
from linkage.spark.entries import entries_of, home_of, members_of, mix
from linkage.spark.groups import in_groups
from linkage.spark.pairs import Scoring, pairs_of
from linkage.spark.stars import TIE, large_star, small_star, stars_of

Pieces = Callable[[pl.DataFrame], list[pl.DataFrame]]


def cut(frame: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """Batches of so many rows."""
    return iter(frame.iter_slices(size))


def shuffled(frames: Iterator[pl.DataFrame], partitions: int, *by: str) -> list[pl.DataFrame]:
    """What a shuffle brings to each partition, in order of the columns."""
    whole = pl.concat(frames)
    place = pl.Series(mix(whole[by[0]].fill_null(0).to_numpy().astype(np.uint64)) % np.uint64(partitions))
    return [whole.filter(place == n).sort(*by, nulls_last=False) for n in range(partitions)]


def rounds(ties: pl.DataFrame, partitions: int, batch: int) -> tuple[dict[int, int], int]:
    """Root of each node that is none, and the rounds that it took."""
    first = (part for piece in ties.iter_slices(batch) for part in stars_of(cut(piece, 3)))
    stars = pl.concat([pl.DataFrame(schema=TIE), *first]).unique()
    for number in range(1, 100):
        before = stars
        both = pl.concat([stars, stars.select(node="other", other="node")])
        for ties_, star in ((both, large_star), (None, small_star)):
            given_ = ties_ if ties_ is not None else stars
            parts = [p for p in shuffled(iter([given_]), partitions, "node") if len(p)]
            stars = pl.concat([pl.DataFrame(schema=TIE), *(out for p in parts for out in star(cut(p, batch)))]).unique()
        if stars.sort("node", "other").equals(before.sort("node", "other")):
            return dict(stars.iter_rows()), number
    raise AssertionError("it does not end")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=120),
    st.integers(1, 5),
    st.integers(1, 9),
)
def test_components_are_those_of_networkx(pairs: list[tuple[int, int]], partitions: int, batch: int) -> None:
    ties = pl.DataFrame(pairs, schema=TIE, orient="row")
    found, _ = rounds(ties, partitions, batch)
    graph = nx.Graph(pairs)
    expected = {n: min(part) for part in nx.connected_components(graph) for n in part if n != min(part)}
    assert found == expected


def test_a_long_chain_takes_few_rounds() -> None:
    order = np.random.default_rng(4).permutation(4000)
    ties = pl.DataFrame({"node": order[:-1], "other": order[1:]}, schema=TIE)
    found, number = rounds(ties, 4, 50)
    assert set(found.values()) == {0}
    assert len(found) == 3999
    assert number <= 12


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 7))
def test_rows_of_one_value_stay_together(values: list[int], size: int) -> None:
    frame = pl.DataFrame({"a": sorted(values), "n": range(len(values))}, schema={"a": pl.Int64, "n": pl.Int64})
    parts = list(in_groups(cut(frame, size), "a"))
    assert pl.concat([frame.clear(), *parts])["n"].to_list() == list(range(len(values)))
    seen = [set(part["a"]) for part in parts]
    assert sum(map(len, seen)) == len(set(values))


def crowd(persons: Callable[..., pl.DataFrame], count: int = 160) -> pl.DataFrame:
    """People of few names, many of whom share keys, homes and phones."""
    rng = np.random.default_rng(7)
    rows = [
        {
            "key": f"US/{n:04d}",
            "name_given": ["MARIA", "JOSE", "JUAN", "ULISES"][rng.integers(4)],
            "name_surname": ["GARCIA", "QUINTANAR", "XOLOCOTZI"][rng.integers(3)],
            "birth_date": f"19{rng.integers(60, 64)}-0{rng.integers(1, 4)}-1{rng.integers(0, 3)}",
            "phone": f"+1956555{rng.integers(100, 140):04d}",
            "licence": f"TX:{rng.integers(1000, 1090)}",
        }
        for n in range(count)
    ]
    return persons(*rows)


def found_by_tasks(
    records: pl.DataFrame, model: Model, partitions: int, batch: int
) -> tuple[pl.DataFrame, int, pl.DataFrame]:
    """Members, how many were compared, and kept pairs, from records spread over partitions."""
    numbered = records.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("id"))
    limit = model.limits.block
    pieces = list(numbered.select("id", *block.columns_of(model.blocking)).iter_slices(-(-len(numbered) // partitions)))
    entries = (e for piece in pieces for e in entries_of(cut(piece, batch), model.blocking, limit))
    by_key = shuffled(entries, partitions, "key", "id")
    members = pl.concat(m for part in by_key for m in members_of(cut(part, batch), limit)).unique()
    lists = members.sort("block").group_by("id").agg(pl.col("block").alias("blocks"))
    homes = pl.col("blocks").list.eval(home_of(pl.element())).list.unique()
    compared_by = [name for name in numbered.columns if name in compare.columns_of(model) | {"id"}]
    placed = numbered.select(compared_by).join(lists, on="id").with_columns(home=homes).explode("home")
    until = placed.explode("blocks").filter(home_of(pl.col("blocks")) <= pl.col("home"))
    until = until.group_by("id", "home").agg("blocks")
    placed = placed.drop("blocks").join(until, on=["id", "home"])
    scoring = Scoring(model, compare.common_values(records, model))
    by_home = [part for part in shuffled(iter([placed]), partitions, "home", "id") if len(part)]
    rows = pl.concat(p for part in by_home for p in pairs_of(cut(part, batch), scoring))
    kept = rows.filter(pl.col("record_l").is_not_null()).select("record_l", "record_r", "match_weight")
    return members, int(rows["compared"].sum()), kept.sort("record_l", "record_r")


def found_here(records: pl.DataFrame, model: Model) -> tuple[int, pl.DataFrame, Engine, Any]:
    everyone = np.ones(len(records), dtype=np.bool_)
    entries = block.active_entries(block.block_keys(records, model.blocking), everyone, model.limits.block)
    engine = Engine(records, model)
    pairs, compared = engine.score_candidates(entries, everyone)
    frame = pairs.frame(records["key"], model).drop("match_probability")
    return compared, frame, engine, pairs


@pytest.mark.parametrize(("partitions", "batch"), [(1, 1000), (3, 40), (5, 7)])
@pytest.mark.parametrize("limit", [50, 6])
def test_pairs_and_their_weights_are_those_of_one_machine(
    persons: Callable[..., pl.DataFrame], model: Model, partitions: int, batch: int, limit: int
) -> None:
    model = replace(model, limits=replace(model.limits, block=limit))
    records = crowd(persons)
    _, compared, kept = found_by_tasks(records, model, partitions, batch)
    expected_count, expected, _, _ = found_here(records, model)
    assert expected.height > 50
    assert compared == expected_count
    assert kept.select("record_l", "record_r").equals(expected.select("record_l", "record_r"))
    assert kept["match_weight"].to_numpy() == pytest.approx(expected["match_weight"].to_numpy(), abs=1e-9)


def test_whoever_many_share_floods_no_partition(persons: Callable[..., pl.DataFrame], model: Model) -> None:
    """Of a key that everybody holds, a partition hands on a row and no more."""
    records = persons(*({"key": f"US/{n:04d}", "name_surname": "GARCIA", "name_given": "JUAN"} for n in range(500)))
    numbered = records.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("id"))
    entries = pl.concat(entries_of(cut(numbered, 60), model.blocking, model.limits.block))
    assert entries["key"].n_unique() == len(entries)
    assert entries["id"].null_count() == len(entries) > 0


@pytest.mark.parametrize("batch", [1000, 9])
def test_identities_are_those_of_one_machine(persons: Callable[..., pl.DataFrame], model: Model, batch: int) -> None:
    records = crowd(persons)
    _, _, engine, pairs = found_here(records, model)
    whole = engine.cluster(pairs, np.ones(len(records), dtype=np.bool_))
    strong = pairs.weight >= model.thresholds.tie
    roots = np.arange(len(records))
    graph = nx.Graph(zip(pairs.left[strong].tolist(), pairs.right[strong].tolist(), strict=True))
    for part in nx.connected_components(graph):
        roots[list(part)] = min(part)
    tied = records.with_columns(id=pl.int_range(pl.len(), dtype=pl.Int64), root=pl.Series(roots))
    tied = tied.filter(pl.len().over("root") > 1).sort("root", "id")
    scoring = Scoring(model, compare.common_values(records, model))
    found = pl.concat(groups_of(cut(tied, batch), scoring, ())).sort("record_key")
    expected = pl.DataFrame(
        {"record_key": records["key"], "first": records["key"].gather(whole.root), "confidence": whole.confidence}
    ).filter(pl.col("record_key").is_in(found["record_key"].implode()))
    assert found.height > 30
    assert found.select("record_key", "first").equals(expected.select("record_key", "first"))
    assert found["confidence"].to_numpy() == pytest.approx(expected["confidence"].to_numpy(), abs=1e-9)


def test_what_is_sent_to_a_task_is_the_same_there(model: Model) -> None:
    sent = pickle.loads(pickle.dumps(Scoring(model, {"phone": frozenset({"+1"})})))
    assert sent.common == {"phone": frozenset({"+1"})}
    assert sent.model.digest == model.digest
    assert dict(sent.model.attributes) == dict(model.attributes)
