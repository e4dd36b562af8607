from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from linkage.errors import TrainingError
from linkage.training.em import Options, PairClass, Sample, fit, fit_samples, floored
from linkage.training.parameters import Parameters, first_guess, table_of
from linkage.training.patterns import Patterns

M = [[0.9, 0.06, 0.04], [0.8, 0.2], [0.95, 0.05], [0.7, 0.2, 0.1]]
U = [[0.01, 0.04, 0.95], [0.1, 0.9], [0.02, 0.98], [0.05, 0.15, 0.8]]
SIZES = (4, 3, 3, 4)


def _pairs(draw: Callable[..., np.ndarray], missing: float = 0.0) -> np.ndarray:
    return np.concatenate([draw(4000, M, 1, missing), draw(36000, U, 2, missing)])


def _furthest(table: tuple[np.ndarray, ...], truth: list[list[float]]) -> float:
    return max(float(np.abs(found[1:] - known).max()) for found, known in zip(table, truth, strict=True))


def test_known_shares_are_found_again(draw: Callable[..., np.ndarray]) -> None:
    patterns = Patterns.of(_pairs(draw), SIZES)
    found = fit(
        patterns, first_guess(patterns, 0.05), Options(estimated=frozenset({PairClass.MATCH, PairClass.RANDOM}))
    )
    assert found.converged
    assert _furthest(found.parameters.m, M) < 0.02
    assert _furthest(found.parameters.u, U) < 0.01
    assert found.parameters.prior == pytest.approx(0.1, abs=0.004)


def test_missing_values_do_not_bend_the_shares(draw: Callable[..., np.ndarray]) -> None:
    patterns = Patterns.of(_pairs(draw, missing=0.3), SIZES)
    known = tuple(table_of(shares) for shares in U)
    found = fit(patterns, first_guess(patterns, 0.05, known))
    assert _furthest(found.parameters.m, M) < 0.03
    assert found.parameters.prior == pytest.approx(0.1, abs=0.01)
    assert found.present == pytest.approx([0.7 * found.matches] * 4, rel=0.05)


def test_a_fixed_u_stays_as_it_came(draw: Callable[..., np.ndarray]) -> None:
    patterns = Patterns.of(_pairs(draw), SIZES)
    rare = tuple(table_of([1e-9, *shares[1:]]) for shares in U)
    found = fit(patterns, first_guess(patterns, 0.05, rare))
    assert all((a == b).all() for a, b in zip(found.parameters.u, rare, strict=True))


def test_each_rule_leaves_out_what_it_blocked_on(draw: Callable[..., np.ndarray]) -> None:
    """Two samples, each with one attribute that always agrees, give m of both attributes."""
    levels = _pairs(draw)
    is_match = np.arange(len(levels)) < 4000
    first = levels[levels[:, 0] == 1]
    second = levels[levels[:, 2] == 1]
    samples = [
        Sample(Patterns.of(first, SIZES).without([0])),
        Sample(Patterns.of(second, SIZES).without([2])),
    ]
    known = tuple(table_of(shares) for shares in U)
    found = fit_samples(samples, first_guess(samples[0].patterns, 0.5, known))
    assert _furthest(found.parameters.m, M) < 0.03
    assert found.priors[0] == pytest.approx(is_match[levels[:, 0] == 1].mean(), abs=0.02)
    assert found.priors[1] == pytest.approx(is_match[levels[:, 2] == 1].mean(), abs=0.02)
    naive = fit_samples([Sample(Patterns.of(first, SIZES))], first_guess(samples[0].patterns, 0.5, known))
    assert _furthest(naive.parameters.m, M) > 0.08


def test_an_attribute_without_information_keeps_what_it_had(draw: Callable[..., np.ndarray]) -> None:
    patterns = Patterns.of(_pairs(draw), SIZES).without([1])
    start = first_guess(patterns, 0.05)
    found = fit(patterns, start)
    assert (found.parameters.m[1] == start.m[1]).all()
    assert found.present[1] == 0.0


