from __future__ import annotations

import numpy as np
import pytest

from linkage.errors import SchemaError
from linkage.training import patterns
from linkage.training.patterns import Patterns, encode, merge


def _levels(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int8)


def test_equal_rows_are_one_pattern_in_the_order_of_levels() -> None:
    found = Patterns.of(_levels([2, 1], [0, 2], [2, 1], [0, 1]), (3, 4))
    assert found.levels.tolist() == [[0, 1], [0, 2], [2, 1]]
    assert found.counts.tolist() == [1, 1, 2]
    assert found.pairs == 4


@pytest.mark.parametrize("sizes", [(3, 4), (3, 4, *[100] * 12)], ids=["table", "more than 64 bits"])
def test_many_attributes_give_the_same_patterns_as_rows_do(sizes: tuple[int, ...]) -> None:
    generator = np.random.default_rng(1)
    levels = np.column_stack([generator.integers(0, min(size, 2), 500) for size in sizes]).astype(np.int8)
    rows, counts = np.unique(levels, axis=0, return_counts=True)
    found = Patterns.of(levels, sizes)
    assert found.levels.tolist() == rows.tolist()
    assert found.counts.tolist() == counts.tolist()


def test_codes_that_are_sorted_and_codes_that_are_counted_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = np.random.default_rng(2).integers(0, 3, (400, 4)).astype(np.int8)
    counted = Patterns.of(levels, (3,) * 4)
    monkeypatch.setattr(patterns, "DENSE", 1)
    found = Patterns.of(levels, (3,) * 4)
    assert found.levels.tolist() == counted.levels.tolist()
    assert found.counts.tolist() == counted.counts.tolist()


def test_chunks_of_a_stream_make_one_sample() -> None:
    levels = np.random.default_rng(3).integers(0, 3, (900, 3)).astype(np.int8)
    parts = [Patterns.of(part, (3, 3, 3)) for part in np.array_split(levels, 7)]
    whole = Patterns.of(levels, (3, 3, 3))
    assert merge(parts).levels.tolist() == whole.levels.tolist()
    assert merge(parts[::-1]).counts.tolist() == whole.counts.tolist()


def test_without_an_attribute_its_levels_are_missing() -> None:
    found = Patterns.of(_levels([1, 1], [2, 1], [1, 2]), (3, 3)).without([0])
    assert found.levels.tolist() == [[0, 1], [0, 2]]
    assert found.counts.tolist() == [2, 1]


@pytest.mark.parametrize("row", [[3, 0], [-1, 0]])
def test_a_level_outside_its_attribute_is_a_fault(row: list[int]) -> None:
    with pytest.raises(SchemaError):
        Patterns.of(_levels(row), (3, 3))


def test_parts_of_other_attributes_are_a_fault() -> None:
    with pytest.raises(SchemaError):
        merge([Patterns.of(_levels([1]), (3,)), Patterns.of(_levels([1]), (4,))])
    with pytest.raises(SchemaError):
        Patterns.of(_levels([1]), (3, 3))


def test_no_pair_is_no_pattern() -> None:
    empty = Patterns.of(np.empty((0, 2), dtype=np.int8), (3, 3))
    assert empty.pairs == 0
    assert len(encode(empty.levels, empty.sizes)[0]) == 0


def test_rows_are_counted_by_the_pattern_they_have() -> None:
    sample = Patterns.of(_levels([2, 1], [0, 2], [2, 1]), (3, 3))
    assert sample.count(_levels([2, 1], [2, 1])).tolist() == [0, 2]
    assert sample.count(np.empty((0, 2), dtype=np.int8)).tolist() == [0, 0]
    with pytest.raises(SchemaError):
        sample.count(_levels([1, 1]))
