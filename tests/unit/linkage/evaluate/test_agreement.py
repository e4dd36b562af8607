"""Pair counts and B-cubed against a count of every pair by hand."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import SchemaError
from linkage.evaluate import PREDICTED, TRUTH, PairScore, evaluate, evaluate_groups


def frames(rows: list[tuple[str, str | None, str]]) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """Truth, partition and groups from (entity, identity or None when not loaded, group)."""
    keys = [f"S/{n}" for n in range(len(rows))]
    truth = pl.DataFrame({"key": keys, "entity_id": [row[0] for row in rows]}, schema=TRUTH.columns)
    held = [(key, row[1]) for key, row in zip(keys, rows, strict=True) if row[1] is not None]
    predicted = pl.DataFrame(held, schema=PREDICTED.columns, orient="row")
    return truth, predicted, pl.Series([row[2] for row in rows], dtype=pl.String)


def brute_force(rows: list[tuple[str, str | None, str]]) -> dict[str, tuple[int, int, int]]:
    counts: dict[str, list[int]] = {}
    for left, right in combinations(rows, 2):
        low, high = sorted((left[2], right[2]))
        label = low if low == high else f"{low}-{high}"
        true = left[0] == right[0]
        predicted = left[1] is not None and left[1] == right[1]
        for place in {label, "*"}:
            cell = counts.setdefault(place, [0, 0, 0])
            cell[0] += true
            cell[1] += predicted
            cell[2] += true and predicted
    return {label: tuple(cell) for label, cell in counts.items() if any(cell)}  # type: ignore[misc]


def brute_b_cubed(rows: list[tuple[str, str | None, str]]) -> tuple[float, float]:
    identity = [row[1] if row[1] is not None else f"alone {n}" for n, row in enumerate(rows)]
    precision = recall = 0.0
    for n, row in enumerate(rows):
        entity = {m for m, other in enumerate(rows) if other[0] == row[0]}
        cluster = {m for m in range(len(rows)) if identity[m] == identity[n]}
        precision += len(entity & cluster) / len(cluster)
        recall += len(entity & cluster) / len(entity)
    return precision / len(rows), recall / len(rows)


rows_strategy = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3", None]), st.sampled_from(["MX", "US", "CA"])),
    min_size=1,
    max_size=24,
)


@given(rows_strategy)
def test_counts_equal_those_of_every_pair(rows: list[tuple[str, str | None, str]]) -> None:
    truth, predicted, groups = frames(rows)
    expected = brute_force(rows)
    found = evaluate(truth, predicted)
    pairs = (found.pairs.true, found.pairs.predicted, found.pairs.correct)
    assert pairs == expected.get("*", (0, 0, 0))
    assert found.missing == sum(row[1] is None for row in rows)
    assert (found.b_cubed.precision, found.b_cubed.recall) == pytest.approx(brute_b_cubed(rows), abs=1e-12)
    by_group = evaluate_groups(truth, predicted, groups).labelled()
    assert {label: (p.true, p.predicted, p.correct) for label, p in by_group.items()} == {
        label: cell for label, cell in expected.items() if label != "*"
    }


@given(rows_strategy, st.randoms(use_true_random=False))
def test_row_order_is_nothing(rows: list[tuple[str, str | None, str]], random: object) -> None:
    truth, predicted, _ = frames(rows)
    shuffled = truth.sample(fraction=1.0, shuffle=True, seed=7)
    assert evaluate(truth, predicted) == evaluate(shuffled, predicted.reverse())


def test_worked_example() -> None:
    """Truth {1,2,3},{4,5}; found {1,2},{3,4,5}: 2 of 4 true pairs, 2 of 4 claims right."""
    truth, predicted, _ = frames([("a", "x", ""), ("a", "x", ""), ("a", "y", ""), ("b", "y", ""), ("b", "y", "")])
    found = evaluate(truth, predicted)
    assert (found.pairs.true, found.pairs.predicted, found.pairs.correct) == (4, 4, 2)
    assert found.pairs.f1 == 0.5
    assert found.b_cubed.precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert found.b_cubed.recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert (found.records, found.entities, found.identities) == (5, 2, 2)


def test_records_outside_the_truth_do_not_count() -> None:
    truth, predicted, _ = frames([("a", "x", ""), ("a", "x", "")])
    more = pl.concat([predicted, pl.DataFrame({"key": ["S/zz"], "identity_id": ["x"]})])
    assert evaluate(truth, more) == evaluate(truth, predicted)


def test_a_record_that_never_got_in_costs_recall_not_precision() -> None:
    truth, predicted, _ = frames([("a", "x", ""), ("a", None, ""), ("b", None, "")])
    found = evaluate(truth, predicted)
    assert (found.pairs.precision, found.pairs.recall, found.missing, found.identities) == (1.0, 0.0, 2, 3)


def test_large_clusters_cost_no_pairs() -> None:
    n = 200_000
    truth = pl.DataFrame({"key": [f"S/{i}" for i in range(n)], "entity_id": ["a"] * n})
    predicted = truth.select("key", pl.lit("x").alias("identity_id"))
    assert evaluate(truth, predicted).pairs == PairScore(n * (n - 1) // 2, n * (n - 1) // 2, n * (n - 1) // 2)


def test_nothing_at_all() -> None:
    found = evaluate(TRUTH.empty(), PREDICTED.empty())
    assert (found.pairs.f1, found.b_cubed.f1, found.records) == (1.0, 1.0, 0)


def test_wrong_columns_are_refused() -> None:
    with pytest.raises(SchemaError):
        evaluate(pl.DataFrame({"key": ["a"]}), PREDICTED.empty())