def test_judged_pairs_right_what_pairs_alone_get_wrong(draw: Callable[..., np.ndarray]) -> None:
    """Two attributes cannot tell two classes; judged pairs, chosen by their look, can."""
    tables = [[0.9, 0.1], [0.6, 0.4]], [[0.3, 0.7], [0.2, 0.8]]
    levels = np.concatenate([draw(12000, tables[0], 3), draw(36000, tables[1], 4)])
    is_match = np.arange(len(levels)) < 12000
    patterns = Patterns.of(levels, (3, 3))
    # Half of the pairs that look like matches are judged, but only a tenth of the others.
    chance = np.where((levels == 1).all(axis=1), 0.5, 0.1)
    judged = np.random.default_rng(5).random(len(levels)) < chance
    sample = Sample(patterns, patterns.count(levels[judged & is_match]), patterns.count(levels[judged & ~is_match]))
    start = first_guess(patterns, 0.1)
    free = Options(estimated=frozenset({PairClass.MATCH, PairClass.RANDOM}))
    alone = fit(patterns, start, free)
    found = fit_samples([sample], start, free)
    assert _furthest(found.parameters.m, tables[0]) < 0.03
    assert found.parameters.prior == pytest.approx(0.25, abs=0.02)
    assert _furthest(alone.parameters.m, tables[0]) > 0.08
    judged_alone = [(levels[judged & is_match] == 1).mean(axis=0)[0], tables[0][0][0]]
    assert judged_alone[0] - judged_alone[1] > 0.04, "what was judged is no fair sample of the matches"


def test_more_judged_pairs_than_pairs_are_refused() -> None:
    patterns = Patterns.of(np.array([[1], [2]], dtype=np.int8), (3,))
    with pytest.raises(TrainingError, match="judged"):
        fit_samples([Sample(patterns, np.array([2.0, 0.0]))], first_guess(patterns, 0.5))


def test_a_start_of_zero_is_refused() -> None:
    patterns = Patterns.of(np.array([[1], [2]], dtype=np.int8), (3,))
    start = Parameters((table_of([1.0, 0.0]),), (table_of([0.5, 0.5]),), 0.5)
    with pytest.raises(TrainingError, match="above 0"):
        fit(patterns, start)


def test_households_are_a_class_of_their_own(draw: Callable[..., np.ndarray]) -> None:
    """Names of a family and its address agree together; with two classes they pass for matches, with three not."""
    # given name, surname, birth date, address, identifier
    match = [[0.92, 0.08], [0.93, 0.07], [0.96, 0.04], [0.6, 0.4], [0.9, 0.1]]
    random = [[0.02, 0.98], [0.01, 0.99], [0.001, 0.999], [0.002, 0.998], [0.0001, 0.9999]]
    family = [[0.05, 0.95], [0.9, 0.1], [0.01, 0.99], [0.85, 0.15], [0.0005, 0.9995]]
    levels = np.concatenate([draw(3000, match, 6), draw(40000, random, 7), draw(5000, family, 8)])
    patterns = Patterns.of(levels, (3,) * 5)
    u = tuple(table_of(shares) for shares in random)
    guess = first_guess(patterns, 0.05, u)
    start = Parameters(
        m=guess.m,
        u=u,
        prior=0.05,
        household=tuple(table_of(shares) for shares in ([0.1, 0.9], [0.8, 0.2], [0.1, 0.9], [0.8, 0.2], [0.1, 0.9])),
        household_share=0.05,
    )
    found = fit(patterns, start, Options(estimated=frozenset({PairClass.MATCH, PairClass.HOUSEHOLD})))
    assert found.parameters.household is not None
    assert _furthest(found.parameters.m, match) < 0.03
    assert _furthest(found.parameters.household, family) < 0.03
    assert found.parameters.household_share == pytest.approx(5000 / 48000, abs=0.005)
    siblings = np.array([[2, 1, 2, 1, 0]], dtype=np.int8)
    assert found.parameters.weight(siblings)[0] < -5
    assert fit(patterns, guess).parameters.weight(siblings)[0] > 0


def test_a_floor_is_a_maximum_under_the_floor() -> None:
    shares = floored(np.array([90.0, 9.0, 1.0, 0.0]), 0.02)
    assert shares == pytest.approx([0.96 * 90 / 99, 0.96 * 9 / 99, 0.02, 0.02])
    assert floored(np.array([3.0, 1.0]), 1e-6) == pytest.approx([0.75, 0.25])


def test_smoothing_keeps_a_level_nobody_met_from_ruling(draw: Callable[..., np.ndarray]) -> None:
    patterns = Patterns.of(np.concatenate([draw(50, [[1.0, 0.0], [0.9, 0.1]], 1), draw(500, U[1:3], 2)]), (3, 3))
    hard = fit(patterns, first_guess(patterns, 0.1))
    soft = fit(patterns, first_guess(patterns, 0.1), Options(smoothing=0.5))
    assert soft.parameters.m[0][2] > hard.parameters.m[0][2]
