from __future__ import annotations

import numpy as np
import pytest

from linkage.training.em import Sample
from linkage.training.learn import Evidence, learn
from linkage.training.parameters import first_guess, table_of
from linkage.training.patterns import Patterns
from linkage.training.u import Agreement, equal_pairs, exact_u, random_pairs, with_exact, without_matches


def _population(people: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two records a person: entity of each record, and its columns licence, surname, birth date, given name."""
    generator = np.random.default_rng(seed)
    ranges = (4_000_000, 400, 12_000, 300)  # values that exist
    skew = (1.0, 3.0, 1.0, 2.5)  # names are few and common, the others even
    entity = np.repeat(np.arange(people), 2)
    own = np.column_stack(
        [(span * generator.random(people) ** power).astype(np.int64) for span, power in zip(ranges, skew, strict=True)]
    )
    records = own[entity]
    wrong = generator.random(records.shape) < 0.08
    fresh = np.column_stack([generator.integers(0, span, len(records)) for span in ranges])
    return entity, np.where(wrong, fresh, records)


def _all_levels(records: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.where(records[left] == records[right], 1, 2).astype(np.int8)


def test_u_without_matches_is_nearer_the_truth_than_u_with_them() -> None:
    """The whole loop, no labels: fit, take the expected matches out, fit again."""
    entity, records = _population(1000, seed=11)
    left, right = np.triu_indices(len(records), 1)
    levels = _all_levels(records, left, right)
    other = entity[left] != entity[right]
    truth = (levels[other] == 1).mean(axis=0)
    # Truth over many more pairs for the licence, which agrees by chance once in four million.
    truth[0] = max(truth[0], 1 / 4_000_000)
    agreements = [equal_pairs(column) for column in records.T]
    naive = np.array([found.agreeing / found.pairs for found in agreements])

    patterns = Patterns.of(levels, (3, 3, 3, 3))
    evidence = Evidence([Sample(patterns)], patterns, patterns, agreements, patterns.pairs)
    found = learn(evidence, first_guess(patterns, 1e-3))
    u = np.array([table[1] for table in found.parameters.u])
    assert found.settled
    before, after = np.abs(np.log2(naive / truth)), np.abs(np.log2(u / truth))
    assert found.matches == pytest.approx(1000, rel=0.03)
    assert before[0] > 9, "a plain count makes the licence's u hundreds of times too large"
    assert after[0] < before[0] / 2
    assert (after <= before + 0.01).all()
    assert (after[1:] < 0.1).all()


def test_random_pairs_corrected_for_matches_are_nearer_the_truth() -> None:
    entity, records = _population(1000, seed=12)
    sample_size = 400_000
    left, right = random_pairs(len(records), sample_size, seed=1)
    levels = _all_levels(records, left, right)
    other = entity[left] != entity[right]
    share = 1000 / (2000 * 1999 / 2)
    for attribute in (1, 2, 3):
        counts = np.bincount(levels[:, attribute], minlength=3).astype(float)
        truth = (levels[other, attribute] == 1).mean()
        matches = sample_size * share * table_of([0.85, 0.15])
        corrected = without_matches(counts, matches)
        assert abs(np.log2(corrected[1] / truth)) < abs(np.log2(counts[1] / counts[1:].sum() / truth))


def test_frequencies_count_the_pairs_that_a_loop_counts() -> None:
    codes = np.array([0, 0, 0, 1, 1, 2, -1, -1])
    assert equal_pairs(codes) == Agreement(3 + 1, 15)
    assert equal_pairs(codes, np.array([0, 1, 1, 7, -1])) == Agreement(3 * 1 + 2 * 2, 24)


def test_no_agreement_left_still_is_a_chance() -> None:
    assert exact_u(Agreement(90, 10_000), 90, 100) == pytest.approx(1 / 9900)
    assert exact_u(Agreement(80, 10_000), 90, 100) == pytest.approx(1 / 9900)
    assert exact_u(Agreement(190, 10_000), 90, 100) == pytest.approx(100 / 9900)


def test_a_known_level_leaves_the_rest_in_proportion() -> None:
    found = with_exact(table_of([0.2, 0.2, 0.6]), 1, 0.001)
    assert found == pytest.approx([1.0, 0.001, 0.24975, 0.74925])
    assert found[1:].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("records", "others"), [(7, None), (5, 4)])
def test_every_pair_comes_once_when_all_are_asked_for(records: int, others: int | None) -> None:
    left, right = random_pairs(records, 10_000, seed=1, others=others)
    found = list(zip(left.tolist(), right.tolist(), strict=True))
    every = [(i, j) for i in range(records) for j in range(others if others is not None else i)]
    assert sorted(found) == every


def test_random_pairs_are_distinct_and_as_the_seed_says() -> None:
    left, right = random_pairs(100_003, 5000, seed=3)
    assert len(left) == 5000
    assert (right < left).all()
    assert left.max() < 100_003
    assert right.min() >= 0
    assert len({*zip(left.tolist(), right.tolist(), strict=True)}) == 5000
    assert (random_pairs(100_003, 5000, seed=3)[0] == left).all()
    assert (random_pairs(100_003, 5000, seed=4)[0] != left).any()
    # Evenly spread: the larger of two positions is two thirds up on average.
    assert left.mean() / 100_003 == pytest.approx(2 / 3, abs=0.02)


def test_positions_far_up_are_exact() -> None:
    """The last pairs of many records, where a root of a float goes wrong first."""
    records = 90_000_000
    total = records * (records - 1) // 2
    left, right = random_pairs(records, 1000, seed=1)
    assert ((left * (left - 1) // 2 + right) < total).all()
    assert ((right >= 0) & (right < left)).all()
