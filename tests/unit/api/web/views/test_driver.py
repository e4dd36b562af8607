"""The driver's page from the `show` document: conflicts marked, unknown said, and likelihood in words."""

from __future__ import annotations

from typing import Any

import pytest

from api.show import SHOWN
from api.web.views.driver import (
    IDENTIFIERS,
    certainty,
    driver_view,
    gaps,
    href,
    name_of,
    own_band,
    side_by_side,
)
from linkage.schema import IDENTIFIERS as OF_THE_SCHEMA


def a_record(key: str, **standard: Any) -> dict[str, Any]:
    return {
        "key": key,
        "country": "US",
        "confidence": 0.97,
        "standard": dict.fromkeys(SHOWN) | standard,
        "raw": {"given_name": "María", "surname": "Xolocotzi"},
    }


def a_document(**changes: Any) -> dict[str, Any]:
    return {
        "identity_id": "D-A",
        "former_ids": [],
        "records": [a_record("US/1")],
        "attributes": [],
        "events": [],
        "enrolment": None,
        "score": None,
        "weakest_link": None,
        "possible_links": [],
        "history": [],
        "coverage": [],
    } | changes


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (1.0, "certain"),
        (0.99, "certain"),
        (0.9899, "very_likely"),
        (0.95, "very_likely"),
        (0.8, "likely"),
        (0.1, "possible"),
    ],
)
def test_words_for_certainty_are_those_of_the_design(probability: float, word: str) -> None:
    assert certainty(probability) == word


def test_one_record_has_no_certainty_and_several_have_that_of_the_least_likely() -> None:
    assert driver_view(a_document(), None)["certainty"] is None
    two = [a_record("US/1"), a_record("MX/2") | {"confidence": 0.81}]
    view = driver_view(a_document(records=two), None)
    assert (view["probability"], view["certainty"]) == (0.81, "likely")


def test_a_gap_is_what_nobody_knows_never_asked_first_then_the_oldest() -> None:
    def row(result: str, checked: str | None) -> dict[str, Any]:
        return {"result": result, "checked_on": checked, "country": "MX", "record_type": "criminal"}

    rows = [row("clear", "2026-01-01"), row("stale", "2024-05-01"), row("not_shared", "2023-01-01"), row("never", None)]
    assert [one["result"] for one in gaps(rows)] == ["never", "not_shared", "stale"]
    assert gaps([row("derogatory", "2026-01-01")]) == []


def test_attributes_side_by_side_differ_where_two_records_say_two_things_and_not_where_one_is_silent() -> None:
    records = [
        a_record("US/1", surname="xolocotzi", birth_date="1984-02-07", phone="+19565550161"),
        a_record("MX/2", surname="xolocotzi", birth_date="1984-02-08"),
    ]
    rows = {row["attribute"]: row for row in side_by_side(records)}
    assert set(rows) == {"surname", "birth_date", "phone"}
    assert rows["birth_date"]["differs"]
    assert not rows["surname"]["differs"]
    assert not rows["phone"]["differs"], "missing is no conflict"
    assert [cell["differs"] for cell in rows["birth_date"]["cells"]] == [True, True]


def test_events_are_newest_first_and_undated_ones_last_with_how_likely_they_are_theirs() -> None:
    def event(key: str, day: str | None, record: str) -> dict[str, Any]:
        return {"key": key, "event_date": day, "record_key": record}

    events = [event("a", "2024-01-01", "US/1"), event("b", None, "US/1"), event("c", "2026-01-01", "GONE/1")]
    found = driver_view(a_document(events=events), None)["events"]
    assert [(one["key"], one["theirs"]) for one in found] == [("c", 0.0), ("a", 0.97), ("b", 0.97)]


def test_possible_links_are_one_a_person_the_likeliest_first() -> None:
    links = [{"identity_id": "D-B", "probability": 0.8}, {"identity_id": "D-B", "probability": 0.6}]
    view = driver_view(a_document(possible_links=[*links, {"identity_id": "D-C", "probability": 0.5}]), None)
    assert [(one["identity_id"], one["probability"]) for one in view["possible"]] == [("D-B", 0.8), ("D-C", 0.5)]


def test_a_name_is_the_longest_spelling_as_recorded() -> None:
    assert name_of(a_document()) == "María Xolocotzi"
    assert name_of({"records": [{"raw": {"name": "X"}}, {"raw": {}}]}) == "X"
    assert name_of({"records": []}) == ""


def test_every_identifier_of_a_person_is_set_as_one() -> None:
    assert IDENTIFIERS - {"phone", "email"} >= set(OF_THE_SCHEMA) & set(SHOWN)


def test_an_address_of_a_driver_holds_the_id_alone_and_quoted() -> None:
    assert href("D-A") == "/drivers/D-A"
    assert href("a/b?c") == "/drivers/a%2Fb%3Fc"


def test_a_band_of_an_own_figure_is_that_of_the_policy() -> None:
    bands = [own_band(figure) for figure in range(101)]
    assert list(dict.fromkeys(bands)) == ["routine", "look", "look first"]
