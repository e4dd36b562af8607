"""What is materially new against everything that was shown before."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from eligibility.matters import Trigger
from eligibility.screening.due import Due, due
from eligibility.screening.items import ITEM

DAY = date(2026, 6, 30)
SHOWN = {"identity_id": pl.String, "item": pl.String, "level": pl.Float64}
STANDING = {"identity_id": pl.String, "key": pl.String, "review_id": pl.Int64, "state": pl.String}


def items(*rows: dict[str, Any]) -> pl.DataFrame:
    plain = {
        "identity_id": "D-1", "trigger": Trigger.OWN_EVENT.value, "key": "incident:US/I", "anchor": "US/1",
        "audience": "general", "item": "incident:US/I", "level": 2.0, "least": 0.0, "rise": 1.0, "priority": 50.0,
        "happened_on": DAY, "received_on": DAY, "reason": "An event.",
    }  # fmt: skip
    return ITEM.conform(pl.DataFrame([plain | row for row in rows], schema_overrides=ITEM.columns))


def shown(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SHOWN, orient="row")


def standing(*rows: tuple[str, str, int], state: str = "closed") -> pl.DataFrame:
    return pl.DataFrame([(*row, state) for row in rows], schema=STANDING, orient="row")


def test_a_matter_nobody_saw_opens_with_all_that_there_is_to_see() -> None:
    [found] = due(items({}, {"item": "incident:US/I#A", "level": 3.0, "priority": 70.0}), shown(), standing())
    assert found.review_id is None
    assert found.matter.shown == (("incident:US/I", 2.0), ("incident:US/I#A", 3.0))
    assert found.matter.priority == 70.0


def test_what_was_shown_at_that_level_is_nothing_new_whichever_review_showed_it() -> None:
    assert due(items({}), shown(("D-1", "incident:US/I", 2.0)), standing()) == []
    assert due(items({"key": "another"}), shown(("D-1", "incident:US/I", 3.0)), standing()) == []
    assert len(due(items({}), shown(("D-2", "incident:US/I", 2.0)), standing())) == 1


def test_a_higher_level_reopens_the_review_of_the_matter() -> None:
    [found] = due(items({"level": 3.0}), shown(("D-1", "incident:US/I", 2.0)), standing(("D-1", "incident:US/I", 7)))
    assert found.review_id == 7


def test_of_two_reviews_that_a_merge_brought_together_the_one_at_work_is_taken_further() -> None:
    own, other = ("D-1", "incident:US/I", 3), ("D-1", "incident:US/I", 7)
    for held, number in (
        (pl.concat([standing(own, state="assigned"), standing(other)]), 3),
        (pl.concat([standing(own), standing(other, state="open")]), 7),
        (standing(other, own), 7),
        (standing(other, own, state="open"), 7),
    ):
        [found] = due(items({"level": 3.0}), shown(("D-1", "incident:US/I", 2.0)), held)
        assert found.review_id == number


def test_days_and_reason_are_of_what_is_new() -> None:
    old = {
        "item": "a",
        "happened_on": date(2020, 1, 1),
        "received_on": date(2020, 1, 2),
        "reason": "Old.",
        "priority": 99.0,
    }
    new = {"item": "b", "happened_on": date(2026, 1, 1), "received_on": date(2026, 1, 2), "reason": "New."}
    [found] = due(items(old, new), shown(("D-1", "a", 2.0)), standing(("D-1", "incident:US/I", 7)))
    assert (found.matter.happened_on, found.matter.received_on) == (date(2026, 1, 1), date(2026, 1, 2))
    assert (found.matter.reason, found.matter.priority) == ("New.", 50.0)


def test_a_linked_incident_is_new_at_more_than_twice_its_points_and_never_below_the_least() -> None:
    linked = {"key": "linked_band", "item": "linked:X", "least": 0.02, "rise": 2.0}
    assert due(items(linked | {"level": 0.019}), shown(), standing()) == []
    before = shown(("D-1", "linked:X", 0.05))
    assert due(items(linked | {"level": 0.1}), before, standing()) == []
    assert len(due(items(linked | {"level": 0.11}), before, standing())) == 1


LEVELS = st.sampled_from([0.01, 0.03, 0.05, 0.2, 1.0, 2.0])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "identity_id": st.sampled_from(["D-1", "D-2"]),
            "key": st.sampled_from(["k1", "k2", "k3"]),
            "item": st.sampled_from(["a", "b", "c", "d"]),
            "level": LEVELS,
            "least": st.sampled_from([0.0, 0.02]),
            "rise": st.sampled_from([1.0, 2.0]),
        }
    ),
    min_size=1,
    max_size=12,
)


def _after(before: dict[tuple[str, str], float], found: list[Due]) -> dict[tuple[str, str], float]:
    after = dict(before)
    for one in found:
        for item, level in one.matter.shown:
            key = (one.matter.identity_id, item)
            after[key] = max(level, after.get(key, level))
    return after


def _frame(levels: dict[tuple[str, str], float]) -> pl.DataFrame:
    return shown(*((identity, item, level) for (identity, item), level in levels.items()))


@given(ROWS, st.randoms(use_true_random=False))
def test_once_shown_nothing_is_due_and_the_order_of_rows_tells_nothing(rows: list[dict[str, Any]], chance: Any) -> None:
    found = due(items(*rows), shown(), standing())
    shuffled = list(rows)
    chance.shuffle(shuffled)
    again = due(items(*shuffled), shown(), standing())
    assert [one.matter.shown for one in again] == [one.matter.shown for one in found]
    assert due(items(*rows), _frame(_after({}, found)), standing()) == []


@given(ROWS, ROWS)
def test_what_is_due_holds_something_that_was_not_shown_so_high(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    before = _after({}, due(items(*first), shown(), standing()))
    for one in due(items(*second), _frame(before), standing()):
        identity = one.matter.identity_id
        assert any(level > before.get((identity, item), 0.0) for item, level in one.matter.shown)
