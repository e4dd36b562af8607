"""JSON fields as properties: what becomes one, and that nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.neo4j.flatten import FIXED, flatten


def test_scalars_and_lists_of_texts_become_properties() -> None:
    said = {
        "name": "Núñez 𝔄",
        "records": 3,
        "share": 0.1,
        "is_derogatory": False,
        "countries": ["CA", "MX"],
        "note": "",
    }
    assert flatten(json.dumps(said)) == said


@pytest.mark.parametrize("value", [None, {}, {"a": 1}, [], [1], ["a", 1], ["a", None], [["a"]], ["a", ""]])
def test_other_values_stay_in_the_text(value: Any) -> None:
    assert flatten(json.dumps({"x": value, "y": 1})) == {"y": 1}


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64, 2**70])
def test_whole_numbers_that_the_database_cannot_hold_are_rounded(value: int) -> None:
    assert repr(flatten(json.dumps({"x": value}))["x"]) == repr(float(value))


@pytest.mark.parametrize("name", [*sorted(FIXED), "", "two words", "a:b", "1st", "a`b", "año"])
def test_other_names_stay_in_the_text(name: str) -> None:
    assert flatten(json.dumps({name: "v", "free": "w"})) == {"free": "w"}


@pytest.mark.parametrize("text", [None, "", "[]", "3", "null", '"text"', "{", '{"a": NaN}', '{"a": "\\ud800"}'])
def test_text_that_is_no_object_gives_none(text: str | None) -> None:
    assert flatten(text) == {}


def test_whole_numbers_keep_their_type() -> None:
    flat = flatten('{"whole": 1, "broken": 1.0, "yes": true, "largest": 9223372036854775807}')
    assert {name: type(value) for name, value in flat.items()} == {
        "whole": int,
        "broken": float,
        "yes": bool,
        "largest": int,
    }


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(), st.lists))
def test_any_value_gives_itself_or_nothing(value: Any) -> None:
    if value not in (float("inf"), float("-inf")):
        assert flatten(json.dumps({"x": value})) in ({}, {"x": value})
