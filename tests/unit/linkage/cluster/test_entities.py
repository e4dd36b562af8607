"""Groups of records compared with all their values."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import ClusterRules, Evidence, partition_entities

RULES = ClusterRules(cut=4.0, clip=15.0, margin=3.0, apart=-4.0)
SILENT = -8192.0
PRIOR = -6.0
NAME, DATE = 0, 1


def _weigh(planes: np.ndarray, confirmed: np.ndarray) -> np.ndarray:
    return np.where(planes > SILENT, planes, 0).sum(axis=1)[0] + PRIOR


def _evidence(
    size: int,
    names: dict[tuple[int, int], float],
    dates: dict[tuple[int, int], float],
    bars: tuple[tuple[int, int], ...] = (),
) -> Evidence:
    planes = np.full((1, 2, size, size), SILENT, dtype=np.float32)
    for attribute, pairs in ((NAME, names), (DATE, dates)):
        for (i, j), bits in pairs.items():
            planes[0, attribute, i, j] = planes[0, attribute, j, i] = bits
    barred = np.zeros((size, size), dtype=np.bool_)
    for i, j in bars:
        barred[i, j] = barred[j, i] = True
    return Evidence(planes, barred, _weigh, np.zeros(0, dtype=np.int64))


def test_a_third_record_that_knows_both_names_joins_two_that_contradict() -> None:
    names = {(0, 1): -8.0, (0, 2): 9.0, (1, 2): 8.0}
    dates = {(0, 1): 8.0, (0, 2): 8.0, (1, 2): 8.0}
    assert partition_entities(_evidence(3, names, dates), RULES) == [[0, 1, 2]]


def test_a_record_without_a_date_does_not_join_two_people_of_one_name() -> None:
    names = {(0, 1): 12.0, (0, 2): 12.0, (1, 2): 12.0}
    assert partition_entities(_evidence(3, names, {(0, 1): -20.0}), RULES) == [[0], [1], [2]]


def test_a_record_that_fits_one_of_two_people_much_better_joins_that_one() -> None:
    names = {(0, 1): 12.0, (0, 2): 16.0, (1, 2): 12.0}
    assert partition_entities(_evidence(3, names, {(0, 1): -20.0}), RULES) == [[0, 2], [1]]


def test_thin_records_do_not_weaken_what_the_others_say() -> None:
    names = {(i, j): 3.0 for i in range(4) for j in range(i + 1, 4)}
    assert partition_entities(_evidence(4, names, {(0, 1): 8.0}), RULES) == [[0, 1], [2], [3]]


def test_a_chain_of_contradicted_pairs_does_not_join_its_ends() -> None:
    names = {(i, j): 12.0 if j == i + 1 else -40.0 for i in range(6) for j in range(i + 1, 6)}
    groups = partition_entities(_evidence(6, names, {}), RULES)
    assert max(map(len, groups)) < 4


def test_a_chain_of_slips_does_not_join_its_ends() -> None:
    names = {(i, j): 8.0 for i in range(6) for j in range(i + 1, 6)}
    planes = np.concatenate([_evidence(6, names, {}).planes, np.full((1, 1, 6, 6), SILENT, dtype=np.float32)], axis=1)
    for i in range(6):
        for j in range(i + 1, 6):
            own, slip = (SILENT, 3.0) if j == i + 1 else (-9.0, SILENT)
            planes[0, 1:, i, j] = planes[0, 1:, j, i] = own, slip
    evidence = Evidence(planes, np.zeros((6, 6), dtype=np.bool_), _weigh, np.array([1, 2]))
    assert max(map(len, partition_entities(evidence, RULES))) == 2


def test_a_bar_holds_against_any_weight_and_any_chain() -> None:
    names = {(0, 1): 20.0, (1, 2): 20.0, (0, 2): 20.0}
    groups = partition_entities(_evidence(3, names, {}, bars=((0, 2),)), RULES)
    assert all(not {0, 2} <= set(group) for group in groups)


def test_a_judgement_joins_against_the_weights_and_their_bars() -> None:
    must = np.zeros((2, 2), dtype=np.bool_)
    must[0, 1] = must[1, 0] = True
    assert partition_entities(_evidence(2, {(0, 1): -9.0}, {}, bars=((0, 1),)), RULES, must) == [[0, 1]]


@st.composite
def _components(draw: st.DrawFn) -> Evidence:
    size = draw(st.integers(2, 7))
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    bits = st.sampled_from([SILENT, -20.0, -8.0, 2.25, 7.5, 12.0])
    bars = tuple(pair for pair in pairs if draw(st.integers(0, 6)) == 0)
    return _evidence(size, {p: draw(bits) for p in pairs}, {p: draw(bits) for p in pairs}, bars)


@settings(max_examples=200)
@given(evidence=_components())
def test_groups_cover_every_record_once_hold_no_bar_and_are_complete(evidence: Evidence) -> None:
    before = evidence.planes.copy()
    groups = partition_entities(evidence, RULES)
    assert sorted(i for group in groups for i in group) == list(range(len(evidence.barred)))
    assert not any(evidence.barred[i, j] for group in groups for i in group for j in group)
    assert np.array_equal(evidence.planes, before), "the evidence is not changed"
