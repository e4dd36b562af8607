"""Saved views: what the explorer made is kept as it was, and whatever else is sent is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import apsw
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.casework.migrations import MIGRATIONS
from api.casework.views import MAX_STATE, MOST_THINGS, Views, checked
from linkage.errors import SettingsError, UnknownRecord

FOCUS, TRUCK = "Identity:D-A", "Vehicle:V1"


def a_state(**changes: Any) -> dict[str, Any]:
    return {
        "focus": FOCUS,
        "foci": [FOCUS],
        "things": [FOCUS, TRUCK],
        "positions": {FOCUS: {"x": 1.5, "y": -2}},
        "hidden": [TRUCK],
        "pinned": [],
        "filters": {"kinds": ["Identity"], "least": 0.05, "possible": False, "from": "2024-01", "to": ""},
    } | changes


@pytest.fixture
def views() -> Iterator[Views]:
    connection = apsw.Connection(":memory:")
    for migration in MIGRATIONS:
        connection.execute(migration)
    yield Views(connection)
    connection.close()


def test_a_view_is_found_as_it_was_saved(views: Views) -> None:
    view_id = views.save(" trucks ", "ana", "2026-06-30", json.dumps(a_state()))
    view = views.get(view_id)
    assert (view.name, view.saved_by, view.as_of, view.state) == ("trucks", "ana", "2026-06-30", a_state())
    assert len(view_id) >= 12, "its address cannot be guessed"
    assert [row["view_id"] for row in views.all()] == [view_id]
    views.note(view_id, " seen ", "ben")
    assert [(note["text"], note["by"]) for note in views.notes(view_id)] == [("seen", "ben")]


def test_what_names_nothing_or_says_nothing_is_refused(views: Views) -> None:
    view_id = views.save("a", "ana", None, json.dumps(a_state()))
    with pytest.raises(SettingsError):
        views.save(" ", "ana", None, json.dumps(a_state()))
    with pytest.raises(SettingsError):
        views.note(view_id, " ", "ana")
    with pytest.raises(UnknownRecord):
        views.note("other", "text", "ana")
    with pytest.raises(UnknownRecord):
        views.get("'; DROP TABLE saved_view; --")


@pytest.mark.parametrize(
    "state",
    [
        *("", "null", "[]", "1", '"x"', "{", "{}", "[" * 5000, "NaN", "\ud800"),
        *(
            json.dumps({k: v for k, v in a_state().items() if k != missing})
            for missing in a_state()
            if missing != "foci"
        ),
        json.dumps(a_state(focus=1)),
        json.dumps(a_state(focus="Identity:D-OTHER")),
        json.dumps(a_state(things=[])),
        json.dumps(a_state(things=[FOCUS, 1])),
        json.dumps(a_state(things={FOCUS: 1})),
        json.dumps(a_state(things=[FOCUS, *map(str, range(MOST_THINGS))])),
        json.dumps(a_state(positions=[])),
        json.dumps(a_state(positions={FOCUS: {"x": "1", "y": 2}})),
        json.dumps(a_state(positions={FOCUS: {"x": True, "y": 2}})),
        json.dumps(a_state(positions={FOCUS: {"x": 1}})),
        json.dumps(a_state(positions={FOCUS: {"x": 1, "y": float("inf")}})),
        json.dumps(a_state(hidden="Vehicle:V1")),
        json.dumps(a_state(pinned=[None])),
        json.dumps(a_state(filters=[])),
        json.dumps(a_state(filters={"kinds": "Identity"})),
        json.dumps(a_state(filters={"kinds": [], "least": "lots"})),
        json.dumps(a_state(filters={"kinds": [], "from": "<script>"})),
        json.dumps(a_state(filters={"kinds": [], "to": ["2024-01"]})),
        json.dumps(a_state(things=[FOCUS, "x" * MAX_STATE])),
    ],
)
def test_a_hostile_or_huge_state_is_refused_and_not_repeated(views: Views, state: str) -> None:
    with pytest.raises(SettingsError) as refused:
        views.save("a", "ana", None, state)
    assert len(str(refused.value)) < 100
    assert views.all() == []


def test_only_known_parts_of_a_state_are_kept() -> None:
    state = a_state(
        name="Ramiro",
        positions={FOCUS: {"x": 1, "y": 2, "z": 3}, "Identity:D-OTHER": {"x": 1, "y": 1}},
        hidden=[TRUCK, TRUCK, "Vehicle:OTHER"],
    )
    kept = checked(json.dumps(state))
    assert "name" not in kept
    assert kept["positions"] == {FOCUS: {"x": 1.0, "y": 2.0}}
    assert kept["hidden"] == [TRUCK]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(changed=st.sampled_from(sorted(a_state())), value=_JSON)
def test_any_state_is_kept_or_refused_and_what_is_kept_can_be_kept_again(changed: str, value: Any) -> None:
    try:
        kept = checked(json.dumps(a_state(**{changed: value})))
    except SettingsError:
        return
    assert checked(orjson.dumps(kept).decode()) == kept


def test_in_focus_is_what_the_view_holds_and_the_first_where_it_names_nobody() -> None:
    for named, kept in (([], [FOCUS]), ([TRUCK, "Identity:gone"], [TRUCK]), ([FOCUS, TRUCK], [FOCUS, TRUCK])):
        assert checked(json.dumps(a_state(foci=named)))["foci"] == kept
    state = a_state()
    del state["foci"]
    assert checked(json.dumps(state))["foci"] == [FOCUS], "as views of before were sent"
