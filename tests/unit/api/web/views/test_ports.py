"""Ports as pictures: a scale on which equal ratios are equally far apart, and nothing that escapes it."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

from api.web.texts import load_catalogue
from api.web.views.ports import forest

EN = load_catalogue()


def a_row(value: float, low: float, high: float, name: str = "Port 1") -> dict[str, object]:
    return {"port_name": name, "port_code": "2304", "ratio": {"value": value, "low": low, "high": high}}


def places(svg: str) -> list[float]:
    return [float(found) for found in re.findall(r'<circle class="estimate" cx="([\d.]+)"', svg)]


def test_ratios_stand_on_a_logarithmic_scale_and_stay_within_it() -> None:
    rows = [a_row(value, value / 2, value * 2) for value in (0.5, 1, 2, 0.0001, 10_000)]
    svg = str(forest(EN, rows, {"ratio": None}))
    half, one, two, least, most = places(svg)
    assert math.isclose(one - half, two - one, abs_tol=0.11)
    ends = [float(found) for found in re.findall(r'x[12]="([\d.]+)"', svg)]
    assert least == min(ends)
    assert most == max(ends)


def test_a_name_is_escaped_and_cut_and_the_picture_is_well_formed() -> None:
    svg = str(forest(EN, [a_row(1, 0.5, 2, "<script>&\"'" * 9)], {"ratio": {"value": 1, "low": 0.9, "high": 1.1}}))
    root = ET.fromstring(svg)
    assert "<script" not in svg
    texts = [element.text or "" for element in root.iter() if element.tag == "text"]
    assert max(map(len, texts)) <= 28
    assert "All, by port" in texts


def test_no_ratio_is_no_picture() -> None:
    assert forest(EN, [{"port_name": "P", "port_code": "1", "ratio": None}], {"ratio": None}) == ""
