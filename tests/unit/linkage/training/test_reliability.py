from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from linkage.errors import TrainingError
from linkage.training.reliability import reliability, wilson


def test_wilson_is_the_published_interval() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_wilson_covers_about_as_often_as_it_says() -> None:
    for share in (0.03, 0.2, 0.5, 0.95):
        hits = np.arange(101)
        ends = np.array([wilson(k, 100) for k in hits])
        covered = (ends[:, 0] <= share) & (share <= ends[:, 1])
        assert 0.92 < binom.pmf(hits[covered], 100, share).sum() < 0.98


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(7, 7)[1] == 1.0


def test_probabilities_that_are_true_are_found_calibrated() -> None:
    generator = np.random.default_rng(1)
    probability = generator.random(40_000)
    is_match = generator.random(40_000) < probability
    found = reliability(probability, is_match)
    assert found.expected_error < 0.01
    assert found.calibration < 1e-4
    assert all(b.lower - 0.02 < b.predicted < b.upper + 0.02 for b in found.bins)
    assert sum(b.pairs for b in found.bins) == 40_000
    wrong = reliability(np.sqrt(probability), is_match)
    assert wrong.expected_error > 0.1
    assert wrong.brier > found.brier


def test_the_parts_of_the_brier_score_add_up() -> None:
    """`within` against its own formula: twice the covariance inside bins from the variance inside bins."""
    generator = np.random.default_rng(2)
    probability = generator.random(500) ** 3
    is_match = generator.random(500) < probability**0.7
    share = generator.random(500) + 0.5
    found = reliability(probability, is_match, share)
    share = share / share.sum()
    place = np.minimum((probability * 10).astype(int), 9)
    mean_p, mean_y = (
        np.array([np.average(x[place == b], weights=share[place == b]) for b in range(10)])[place]
        for x in (probability, is_match)
    )
    within = share @ ((probability - mean_p) ** 2 - 2 * (probability - mean_p) * (is_match - mean_y))
    assert found.within == pytest.approx(within)
    assert found.brier == pytest.approx(share @ (probability - is_match) ** 2)
    assert found.brier == pytest.approx(found.calibration - found.resolution + found.uncertainty + found.within)


def test_a_pair_that_stands_for_many_counts_as_many() -> None:
    probability = np.array([0.95, 0.95, 0.05])
    is_match = np.array([True, False, False])
    found = reliability(probability, is_match, np.array([1.0, 3.0, 6.0]))
    assert [b.weight for b in found.bins] == pytest.approx([0.6, 0.4])
    assert found.bins[1].observed == pytest.approx(0.25)
    assert found.bins[1].high == 1.0


def test_no_judged_pair_is_refused() -> None:
    with pytest.raises(TrainingError):
        reliability(np.array([]), np.array([], dtype=bool))
