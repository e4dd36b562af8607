"""The drawing of a picture: every thing and tie in it, escaped, within what paper has room for."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from api.explore.shapes import Labels
from api.explore.shown import Shown
from api.explore.sketch import sketch, width_of
from graph.schema import NodeKind

LABELS = Labels(more=lambda count: f"+{count} more", band=lambda word: f"Linked: {word}")
HOSTILE = "</svg><script>alert('x')</script>&amp;\"'"


def node(name: str, kind: str = "Identity", **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "label": name, "detail": "", "is_hub": False, "degree": 0, **more}


def tie(source: str, target: str, **more: Any) -> dict[str, Any]:
    told = {"kind": "DROVE", "strength": 0.5, "certainty": "confirmed"}
    return {"id": f"{source}{target}", "source": source, "target": target, **told, **more}


def drawn(nodes: list[Any], edges: list[Any], spots: dict[str, Any] | None = None, *faded: str) -> ET.Element:
    found = Shown(nodes, edges, frozenset(faded))
    return ET.fromstring(str(sketch(found, nodes[0]["id"], spots or {}, "said", LABELS)))


def of(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("class") == name]


def test_every_kind_of_thing_has_its_shape_and_its_mark() -> None:
    kinds = ["Identity", "Vehicle", "Carrier", "Phone", "Address", "Port", "Event"]
    assert {*kinds} == {kind.value for kind in NodeKind if kind.value in kinds}
    root = drawn([node(kind, kind) for kind in kinds], [])
    texts = [one.text for one in root.iter("text")]
    assert {"Dr", "Tk", "Ca", "Ph", "Ad", "Po", "Ev"} <= set(texts)
    shapes = [one.tag for one in root.iter() if (one.get("class") or "") in {"g-driver", "g-event", "g-thing"}]
    assert shapes == ["circle", "rect", "polygon", "rect", "polygon", "polygon", "polygon"]
    assert len(of(root, "g-ring")) == 1, "the focus has a ring"
    assert root.get("aria-label") == "said"


def test_ties_differ_by_strength_certainty_and_period() -> None:
    nodes = [node("a"), node("b"), node("c")]
    root = drawn(
        nodes,
        [
            tie("a", "b"),
            tie("a", "b", certainty="possible", strength=0.06),
            tie("a", "c", certainty="drawn", strength=None, kind=""),
            tie("b", "c", certainty="declared"),
            tie("c", "a", kind="SUCCEEDS"),
        ],
        None,
        "ac",
    )
    lines = of(root, "g-line")
    assert [(one.get("stroke-width"), one.get("stroke-dasharray")) for one in lines] == [
        ("5", None),
        ("3", "6 4"),
        ("1.5", "2 3"),
        ("1.5", None),  # the pencil beside what a person drew
        ("5", None),
        ("8", None),
    ]
    bent = {one.get("d") for one in lines if "Q" in str(one.get("d"))}
    assert len(bent) == 5, "several between the same two do not lie on each other"
    assert [one.get("opacity") for one in root.iter("g")].count("0.25") == 1
    assert (len(of(root, "g-gap")), len(of(root, "g-arrow"))) == (1, 1)
    assert [width_of(one) for one in (None, 0.0499, 0.05, 0.1999, 0.2)] == [1.5, 1.5, 3, 3, 5]


def test_text_in_it_is_escaped_and_cut_and_says_how_many_share_a_thing() -> None:
    label = [node(HOSTILE, label=HOSTILE), node("p", "Phone", label="x" * 60, is_hub=True, degree=240, band="look")]
    text = str(sketch(Shown(label, [], frozenset()), HOSTILE, {}, HOSTILE, LABELS))
    assert text.count("<svg") == text.count("</svg>") == 1
    assert "<script" not in text
    words = [one.text or "" for one in ET.fromstring(text).iter("text")]
    assert "+240 more" in words
    assert "Linked: look" in words
    assert max(map(len, words)) <= 15
    assert "".join(words).count("x") == 24 + len(re.findall("x", HOSTILE[:24]))


@pytest.mark.parametrize("far", [0, 1, 5_000, 1e308])
def test_it_fits_on_paper_wherever_things_were_dragged(far: float) -> None:
    nodes = [node(name) for name in "abcd"]
    spots = {"a": {"x": -far, "y": 0}, "b": {"x": far, "y": far}, "c": {"x": 3, "y": -far}}
    root = drawn(nodes, [tie("a", "d")], spots)
    assert float(root.get("width", "")) <= 800 + 140
    assert float(root.get("height", "")) <= 960 + 105
    start, top, wide, high = map(float, root.get("viewBox", "").split())
    for ring in of(root, "g-driver"):
        assert start <= float(ring.get("cx", "")) <= start + wide
        assert top <= float(ring.get("cy", "")) <= top + high


def test_what_has_no_place_stands_around_the_rest() -> None:
    root = drawn([node(name) for name in "abcdef"], [], {"a": {"x": 0, "y": 0}})
    places = {(one.get("cx"), one.get("cy")) for one in of(root, "g-driver")}
    assert len(places) == 6
