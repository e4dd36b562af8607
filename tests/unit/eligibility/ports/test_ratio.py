"""The worked example of section 7 of the programme's facts, to its printed digits, and the edges of the estimates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.ports.cells import count_cells
from eligibility.ports.ratio import PAIRED, crude_ratio, homogeneity, paired, pooled_ratio

Build = Callable[..., pl.DataFrame]
WORKED = (("1", 8, 4_000, 90, 60_000), ("2", 180, 30_000, 70, 10_000))


def printed(ratio: Any) -> str:
    return f"{ratio.value:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"


def test_the_worked_example_looks_bad_without_strata(pairs: Build) -> None:
    assert printed(crude_ratio(pairs(*WORKED))) == "2.42 (1.96-2.99)"


def test_the_worked_example_shows_no_effect_within_ports(pairs: Build) -> None:
    ratio = pooled_ratio(pairs(*WORKED))
    assert printed(ratio) == "0.90 (0.70-1.17)"
    assert ratio is not None
    assert ratio.strata == 2


def test_the_ports_of_the_worked_example_agree(pairs: Build) -> None:
    test = homogeneity(pairs(*WORKED), "port_code")
    assert test is not None
    assert (f"{test.q:.2f}", test.df, test.left_out) == ("1.25", 1, 0)
    assert 0.26 < test.p_value < 0.27


def test_one_stratum_is_the_crude_ratio(pairs: Build) -> None:
    one = pairs(WORKED[0])
    crude, pooled = crude_ratio(one), pooled_ratio(one)
    assert crude is not None
    assert pooled is not None
    assert pooled.value == pytest.approx(crude.value)
    assert pooled.log_variance == pytest.approx(1 / 8 + 1 / 90)  # of rates; that of the crude ratio is of proportions


def test_strata_examined_on_one_side_only_say_nothing(pairs: Build) -> None:
    more = pairs(*WORKED, ("3", 0, 0, 500, 1_000), ("4", 500, 1_000, 0, 0))
    assert printed(pooled_ratio(more)) == "0.90 (0.70-1.17)"
    test = homogeneity(more, "port_code")
    assert test is not None
    assert (test.df, test.left_out) == (1, 2)


@pytest.mark.parametrize("row", [("1", 0, 100, 5, 100), ("1", 5, 100, 0, 100), ("1", 0, 0, 0, 0), ("1", 3, 40, 0, 0)])
def test_without_a_finding_on_both_sides_there_is_no_ratio(pairs: Build, row: tuple[Any, ...]) -> None:
    assert crude_ratio(pairs(row)) is None
    assert pooled_ratio(pairs(row)) is None
    assert homogeneity(pairs(row), "port_code") is None


def test_no_strata_at_all_have_no_ratio() -> None:
    assert pooled_ratio(PAIRED.empty()) is None
    assert crude_ratio(PAIRED.empty()) is None


def test_ports_that_differ_are_told_apart(pairs: Build) -> None:
    test = homogeneity(pairs(("1", 60, 1_000, 20, 1_000), ("2", 20, 1_000, 60, 1_000)), "port_code")
    assert test is not None
    assert test.p_value < 1e-6


@given(
    st.lists(
        st.tuples(*[st.tuples(st.integers(1, 40), st.integers(50, 5_000))] * 2),
        min_size=1,
        max_size=6,
    )
)
def test_changing_the_sides_turns_the_ratio_over(rows: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    def table(turned: bool) -> pl.DataFrame:
        sides = [(b, a) if turned else (a, b) for a, b in rows]
        return PAIRED.conform(
            pl.DataFrame(
                [
                    {"port_code": str(n), "quarter": date(2026, 1, 1), "fast_found": a[0], "fast_exams": a[1]}
                    | {"other_found": b[0], "other_exams": b[1]}
                    for n, (a, b) in enumerate(sides)
                ]
            )
        )

    one, other = pooled_ratio(table(turned=False)), pooled_ratio(table(turned=True))
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(1 / other.value)
    assert one.log_variance == pytest.approx(other.log_variance)
    assert one.low < one.value < one.high


def test_strata_hold_what_was_examined_at_random_in_each_lane(crossings: Build) -> None:
    rows = crossings(
        {"result": "narcotics"},
        {},
        {"is_fast": False},
        {"is_fast": False, "exam": "targeted", "result": "cash"},
        {"is_laden": False, "is_fast": False, "result": "cash"},
    )
    found = paired(count_cells(rows).cells)
    assert found.select("load", "fast_found", "fast_exams", "other_found", "other_exams").rows() == [
        ("empty", 0, 0, 1, 1),
        ("laden", 1, 2, 0, 1),
    ]


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), max_size=6))
def test_whatever_was_counted_gives_a_ratio_with_an_interval_or_none(rows: list[tuple[int, int, int, int]]) -> None:
    """Empty, all-found, equal and one-sided strata: no warning of a library either, for warnings are errors here."""
    made = [
        {"port_code": str(n), "quarter": date(2026, 1, 1), "fast_found": min(a, n1), "fast_exams": n1}
        | {"other_found": min(b, n0), "other_exams": n0}
        for n, (a, n1, b, n0) in enumerate(rows)
    ]
    table = PAIRED.conform(pl.DataFrame(made, schema={"port_code": pl.String} if not made else None))
    for ratio in (crude_ratio(table), pooled_ratio(table)):
        assert ratio is None or 0 < ratio.low <= ratio.value <= ratio.high
    test = homogeneity(table, "port_code")
    assert test is None or (test.df >= 1 and test.q >= -1e-9 and 0 <= test.p_value <= 1)
