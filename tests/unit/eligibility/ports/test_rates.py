"""Rates with intervals, what could have been seen, shrinkage and the control chart."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

from eligibility.ports.control import excess, u_chart
from eligibility.ports.power import Verdict, exams_needed, smallest_ratio, verdict
from eligibility.ports.rates import Interval, rate
from eligibility.ports.ratio import Ratio
from eligibility.ports.shrink import fit_spread, shrink


def test_nothing_found_in_500_still_allows_7_6_per_1000() -> None:
    wilson, exact = rate(0, 500), rate(0, 500, Interval.EXACT)
    assert wilson is not None
    assert exact is not None
    assert (wilson.per_1000, wilson.low, f"{wilson.high:.1f}") == (0.0, 0.0, "7.6")
    assert f"{exact.high:.2f}" == "7.35"  # 1 - 0.025 ** (1 / 500)


def test_the_exact_interval_is_that_of_clopper_and_pearson() -> None:
    found = rate(8, 4_000, Interval.EXACT)
    assert found is not None
    assert (f"{found.low:.3f}", f"{found.high:.3f}") == ("0.864", "3.937")


def test_nothing_examined_has_no_rate() -> None:
    assert rate(0, 0) is None


@pytest.mark.parametrize(("ratio", "exams"), [(1.5, 26_500), (2, 8_200), (3, 2_900)])
def test_examinations_needed_are_those_of_the_programme(ratio: float, exams: int) -> None:
    assert exams_needed(0.003, ratio) == pytest.approx(exams, abs=50)


def test_what_could_be_seen_is_what_the_examinations_are_needed_for() -> None:
    assert smallest_ratio(0.003, 8_168, 8_168) == pytest.approx(2, abs=0.001)
    assert smallest_ratio(0.003, 500, 50_000) > 2  # type: ignore[operator]


@pytest.mark.parametrize("given", [(0.0, 100, 100), (0.003, 0, 100), (0.003, 100, 0), (1e-6, 3, 3)])
def test_too_little_sees_nothing(given: tuple[float, int, int]) -> None:
    assert smallest_ratio(*given) is None


def test_no_difference_is_said_only_where_one_would_have_been_seen() -> None:
    unsure, above, below = Ratio(1.1, 0.8, 1.5, 0.1), Ratio(1.5, 1.1, 2.0, 0.1), Ratio(0.5, 0.3, 0.8, 0.1)
    assert verdict(unsure, 1.9) is Verdict.NONE_SHOWN
    assert verdict(unsure, 2.1) is Verdict.CANNOT_TELL
    assert verdict(unsure, None) is Verdict.CANNOT_TELL
    assert verdict(None, 1.2) is Verdict.CANNOT_TELL
    assert verdict(above, None) is Verdict.RISKIER
    assert verdict(below, 9.0) is Verdict.SAFER


def test_a_small_port_is_drawn_to_the_others_and_a_large_one_is_not() -> None:
    found, exams = np.array([60, 20, 45, 3, 0]), np.array([4_000, 3_000, 5_000, 50, 40])
    spread = fit_spread(found, exams)
    assert spread is not None
    small, large, unseen = shrink(3, 50, spread), shrink(60, 4_000, spread), shrink(0, 0, spread)
    mean = 1000 * spread.mean
    assert abs(small.per_1000 - mean) < abs(60 - mean) / 2  # its own rate is 60 per 1,000
    assert large.per_1000 == pytest.approx(15, rel=0.1)
    assert small.own_weight < 0.5 < large.own_weight
    assert unseen.per_1000 == pytest.approx(mean)
    assert small.low < small.per_1000 < small.high


def test_ports_that_are_alike_are_one_rate() -> None:
    spread = fit_spread(np.array([30, 60, 90]), np.array([1_000, 2_000, 3_000]))
    assert spread is not None
    assert shrink(0, 50, spread).per_1000 == pytest.approx(30, rel=0.02)


def test_the_spread_is_that_from_which_counts_were_drawn() -> None:
    rng = np.random.default_rng(5)
    exams = rng.integers(200, 4_000, 400)
    found = rng.poisson(rng.gamma(4.0, 0.01 / 4.0, 400) * exams)
    spread = fit_spread(found, exams)
    assert spread is not None
    assert spread.mean == pytest.approx(0.01, rel=0.1)
    assert spread.shape == pytest.approx(4, rel=0.3)


@pytest.mark.parametrize("given", [([], []), ([5], [100]), ([0, 0], [10, 20]), ([3, 0], [10, 0])])
def test_one_port_or_no_finding_has_no_spread(given: tuple[list[int], list[int]]) -> None:
    assert fit_spread(np.array(given[0], dtype=np.int64), np.array(given[1], dtype=np.int64)) is None


def test_limits_are_those_of_the_programme() -> None:
    quarters = [date(2025, month, 1) for month in (1, 4, 7, 10)]
    chart = u_chart([(day, found, 8_000) for day, found in zip(quarters, (24, 20, 13, 39), strict=True)])
    assert chart is not None
    assert chart.centre == pytest.approx(3)
    first = chart.points[0]
    assert (f"{first.lower:.2f}", f"{first.upper:.2f}") == ("1.16", "4.84")
    assert [point.is_outside for point in chart.points] == [False, False, False, True]


def test_a_quarter_without_examinations_is_no_point_and_no_zero() -> None:
    chart = u_chart([(date(2025, 1, 1), 4, 100), (date(2025, 4, 1), 0, 0)])
    assert chart is not None
    assert chart.points[1].rate is None
    assert not chart.points[1].is_outside
    assert u_chart([(date(2025, 1, 1), 0, 0)]) is None


def test_the_excess_is_the_sum_over_all_ways_that_findings_can_fall() -> None:
    found, exams = np.array([2, 1]), np.array([10, 30])
    others, other_exams = np.array([0, 1]), np.array([30, 30])
    chances = [0.25, 0.25, 0.5, 0.5]
    total = sum(
        float(np.prod([chance if here else 1 - chance for chance, here in zip(chances, fall, strict=True)]))
        for fall in product((0, 1), repeat=4)
        if sum(fall) >= 3
    )
    result = excess(found, exams, others, other_exams)
    assert result.p_value == pytest.approx(total)
    assert result.smallest == pytest.approx(0.25**2 * 0.5**2)


def test_a_stratum_where_nothing_was_examined_here_makes_no_alarm_possible() -> None:
    result = excess(np.array([1, 0]), np.array([10, 0]), np.array([0, 5]), np.array([10, 40]))
    assert (result.p_value, result.smallest) == (pytest.approx(0.5), 0.5)


def test_no_finding_is_no_excess() -> None:
    nothing = np.array([0])
    assert excess(nothing, np.array([10]), np.array([3]), np.array([10])).p_value == 1
    assert excess(nothing, nothing, nothing, nothing).p_value == 1
