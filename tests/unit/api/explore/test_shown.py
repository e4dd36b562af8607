"""What of a saved picture is shown under its filters."""

from __future__ import annotations

from typing import Any

from api.explore.shown import shown

FILTERS = {"kinds": ["Identity", "Vehicle"], "least": 0, "possible": True, "from": "", "to": ""}


def tie(source: str, target: str, **more: Any) -> dict[str, Any]:
    told = {"strength": 0.5, "certainty": "confirmed", "first": "2025-03-01", "last": "2025-04-01", "lasts": False}
    return {"id": f"{source}{target}", "source": source, "target": target, **told, **more}


def picture(*edges: dict[str, Any], hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    kinds = {"a": "Identity", "b": "Identity", "t": "Vehicle", "p": "Phone"}
    nodes = [{"id": name, "kind": kind} for name, kind in kinds.items()]
    return {"nodes": nodes, "edges": list(edges), "foci": ["a"], "hidden": list(hidden)}


def ids(found: Any) -> tuple[list[str], list[str], set[str]]:
    return [one["id"] for one in found.nodes], [one["id"] for one in found.edges], set(found.faded)


EDGES = (tie("a", "t"), tie("b", "t"), tie("a", "p"))


def test_kinds_that_are_off_and_hidden_things_go_with_their_ties() -> None:
    assert ids(shown(picture(*EDGES), FILTERS)) == (["a", "b", "t"], ["at", "bt"], set())
    assert ids(shown(picture(*EDGES, hidden=("b",)), FILTERS)) == (["a", "t"], ["at"], set())
    assert ids(shown(picture(*EDGES), FILTERS | {"kinds": []})) == (["a"], [], set()), "the focus stays"


def test_weak_ties_and_possible_ones_go_where_they_are_off_and_things_stay() -> None:
    edges = (tie("a", "t", strength=0.1), tie("b", "t", certainty="possible"), tie("a", "b", strength=None))
    assert ids(shown(picture(*edges), FILTERS | {"least": 0.2, "possible": False}))[:2] == (["a", "b", "t"], ["ab"])


def test_ties_outside_the_period_are_faint_and_what_has_no_other_goes() -> None:
    edges = (tie("a", "t", first="2024-01-01", last="2024-02-01"), tie("a", "b"))
    assert ids(shown(picture(*edges), FILTERS | {"from": "2025-01"})) == (["a", "b"], ["ab"], {"at"})
    both = (*edges, tie("b", "t"))
    assert ids(shown(picture(*both), FILTERS | {"from": "2025-01"})) == (["a", "b", "t"], ["at", "ab", "bt"], {"at"})
    assert ids(shown(picture(*edges), FILTERS | {"to": "2024-12"}))[2] == {"ab"}


def test_a_tie_that_lasts_or_has_no_date_is_within_every_period() -> None:
    edges = (tie("a", "t", first="2020-01-01", last=None, lasts=True), tie("b", "t", first=None, last=None))
    assert ids(shown(picture(*edges), FILTERS | {"from": "2025-01", "to": "2025-02"}))[2] == set()
