"""Coverage of one cell against its rule spelled out: whatever came in whatever order, unknown is never clear."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from eligibility.coverage import coverage_of
from eligibility.coverage_facts import EVIDENCE, CoverageFacts
from eligibility.coverage_policy import load_coverage_policy

AS_OF = dt.date(2026, 6, 30)
POLICY = load_coverage_policy()
GOOD_FOR = POLICY.good_for_days["criminal"]
ANSWER = st.tuples(
    st.sampled_from(["clear", "derogatory", "not_shared", "unknown", None]),
    st.integers(-3, 3) | st.integers(GOOD_FOR - 2, GOOD_FOR + 2) | st.integers(0, 2000),  # days since it was checked
    st.integers(-3, 40) | st.none(),  # days since it became known
    st.sampled_from(["US/1", "MX/1", "US/other"]),
)


def expected(answers: list[tuple[str | None, int, int | None, str]]) -> str:
    """The rule of one cell, read off its description."""
    known = [
        (a, age) for a, age, told, who in answers if age >= 0 and (told is None or told >= 0) and who != "US/other"
    ]
    telling = [(age, a) for a, age in known if a in {"clear", "derogatory"}]
    refusals = [age for a, age in known if a == "not_shared"]
    newest = min((age for age, _ in telling), default=None)
    if (newest, "derogatory") in telling:
        return "derogatory"
    if newest is not None and newest <= GOOD_FOR:
        return "clear"
    if refusals and (newest is None or min(refusals) <= newest):
        return "not_shared"
    return "never" if newest is None else "stale"


@given(st.lists(ANSWER, max_size=6))
def test_the_result_of_a_cell_is_what_the_rule_says(answers: list[tuple[str | None, int, int | None, str]]) -> None:
    rows = [
        {
            "key": f"c{n}",
            "record_key": who,
            "country": "MX",
            "record_type": "criminal",
            "checked_on": AS_OF - dt.timedelta(days=age),
            "known_on": None if told is None else AS_OF - dt.timedelta(days=told),
            "result": answer,
        }
        for n, (answer, age, told, who) in enumerate(answers)
    ]
    evidence = EVIDENCE.conform(pl.DataFrame(rows)) if rows else EVIDENCE.empty()
    members = pl.DataFrame({"record_key": ["US/1", "MX/1", "US/other"], "identity_id": ["A", "A", "B"]})
    people = pl.DataFrame({"identity_id": ["A"]})
    for shuffled in (evidence, evidence.reverse()):
        frame = coverage_of(CoverageFacts(members, evidence=shuffled), people, AS_OF, POLICY)
        (cell,) = frame.filter(country="MX", record_type="criminal").to_dicts()
        assert cell["result"] == expected(answers)
        assert (cell["checked_on"] is None) == (cell["result"] == "never")
        others = frame.filter((pl.col("country") != "MX") | (pl.col("record_type") != "criminal"))
        assert set(others["result"]) == {"never"}
