"""Paper has the colours of the light pages, and every class of a drawing has one."""

from __future__ import annotations

import re
from pathlib import Path

from api.report.pdf.tokens import DRAWN, LIGHT

ROOT = Path(__file__).resolve().parents[5]


def test_the_colours_are_those_of_the_light_pages() -> None:
    text = (ROOT / "web/src/styles/tokens.css").read_text("utf-8")
    pages = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}),", text))
    assert {name: pages[name] for name in LIGHT} == LIGHT


def test_every_class_of_a_drawing_is_known() -> None:
    drawn = "".join((ROOT / f"api/explore/{name}.py").read_text("utf-8") for name in ("sketch", "shapes"))
    legend = (ROOT / "api/web/templates/parts/legend.html").read_text("utf-8")
    assert set(re.findall(r"\bg-[a-z]+", drawn + legend)) == set(DRAWN)
