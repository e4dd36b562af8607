"""Charts: they stay inside their frame, name what they show, and read as XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.report.charts import HEIGHT, WIDTH, Axis, Bar, Line, Mark, histogram, ladder, lines, top


def drawing(markup: str) -> ET.Element:
    found = ET.fromstring(markup).find("svg")
    assert found is not None
    return found


def test_a_chart_has_a_title_for_those_who_cannot_see_it_and_a_legend() -> None:
    two = [Line("precision", "a", [(0, 1), (1, 0.5)]), Line("recall", "b", [(0, 0.2), (1, 1)])]
    made = lines("By <threshold>", (Axis("bits", 0, 1), Axis("share", 0, 1)), two, [Mark(0.5, "same"), Mark(9, "far")])
    svg = drawing(made)
    assert svg.get("role") == "img"
    assert svg.findtext("title") == svg.get("aria-label") == "By <threshold>"
    texts = [text.text for text in svg.findall("text")]
    assert "same" in texts
    assert "far" not in texts
    assert "recall" in ET.tostring(ET.fromstring(made), "unicode")


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=12))
def test_bars_stand_on_one_another_and_stay_inside(segments: list[tuple[int, int]]) -> None:
    bars = [Bar(place, place + 1, pair) for place, pair in enumerate(segments)]
    axes = (Axis("x", 0, len(bars)), Axis("y", 0, top([sum(pair) for pair in segments])))
    svg = drawing(histogram("t", axes, bars, [("in", "a"), ("out", "b")]))
    drawn = [
        {name: float(rect.get(name) or 0) for name in ("x", "y", "width", "height")} for rect in svg.findall("rect")
    ]
    assert len(drawn) == sum(value > 0 for pair in segments for value in pair)
    assert all(
        r["x"] >= 0 and r["y"] >= 0 and r["x"] + r["width"] <= WIDTH and r["y"] + r["height"] <= HEIGHT for r in drawn
    )


def test_a_ladder_has_a_row_a_level_and_grows_with_them() -> None:
    rows = [("birth_date exact", (13.8, 5.5)), ("suffix conflict", (-30.0, None))]
    svg = drawing(ladder("Bits", rows, [("random", "a"), ("household", "b")]))
    assert len(svg.findall("rect")) == 3
    longer = drawing(ladder("Bits", rows * 10, [("random", "a"), ("household", "b")]))
    heights = [float((one.get("viewBox") or "").split()[3]) for one in (svg, longer)]
    assert heights[0] < heights[1]


@pytest.mark.parametrize(("values", "wanted"), [([7], 8), ([0], 1), ([], 1), ([2570], 3000), ([0.03], 0.03)])
def test_round_tops(values: list[float], wanted: float) -> None:
    assert top(values) == pytest.approx(wanted)
