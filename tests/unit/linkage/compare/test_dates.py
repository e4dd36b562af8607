"""Birth-date levels."""

from __future__ import annotations

import numpy as np
import pytest

from linkage.compare.dates import DateLevel, compare_dates

L = DateLevel
NONE = (-1, -1, -1)


def _level(a: tuple[int, int, int], b: tuple[int, int, int], alt: tuple[int, int, int] = NONE) -> DateLevel:
    dates = np.array([a, b], dtype=np.int32)
    other = np.array([alt, NONE], dtype=np.int32)
    zero, one = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    forth = compare_dates(dates, other, zero, one)
    assert forth[0] == compare_dates(dates, other, one, zero)[0], "comparing is symmetric"
    return DateLevel(int(forth[0]))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((1980, 3, 14), (1980, 3, 14), L.EXACT),
        ((1980, 3, 1), (1980, 3, 1), L.EXACT_CLIPPED),
        ((1980, 3, 14), (1980, 3, -1), L.MONTH),
        ((1980, 3, 14), (1980, -1, -1), L.YEAR),
        ((1980, 3, -1), (1980, 3, -1), L.MONTH),
        ((1980, 3, 12), (1980, 12, 3), L.SWAPPED),
        ((1980, 3, 14), (1980, 3, 24), L.NEAR),
        ((1980, 3, 14), (1980, 3, 41), L.NEAR),
        ((1980, 3, 14), (1980, 1, 1), L.CLIPPED),
        ((1980, 3, 14), (1980, 3, 1), L.CLIPPED),
        ((1978, 3, 14), (1987, 3, 14), L.NEAR),
        ((1978, 3, 14), (1979, 3, 14), L.NEAR),
        ((1980, 3, 29), (1980, 3, 30), L.NEAR),
        ((1999, 3, 14), (2000, 3, 14), L.NEAR),
        ((1991, 3, 14), (2001, 3, 14), L.NEAR),
        ((1980, 3, 29), (1980, 3, 2), L.PART),
        ((1980, 3, 14), (1992, 3, 14), L.PART),
        ((1980, 1, 1), (1983, 1, 1), L.CONFLICT),
        ((1980, 3, 14), (1980, 5, 20), L.CONFLICT),
        ((1980, 3, 14), (1981, 5, 20), L.CONFLICT),
        ((1980, 3, 14), (1981, -1, -1), L.CONFLICT),
        ((1991, 8, 30), (1964, 2, 11), L.GENERATION),
        ((1980, 3, 14), NONE, L.MISSING),
    ],
)
def test_dates_get_their_level(a: tuple[int, int, int], b: tuple[int, int, int], expected: DateLevel) -> None:
    assert _level(a, b) == expected


def test_the_other_reading_of_an_unclear_date_counts() -> None:
    assert _level((1978, 12, 11), (1978, 11, 12)) == L.SWAPPED
    assert _level((1978, 12, 11), (1978, 11, 12), alt=(1978, 11, 12)) == L.EXACT
