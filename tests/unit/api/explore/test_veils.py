"""Phones are named by a cipher on the way to a browser, and known again on the way back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.explore.veils import Veils

KEY, OTHER = bytes(range(32)), bytes(32)
VEILS = Veils.of_key(KEY)


@given(number=st.text(min_size=1).filter(lambda text: not text.startswith("~")))
def test_what_is_hidden_is_known_again_and_by_this_workspace_alone(number: str) -> None:
    try:
        number.encode()
    except UnicodeEncodeError:
        return
    hidden = VEILS.hidden("Phone", number)
    assert VEILS.known("Phone", hidden) == number
    assert VEILS.hidden("Phone", number) == hidden, "saved views find it again"
    assert Veils.of_key(OTHER).known("Phone", hidden) == hidden
    assert Veils.of_key(OTHER).hidden("Phone", number) != hidden


@given(text=st.text())
def test_whatever_a_browser_sends_is_taken(text: str) -> None:
    assert VEILS.known("Phone", f"~{text}") == f"~{text}"
    assert len(VEILS.things([text, f"Phone:{text}", f"Phone:~{text}"])) == 3


def test_a_picture_leaves_with_no_number_and_comes_back_as_it_was() -> None:
    phone, person = "Phone:+19565550161", "Identity:D-A"
    edge = {"id": f"HAS_PHONE|{person}|{phone}", "kind": "HAS_PHONE", "source": person, "target": phone}
    document: dict[str, Any] = {
        "focus": phone,
        "nodes": [
            {"id": phone, "kind": "Phone", "key": "+19565550161", "label": "…0161"},
            {"id": person, "kind": "Identity", "key": "D-A", "label": "A"},
        ],
        "edges": [edge],
        "gone": [phone, person],
    }
    hidden = VEILS.over(document)
    assert "5550161" not in str(hidden)
    assert hidden["edges"][0]["target"] == hidden["nodes"][0]["id"] == hidden["focus"] == hidden["gone"][0]
    assert hidden["edges"][0]["id"] == f"HAS_PHONE|{person}|{hidden['focus']}"
    assert hidden["nodes"][1] == document["nodes"][1]
    assert VEILS.things(node["id"] for node in hidden["nodes"]) == [phone, person]
    assert "5550161" in str(document), "the document itself stays"
