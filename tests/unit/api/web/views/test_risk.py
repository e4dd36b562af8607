"""The page of linked risk shows what weighs most, and loses nothing of what the rest adds up to."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from api.web.views.risk import LEAST, SHOWN, lines_of, weighty

POINTS = st.lists(st.floats(0, 5), max_size=3 * SHOWN).map(lambda points: sorted(points, reverse=True))


@given(POINTS)
def test_the_lines_and_the_rest_add_up_to_all(points: list[float]) -> None:
    items = [{"points": value} for value in points]
    lines = lines_of(items, is_whole=False)
    assert [item["points"] for item in lines.shown] == points[: len(lines.shown)]
    assert len(lines.shown) + lines.left_out == len(items)
    assert math.isclose(
        math.fsum(item["points"] for item in lines.shown) + lines.points, math.fsum(points), abs_tol=1e-9
    )
    assert len(lines.shown) <= SHOWN + 1
    assert lines.left_out != 1, "a line that stands for one line hides it for nothing"
    assert lines_of(items, is_whole=True).left_out == 0


@given(POINTS)
def test_possible_links_that_change_a_digit_are_written_out(more: list[float]) -> None:
    lines = weighty([{"more": value} for value in more])
    assert len(lines.shown) + lines.left_out == len(more)
    assert all(f"{item['more']:.3f}" != "0.000" for item in lines.shown)
    assert lines.left_out == sum(value < LEAST for value in more)
