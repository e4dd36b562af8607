"""The map of the ports: every port once, in words too, marks that can be met, and nothing but text from the data."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from api.port_map import NOTHING, READINGS, MappedPort, mapped_ports
from api.web.texts import load_catalogue
from api.web.views.map_labels import Room
from api.web.views.map_marks import Mark, spread
from api.web.views.port_map import PortMap, port_map
from api.web.views.port_marks import SHAPES, told
from eligibility.ports.places import load_places

T = load_catalogue()
LAREDO = MappedPort("2304", "Laredo", "Texas", "riskier", has_signal=True, crossings=900, trucks=10_000)


def every_port() -> list[MappedPort]:
    return [
        MappedPort(code, place.name, place.state, "cannot_tell", has_signal=False, crossings=1, trucks=1)
        for code, place in load_places().items()
    ]


def pictures(drawn: PortMap) -> str:
    return "".join(part["picture"] for part in drawn.parts)


def a_row(code: str, **more: Any) -> dict[str, Any]:
    return {"port_code": code, "port_name": None, "verdict": None, "volume": {"trucks": None}} | more


def test_every_known_place_is_a_link_on_the_map_once_and_a_row_of_the_table() -> None:
    drawn = port_map(every_port(), T)
    codes = re.findall(r'href="/ports/(\d{4})"', pictures(drawn))
    assert len(codes) == len(load_places()) > 100
    assert sorted(codes) == sorted(load_places())
    assert sorted(port.code for _, port in drawn.rows) == sorted(codes)
    assert drawn.unplaced == []


def test_a_port_without_a_place_is_named_beside_the_map() -> None:
    stranger = replace(LAREDO, code="9999", name="Nowhere", state="")
    drawn = port_map([LAREDO, stranger], T)
    assert drawn.unplaced == [stranger]
    assert "9999" not in pictures(drawn)
    assert told(stranger, T) == "Nowhere: Higher in FAST; has a signal"


def test_a_mark_says_in_words_what_its_shape_shows() -> None:
    shown = pictures(port_map([LAREDO], T))
    assert 'aria-label="Laredo, Texas: Higher in FAST; has a signal"' in shown
    assert SHAPES["riskier"] in shown
    assert 'class="ring"' in shown
    plain = pictures(port_map([replace(LAREDO, reading="cannot_tell", has_signal=False)], T))
    assert 'aria-label="Laredo, Texas: Cannot tell"' in plain
    assert SHAPES["riskier"] not in plain
    assert 'class="ring"' not in plain


def test_no_two_readings_have_the_same_shape() -> None:
    assert set(SHAPES) == set(READINGS)
    assert len(set(SHAPES.values())) == len(READINGS)


def test_the_legend_counts_the_ports_of_each_reading() -> None:
    ports = [LAREDO, replace(LAREDO, code="2305", has_signal=False), replace(LAREDO, code="2402", reading=NOTHING)]
    counted = {str(word): count for _, word, count in port_map(ports, T).legend}
    assert counted["Higher in FAST"] == 2
    assert counted["no crossings of ours"] == 1
    assert counted["has a signal"] == 2
    assert counted["Cannot tell"] == 0


def test_a_name_from_the_data_is_text() -> None:
    shown = pictures(port_map([replace(LAREDO, name='"><script>alert(1)</script>')], T))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_pictures_have_no_style_attribute_and_name_nobody_elses_address() -> None:
    drawn = port_map(every_port(), T)
    assert "style=" not in drawn.overview + pictures(drawn)
    assert "http" not in drawn.overview + pictures(drawn)


@pytest.mark.parametrize("count", [2, 7, 20])
def test_marks_are_moved_apart_until_each_can_be_met_and_stay_in_the_picture(count: int) -> None:
    marks = [Mark(str(place), 190 + place % 3, 135 + place * 0.2) for place in range(count)]
    moved = spread(marks, 380, 270)
    shown = [(mark.shown_x, mark.shown_y) for mark in moved]
    assert min(math.dist(a, b) for at, a in enumerate(shown) for b in shown[at + 1 :]) >= 24
    assert all(0 < x < 380 and 0 < y < 270 for x, y in shown)
    assert [(mark.x, mark.y) for mark in moved] == [(mark.x, mark.y) for mark in marks]


def test_on_the_map_itself_no_mark_is_nearer_to_another_than_can_be_met() -> None:
    for part in port_map(every_port(), T).parts:
        spots = [(float(x), float(y)) for x, y in re.findall(r"translate\(([\d.]+) ([\d.]+)\)", part["picture"])]
        assert all(math.dist(a, b) >= 24 for at, a in enumerate(spots) for b in spots[at + 1 :]), part["anchor"]


def test_a_mark_that_has_room_stays_where_it_is() -> None:
    (mark,) = spread([Mark("1", 100, 100)], 380, 270)
    assert not mark.is_moved


def test_names_that_find_no_room_are_left_out_and_those_that_do_overlap_nothing() -> None:
    marks = [Mark(str(place), 40 + 26 * place, 135) for place in range(12)]
    lines = {mark.code: ("A rather long name",) for mark in marks}
    labels = Room(380, 270, marks, []).label(marks, lines)
    assert 0 < len(labels) < len(marks)
    assert Room(380, 270, marks, [(0, 0, 380, 270)]).label(marks, lines) == {}


def test_a_port_reads_as_the_comparison_says_and_without_crossings_says_so() -> None:
    side = {"crossings": 5}
    document = {
        "rows": [a_row("2304", fast=side, other=side, verdict="cannot tell"), a_row("0901", port_name="Niagara")],
        "signals": [{"port_code": "0901"}],
    }
    known, bare = mapped_ports(document)
    assert (known.name, known.state, known.reading, known.crossings) == ("Laredo", "Texas", "cannot_tell", 10)
    assert (bare.name, bare.reading, bare.has_signal, bare.crossings) == ("Niagara", NOTHING, True, 0)
    assert not known.has_signal


def test_every_place_lies_near_the_border_that_it_is_on() -> None:
    for code, place in load_places().items():
        assert place.border in {"CA", "MX"}, code
        low, high = (25.5, 33.0) if place.border == "MX" else (41.0, 70.0)
        assert low < place.latitude < high, code
        assert -150 < place.longitude < -66, code
