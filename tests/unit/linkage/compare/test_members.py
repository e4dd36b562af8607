import datetime as dt

import numpy as np
import polars as pl
import pytest

from linkage.compare.members import MEMBERS, MembersComparator
from linkage.errors import ModelError
from linkage.model import Attribute, Level, load_model

MODEL = load_model("carrier_succession")
VEHICLES = MODEL.attributes["vehicles"]
END = dt.date(2024, 6, 1)


def compare(old: list[str] | None, young: list[str] | None, *, dated: bool = True) -> str:
    days = {
        "started_on": [None, END if dated else None],
        "ended_on": [END if dated else None, None],
    }
    frame = pl.DataFrame(
        {"vehicles": [old, young], **days},
        schema={"vehicles": pl.List(pl.String), "started_on": pl.Date, "ended_on": pl.Date},
    )
    comparator = MEMBERS.build(frame, [VEHICLES], MODEL)
    assert isinstance(comparator, MembersComparator)
    names = ("missing", *VEHICLES.levels)
    forth, back = (
        names[int(comparator.compare(np.array([a], np.int32), np.array([b], np.int32))[0].levels[0])]
        for a, b in ((0, 1), (1, 0))
    )
    assert forth == back
    return forth


EIGHT = [f"V{n}" for n in range(8)]


def test_the_share_is_of_what_the_older_held() -> None:
    assert compare(EIGHT, EIGHT[:6]) == "most"
    assert compare(EIGHT, EIGHT[:3]) == "some"
    assert compare(EIGHT[:3], [*EIGHT, *(f"W{n}" for n in range(90))]) == "most"


def test_without_dates_the_share_is_of_the_larger() -> None:
    assert compare(EIGHT[:2], EIGHT, dated=False) == "some"
    assert compare(EIGHT[:2], EIGHT[:2], dated=False) == "most"


def test_one_truck_is_a_sale_and_none_is_none() -> None:
    assert compare(EIGHT, EIGHT[:1]) == "one"
    assert compare(EIGHT[:1], EIGHT[:1]) == "one"
    assert compare(EIGHT[:4], EIGHT[4:]) == "none"


def test_who_holds_nothing_that_is_known_is_neither_for_nor_against() -> None:
    assert compare(EIGHT, None) == compare([], EIGHT) == compare(None, None) == "missing"


def test_a_level_that_does_not_say_how_many_is_refused() -> None:
    attribute = Attribute("x", "members", ("vehicles",), {}, {"some": Level(1.0), "none": Level(0.0)})
    frame = pl.DataFrame({"vehicles": [["V"]]})
    with pytest.raises(ModelError, match="some needs `count`"):
        MEMBERS.build(frame, [attribute], MODEL)
