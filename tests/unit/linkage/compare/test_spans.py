import datetime as dt

import numpy as np
import polars as pl
import pytest

from linkage.compare.spans import SEQUENCE, UNKNOWN, Spans
from linkage.errors import ModelError
from linkage.model import Attribute, Level, load_model

MODEL = load_model("carrier_succession")
SEQUENCE_OF = MODEL.attributes["sequence"]
DAY = dt.date(2024, 6, 1)


def records(*spans: tuple[int | None, int | None]) -> pl.DataFrame:
    days = [[None if n is None else DAY + dt.timedelta(days=n) for n in span] for span in spans]
    return pl.DataFrame(days, schema={"started_on": pl.Date, "ended_on": pl.Date}, orient="row")


def level(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> str:
    comparator = SEQUENCE.build(records(one, other), [SEQUENCE_OF], MODEL)
    names = ("missing", *SEQUENCE_OF.levels)
    forth, back = (
        names[int(comparator.compare(np.array([a], np.int32), np.array([b], np.int32))[0].levels[0])]
        for a, b in ((0, 1), (1, 0))
    )
    assert forth == back
    return forth


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (0, "soon"),
        (120, "soon"),
        (121, "later"),
        (730, "later"),
        (731, "long_after"),
        (-60, "soon"),
        (-61, "ahead"),
        (-365, "ahead"),
        (-366, "side_by_side"),
    ],
)
def test_days_between_the_end_and_the_start_decide(gap: int, expected: str) -> None:
    assert level((-5000, 0), (gap, None)) == expected


def test_an_unknown_day_is_neither_for_nor_against() -> None:
    assert level((-5000, None), (3, None)) == "missing"
    assert level((None, 0), (None, None)) == "missing"
    assert level((None, None), (None, None)) == "missing"
    assert level((None, 0), (3, None)) == "soon"


def test_of_two_that_both_ended_the_one_that_came_first_is_the_earlier() -> None:
    spans = Spans.of(records((-5000, 0), (40, 900)), ("started_on", "ended_on"))
    days, is_left = spans.gap(np.array([0, 1], np.int32), np.array([1, 0], np.int32))
    assert (days.tolist(), is_left.tolist()) == ([40, 40], [True, False])
    nothing = Spans.of(records((None, None), (None, None)), ("started_on", "ended_on"))
    assert nothing.gap(np.array([0], np.int32), np.array([1], np.int32))[0].tolist() == [UNKNOWN]


def test_a_level_that_does_not_say_its_days_is_refused() -> None:
    levels = {"soon": Level(1.0, when={"from_day": 0.0}), "else": Level(0.0, when={"else": 1.0})}
    attribute = Attribute("sequence", "sequence", ("started_on", "ended_on"), {}, levels)
    with pytest.raises(ModelError, match="soon needs from_day and to_day"):
        SEQUENCE.build(records((None, None)), [attribute], MODEL)
