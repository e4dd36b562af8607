"""Control charts: each quarter where its rate says, what lies outside by shape too, and gaps where nothing is known."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

from api.web.texts import load_catalogue
from api.web.views.control_chart import control_chart, outside_of
from eligibility.ports.control import u_chart

T = load_catalogue()


def a_chart(*counts: tuple[int, int]) -> dict[str, Any]:
    """Quarters from 2024 on with what was found among how many."""
    days = [date(2024 + place // 4, 1 + 3 * (place % 4), 1) for place in range(len(counts))]
    made = u_chart([(day, *count) for day, count in zip(days, counts, strict=True)])
    assert made is not None
    return made.document()


def heights(svg: str) -> list[float]:
    return [float(y) for y in re.findall(r'class="point" cx="[\d.]+" cy="([\d.]+)"', svg)]


def test_equal_steps_of_the_rate_are_equal_steps_of_height_and_more_is_higher() -> None:
    low, middle, high = heights(control_chart(a_chart((10, 1000), (20, 1000), (30, 1000)), "FAST", T))
    assert low > middle > high
    assert abs((low - middle) - (middle - high)) <= 0.2


def test_a_quarter_outside_has_another_shape_and_is_named() -> None:
    chart = a_chart(*[(10, 1000)] * 11, (40, 1000))
    svg = control_chart(chart, "FAST", T)
    assert svg.count('class="outside"') == 1
    assert svg.count('class="point"') == 11
    assert outside_of(chart["points"]) == ["2026Q4"]
    assert 'class="outside"' not in control_chart(a_chart((10, 1000), (11, 1000)), "FAST", T)


def test_a_quarter_without_examinations_is_a_gap_and_no_zero() -> None:
    svg = control_chart(a_chart((10, 1000), (12, 1000), (0, 0), (11, 1000)), "FAST", T)
    assert svg.count('class="point"') == 3
    assert svg.count('class="rate"') == 2
    assert svg.count('class="limits"') == 2


def test_wide_limits_do_not_press_the_rates_flat() -> None:
    svg = control_chart(a_chart((10, 1000), (20, 1000), (0, 1)), "FAST", T)
    first, second, _ = heights(svg)
    assert first - second > 40


def test_no_finds_at_all_is_a_flat_line_and_not_an_error() -> None:
    assert len(set(heights(control_chart(a_chart((0, 100), (0, 100)), "FAST", T)))) == 1


def test_the_picture_is_well_formed_says_what_it_is_and_escapes() -> None:
    svg = str(control_chart(a_chart((10, 1000), (20, 1000)), "<b>FAST</b>", T))
    root = ET.fromstring(svg)
    assert "<b>" not in svg
    assert "finds per 1,000" in root.attrib["aria-label"]
    assert [one.text for one in root.iter() if one.tag == "text" and one.get("class") == "year"] == ["2024"]
    assert "style" not in {name for element in root.iter() for name in element.attrib}
