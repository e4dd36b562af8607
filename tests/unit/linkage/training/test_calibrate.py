from __future__ import annotations

import numpy as np
import pytest

from linkage.errors import TrainingError
from linkage.training.calibrate import UNCALIBRATED, Calibration, Method, calibrate, isotonic, platt
from linkage.training.reliability import reliability

WEIGHTS = np.linspace(-70, 70, 500)


def _judged(count: int, seed: int, slope: float, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights whose log2 odds really are `slope * weight + shift`."""
    generator = np.random.default_rng(seed)
    weight = generator.normal(0, 6, count)
    chance = 1 / (1 + np.exp2(-(slope * weight + shift)))
    return weight, generator.random(count) < chance


def test_without_labels_a_weight_is_taken_at_its_word_and_says_so() -> None:
    assert UNCALIBRATED.probability(np.array([0.0, 3.0])) == pytest.approx([0.5, 8 / 9])
    one_kind = calibrate(np.array([1.0, 2.0]), np.array([True, True]))
    assert one_kind.method is Method.UNCALIBRATED
    assert calibrate(np.array([]), np.array([], dtype=bool)).method.value == "uncalibrated"


def test_the_number_of_labels_chooses_the_method() -> None:
    assert calibrate(*_judged(400, 1, 1.0, 0.0)).method is Method.PLATT
    assert calibrate(*_judged(1000, 1, 1.0, 0.0)).method is Method.ISOTONIC


@pytest.mark.parametrize("method", [platt, isotonic])
def test_boastful_weights_are_brought_down(method: object) -> None:
    """Weights three times too large: dependent attributes counted as independent."""
    assert callable(method)
    weight, is_match = _judged(4000, 2, 0.33, -1.0)
    fresh, truth = _judged(20_000, 3, 0.33, -1.0)
    found = method(weight, is_match)
    before = reliability(UNCALIBRATED.probability(fresh), truth)
    after = reliability(found.probability(fresh), truth)
    assert before.expected_error > 0.1
    assert after.expected_error < 0.02
    assert after.brier < before.brier


@pytest.mark.parametrize("method", [platt, isotonic])
def test_a_heavier_pair_is_never_less_likely(method: object) -> None:
    assert callable(method)
    found = method(*_judged(300, 4, 0.5, 1.0))
    probability = found.probability(WEIGHTS)
    assert (np.diff(probability) >= 0).all()
    assert (probability > 0).all()
    assert (probability < 1).all()


def test_platt_finds_the_line_again_and_with_few_labels_stays_near_the_model() -> None:
    many = platt(*_judged(20_000, 5, 0.5, 2.0))
    assert many.slope == pytest.approx(0.5, abs=0.03)
    assert many.intercept == pytest.approx(2.0, abs=0.15)
    few = platt(np.array([-3.0, 3.0]), np.array([False, True]))
    assert few.slope == pytest.approx(1.0, abs=0.15)
    # Two classes that a line parts completely do not drive it to infinity.
    parted = platt(np.array([-9.0, -8.0, 8.0, 9.0]), np.array([False, False, True, True]))
    assert 0.9 < parted.slope < 1.5


def test_a_step_without_a_miss_is_not_certain() -> None:
    found = isotonic(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([False, False, True, True]))
    assert found.probability(np.array([-5.0, 5.0])) == pytest.approx([0.5 / 3, 2.5 / 3])


def test_pairs_of_one_weight_get_one_probability() -> None:
    found = isotonic(np.array([1.0, 1.0, 1.0, 1.0, 4.0]), np.array([True, False, False, True, True]))
    assert found.probability(np.array([1.0]))[0] == pytest.approx(0.5)


def test_pairs_that_stand_for_many_undo_an_uneven_choice() -> None:
    """One label in twenty of the misses, every one of the matches: without weights far too hopeful."""
    weight, is_match = _judged(60_000, 6, 1.0, -4.0)
    kept = is_match | (np.random.default_rng(7).random(len(weight)) < 0.05)
    stands_for = np.where(is_match, 1.0, 20.0)[kept]
    even = platt(weight[kept], is_match[kept], stands_for)
    uneven = platt(weight[kept], is_match[kept])
    assert even.intercept == pytest.approx(-4.0, abs=0.3)
    assert uneven.intercept > -1.0


def test_labels_that_contradict_the_weights_are_refused() -> None:
    weight, is_match = _judged(2000, 8, 1.0, 0.0)
    with pytest.raises(TrainingError, match="check the labels"):
        platt(-weight, is_match)
    with pytest.raises(TrainingError):
        platt(np.array([]), np.array([], dtype=bool))


def test_a_calibration_is_plain_numbers() -> None:
    found = isotonic(*_judged(200, 9, 1.0, 0.0))
    again = Calibration(found.method, found.labels, found.slope, found.intercept, found.weights, found.log_odds)
    assert (again.probability(WEIGHTS) == found.probability(WEIGHTS)).all()
