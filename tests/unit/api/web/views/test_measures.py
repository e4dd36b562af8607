"""The three answers on top of the measures: each says what was measured, and no more than chance allows."""

from __future__ import annotations

from typing import Any

import pytest

from api.measures.shares import share_of
from api.web.texts import load_catalogue
from api.web.views.measures import measures_view

EN = load_catalogue()
EVERYBODY = share_of(50, 1000)


def a_document(
    *, look: tuple[int, int] = (0, 0), times: float | None = None, is_of_this_policy: bool = True
) -> dict[str, Any]:
    row = {"kind": "linked", "band": "look", **share_of(*look), "times": times}
    other = {"kind": "own", "band": "look", **share_of(90, 100), "times": 18.0}
    measured = {"bands": [other, row], "everybody": EVERYBODY, "is_of_this_policy": is_of_this_policy}
    return {
        "lag": {"own": []},
        "agreement": {"second_signatures": {"pairs": 0, "alike": 0, "agreed": None}},
        "bands": {"measured": measured},
    }


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ((1, 11), "help_few"),
        ((20, 100), "help"),
        ((8, 100), "help_unclear"),
        ((5, 100), "help_unclear"),
        ((2, 1000), "help_less"),
    ],
)
def test_that_linked_risk_helps_is_said_where_chance_is_out_alone(look: tuple[int, int], said: str) -> None:
    share = share_of(*look)["share"]
    found, values = measures_view(EN, a_document(look=look, times=share and share / EVERYBODY["share"]))["help"]
    assert found == said
    assert (values["found"], values["count"]) == look
    assert ("times" in values) is (said == "help")


def test_what_nobody_measured_is_said_to_be_not_measured() -> None:
    assert measures_view(EN, a_document(look=(20, 100), times=4.0, is_of_this_policy=False))["help"] == (
        "help_none",
        {},
    )
    document = a_document() | {"bands": {"measured": None}}
    view = measures_view(EN, document)
    assert [view[name][0] for name in ("late", "agree", "help")] == ["late_none", "agree_none", "help_none"]


def test_days_stand_beside_those_of_the_renewal_and_few_readings_are_called_few() -> None:
    document = a_document()
    steps = ("event to review opened", "event to five-year renewal")
    document["lag"]["own"] = [
        {"step": step, "reviews": 7, "median": days} for step, days in zip(steps, (12.4, 900.0), strict=True)
    ]
    readings = document["agreement"]["second_signatures"]
    readings |= {"pairs": 3, "alike": 2}
    view = measures_view(EN, document)
    assert view["late"] == ("late", {"ours": 12, "renewal": 900, "count": 7})
    assert view["agree"] == ("agree_few", {"alike": 2, "count": 3})
    readings |= {"pairs": 30, "alike": 27, "agreed": 0.9}
    assert measures_view(EN, document)["agree"] == ("agree", {"alike": 27, "count": 30})
