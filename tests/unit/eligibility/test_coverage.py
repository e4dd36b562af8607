import datetime as dt

import polars as pl
import pytest

from eligibility.coverage import COVERAGE, Result, coverage_of, coverage_of_enrolled, load_coverage_policy
from linkage.errors import ModelError
from linkage.schema import CHECK, ENROLMENT

AS_OF = dt.date(2026, 6, 30)
POLICY = load_coverage_policy()


def checks(*rows: tuple[str, str, str, dt.date, str]) -> pl.DataFrame:
    made = [
        {"key": f"c{n}", "record_key": r, "country": c, "record_type": t, "checked_on": d, "result": x, "known_on": d}
        for n, (r, c, t, d, x) in enumerate(rows)
    ]
    return CHECK.conform(pl.DataFrame(made)) if made else CHECK.empty()


def cell(frame: pl.DataFrame, country: str, record_type: str, keys=("US/d1",), as_of=AS_OF) -> dict:
    rows = coverage_of(frame, keys, as_of, POLICY)
    (found,) = [row for row in rows if (row["country"], row["record_type"]) == (country, record_type)]
    return found


def test_what_was_never_asked_is_never_clear():
    rows = coverage_of(checks(), ["US/d1"], AS_OF, POLICY)
    assert len(rows) == len(POLICY.countries) * len(POLICY.good_for_days)
    assert {row["result"] for row in rows} == {Result.NEVER}
    assert [row["country"] for row in rows[:6]] == ["US"] * 6
    assert rows[0]["record_type"] == "criminal"


def test_a_clear_answer_goes_stale_and_a_derogatory_one_does_not():
    old = AS_OF - dt.timedelta(days=366)
    frame = checks(
        ("US/d1", "US", "licence", AS_OF, "clear"),
        ("US/d1", "US", "criminal", old, "clear"),
        ("US/d1", "US", "customs", old, "derogatory"),
        ("US/d1", "MX", "criminal", old, "not_shared"),
    )
    assert cell(frame, "US", "licence")["result"] == "clear"
    assert cell(frame, "US", "criminal")["result"] == "stale"
    assert cell(frame, "US", "criminal")["age_days"] == 366
    assert cell(frame, "US", "customs")["result"] == "derogatory"
    assert cell(frame, "MX", "criminal")["result"] == "not_shared"
    assert cell(frame, "CA", "criminal")["result"] == "never"


def test_the_last_answer_counts_whichever_record_it_was_about():
    day = dt.date(2026, 1, 1)
    frame = checks(
        ("US/d1", "US", "criminal", day, "derogatory"),
        ("MX/d1", "US", "criminal", day + dt.timedelta(days=1), "clear"),
    )
    assert cell(frame, "US", "criminal", ("US/d1", "MX/d1"))["result"] == "clear"
    assert cell(frame, "US", "criminal", ("US/d1",))["result"] == "derogatory"
    same_day = checks(("US/d1", "US", "criminal", day, "derogatory"), ("US/d1", "US", "criminal", day, "clear"))
    assert cell(same_day, "US", "criminal")["result"] == "derogatory"


def test_later_answers_are_not_known_yet():
    frame = checks(("US/d1", "US", "criminal", AS_OF, "clear"))
    assert cell(frame, "US", "criminal", as_of=AS_OF - dt.timedelta(days=1))["result"] == "never"


def test_an_answer_nobody_defined_is_no_answer_and_an_unlisted_type_is_shown():
    frame = checks(("US/d1", "US", "criminal", AS_OF, "maybe"), ("US/d1", "US", "weapons", AS_OF, "clear"))
    assert cell(frame, "US", "criminal")["result"] == "never"
    assert cell(frame, "US", "weapons")["result"] == "clear"


def test_everybody_enrolled_and_nobody_else():
    members = pl.DataFrame(
        {"record_key": ["US/d1", "MX/d1", "US/d2"], "identity_id": ["A", "A", "B"], "confidence": 1.0}
    )
    enrolled = ENROLMENT.conform(pl.DataFrame({"record_key": ["US/d1", "US/gone"]}))
    frame = coverage_of_enrolled(
        checks(("MX/d1", "MX", "criminal", AS_OF, "clear"), ("US/d2", "US", "criminal", AS_OF, "clear")),
        enrolled,
        members,
        AS_OF,
        POLICY,
    )
    COVERAGE.check(frame)
    assert frame["identity_id"].unique().to_list() == ["A"]
    assert frame.filter(country="MX", record_type="criminal")["result"].to_list() == ["clear"]
    assert frame["result"].value_counts().sort("result")["count"].to_list() == [1, 17]


def test_a_policy_without_sources_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(
        'countries = { value = ["US"] }\n[record_type.x]\ngood_for_days = { value = 3, source = "assumed" }'
    )
    with pytest.raises(ModelError, match="countries"):
        load_coverage_policy(path)
    with pytest.raises(ModelError):
        load_coverage_policy(tmp_path / "none.toml")


def test_every_value_has_a_source():
    assert all(POLICY.sources.values())
