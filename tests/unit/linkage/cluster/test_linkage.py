"""Average linkage under constraints."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import CANNOT, ClusterRules, partition

RULES = ClusterRules(cut=4.0, clip=15.0, margin=6.0, apart=-4.0)


def _matrix(size: int, pairs: dict[tuple[int, int], float], otherwise: float = -10.0) -> np.ndarray:
    matrix = np.full((size, size), otherwise)
    for (i, j), weight in pairs.items():
        matrix[i, j] = matrix[j, i] = weight
    return matrix


def test_a_chain_of_small_steps_does_not_join_its_ends() -> None:
    groups = partition(_matrix(4, {(0, 1): 6, (1, 2): 5, (2, 3): 5.5}), RULES)
    assert [0, 1, 2, 3] not in groups
    assert all(not {0, 3} <= set(group) for group in groups)


def test_cannot_link_holds_against_any_weight_and_any_chain() -> None:
    groups = partition(_matrix(3, {(0, 1): 15, (1, 2): 15, (0, 2): CANNOT}), RULES)
    assert all(not {0, 2} <= set(group) for group in groups)


def test_a_record_that_fits_two_people_equally_well_joins_neither() -> None:
    weights = _matrix(5, {(0, 1): 14, (2, 3): 14, (4, 0): 6, (4, 1): 6, (4, 2): 5, (4, 3): 5})
    assert partition(weights, RULES) == [[0, 1], [2, 3], [4]]


def test_a_record_that_fits_one_person_much_better_joins_that_one() -> None:
    weights = _matrix(5, {(0, 1): 14, (2, 3): 14, (4, 0): 14, (4, 1): 14, (4, 2): 5, (4, 3): 5})
    assert partition(weights, RULES) == [[0, 1, 4], [2, 3]]


def test_a_judgement_joins_against_the_weights_and_their_bars() -> None:
    must = np.zeros((2, 2), dtype=bool)
    must[0, 1] = must[1, 0] = True
    assert partition(_matrix(2, {(0, 1): CANNOT}), RULES, must) == [[0, 1]]


@st.composite
def _weights(draw: st.DrawFn) -> np.ndarray:
    size = draw(st.integers(2, 7))
    pairs = {
        (i, j): draw(st.sampled_from([CANNOT, -8.0, 0.25, 4.5, 7.125, 9.0, 14.0]))
        for i in range(size)
        for j in range(i + 1, size)
    }
    return _matrix(size, pairs)


@settings(max_examples=200)
@given(weights=_weights())
def test_groups_cover_every_record_once_and_hold_no_barred_pair(weights: np.ndarray) -> None:
    groups = partition(weights, RULES)
    assert sorted(i for group in groups for i in group) == list(range(len(weights)))
    for group in groups:
        assert all(weights[i, j] > CANNOT for i in group for j in group if i != j)
        if len(group) > 1:
            inner = [np.clip(weights[i, j], -15, 15) for i in group for j in group if i < j]
            assert np.mean(inner) > 0
