from __future__ import annotations

import datetime as dt
from importlib import resources

import polars as pl
import pytest

from eligibility.coverage import COVERAGE, Result, coverage_of, coverage_of_enrolled
from eligibility.coverage_board import board, oldest_gaps
from eligibility.coverage_facts import CoverageFacts, enrolled, evidence_of_checks
from eligibility.coverage_policy import load_coverage_policy
from linkage.errors import ModelError
from linkage.schema import CARRIER, CHECK, EMPLOYMENT, ENROLMENT, PERSON

AS_OF = dt.date(2026, 6, 30)
POLICY = load_coverage_policy()
TYPES = len(POLICY.good_for_days)


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def checks(*rows: tuple[str, str, str, dt.date, str]) -> pl.DataFrame:
    made = [
        {"key": f"c{n}", "record_key": r, "country": c, "record_type": t, "checked_on": d, "result": x, "known_on": d}
        for n, (r, c, t, d, x) in enumerate(rows)
    ]
    return CHECK.conform(pl.DataFrame(made)) if made else CHECK.empty()


def persons(**licences: str | None) -> pl.DataFrame:
    """One person record a name, with the issuer of its licence."""
    rows = [{"key": f"US/{name}", "country": "US", "licence_jurisdiction": code} for name, code in licences.items()]
    return PERSON.conform(pl.DataFrame(rows, schema_overrides={"licence_jurisdiction": pl.String}))


def enrolments(*rows: dict) -> pl.DataFrame:
    return ENROLMENT.conform(pl.DataFrame([{"key": f"e{n}", **row} for n, row in enumerate(rows)]))


def facts(*asked: tuple, members: dict[str, str] | None = None, **frames: pl.DataFrame) -> CoverageFacts:
    held = members or {"US/d1": "A"}
    memberships = pl.DataFrame({"record_key": list(held), "identity_id": list(held.values()), "confidence": 1.0})
    return CoverageFacts(memberships, evidence=evidence_of_checks(checks(*asked)), **frames)


def cells(known: CoverageFacts, as_of: dt.date = AS_OF, identity: str = "A") -> dict[tuple[str, str], dict]:
    frame = coverage_of(known, pl.DataFrame({"identity_id": [identity]}), as_of, POLICY)
    COVERAGE.check(frame)
    return {(row["country"], row["record_type"]): row for row in frame.to_dicts()}


def results(known: CoverageFacts, as_of: dt.date = AS_OF) -> dict[tuple[str, str], str]:
    return {cell: row["result"] for cell, row in cells(known, as_of).items()}


def test_an_answer_without_a_day_is_no_clear_one_and_hides_nothing_that_was_found():
    asked = [("US/d1", "US", kind, AS_OF - days(9), "clear") for kind in ("criminal", "customs", "licence")]
    known = facts(*asked)
    undated = [
        ("criminal", "derogatory"),
        ("driving", "clear"),
        ("customs", "not_shared"),
        ("immigration", "not_shared"),
    ]
    told = {"record_key": "US/d1", "country": "US", "checked_on": None, "known_on": AS_OF - days(1)}
    more = [told | {"key": f"u{n}", "record_type": kind, "result": said} for n, (kind, said) in enumerate(undated)]
    evidence = pl.concat([known.evidence, evidence_of_checks(CHECK.conform(pl.DataFrame(more)))])
    found = results(CoverageFacts(known.memberships, evidence=evidence))
    expected = {"criminal": "derogatory", "driving": "never", "customs": "clear", "immigration": "not_shared"}
    assert {kind: found["US", kind] for kind in expected} == expected


def test_what_was_never_asked_is_never_clear():
    rows = cells(facts())
    assert len(rows) == len(POLICY.countries) * TYPES
    assert {row["result"] for row in rows.values()} == {Result.NEVER}
    assert next(iter(rows)) == ("US", "criminal")
    assert [country for country, _ in rows][:TYPES] == ["US"] * TYPES


def test_a_clear_answer_goes_stale_and_a_derogatory_one_does_not():
    old = AS_OF - days(366)
    found = cells(
        facts(
            ("US/d1", "US", "licence", AS_OF, "clear"),
            ("US/d1", "US", "driving", AS_OF - days(365), "clear"),
            ("US/d1", "US", "criminal", old, "clear"),
            ("US/d1", "US", "customs", old, "derogatory"),
            ("US/d1", "MX", "criminal", old, "not_shared"),
        )
    )
    told = {cell: row["result"] for cell, row in found.items()}
    assert told["US", "licence"] == told["US", "driving"] == "clear"
    assert told["US", "criminal"] == "stale"
    assert found["US", "criminal"]["age_days"] == 366
    assert found["US", "criminal"]["gap_since"] == AS_OF
    assert found["US", "customs"]["gap_since"] is None
    assert told["US", "customs"] == "derogatory"
    assert told["MX", "criminal"] == "not_shared"
    assert told["CA", "criminal"] == "never"


def test_the_last_answer_counts_whichever_record_it_was_about():
    day = dt.date(2026, 1, 1)
    asked = (("US/d1", "US", "criminal", day, "derogatory"), ("MX/d1", "US", "criminal", day + days(1), "clear"))
    both = facts(*asked, members={"US/d1": "A", "MX/d1": "A"})
    assert results(both)["US", "criminal"] == "clear"
    assert results(facts(*asked))["US", "criminal"] == "derogatory"
    same = (("US/d1", "US", "criminal", day, "derogatory"), ("US/d1", "US", "criminal", day, "clear"))
    assert results(facts(*same))["US", "criminal"] == "derogatory"


@pytest.mark.parametrize(
    ("told", "told_ago", "refused_ago", "expected"),
    [
        ("derogatory", 900, 10, "derogatory"),  # a refusal hides nothing that was found
        ("clear", 100, 10, "clear"),  # what was said lately still holds
        ("clear", 500, 10, "not_shared"),  # it ran out, and asked again they refused
        ("clear", 500, 600, "stale"),
    ],
)
def test_a_refusal_tells_nothing_of_the_person(told, told_ago, refused_ago, expected):
    known = facts(
        ("US/d1", "MX", "criminal", AS_OF - days(told_ago), told),
        ("US/d1", "MX", "criminal", AS_OF - days(refused_ago), "not_shared"),
    )
    row = cells(known)["MX", "criminal"]
    assert row["result"] == expected
    is_unknown = expected in {"stale", "not_shared"}
    assert row["gap_since"] == (AS_OF - days(told_ago) + days(366) if is_unknown else None)


def test_later_answers_are_not_known_yet():
    known = facts(("US/d1", "US", "criminal", AS_OF, "clear"))
    assert results(known)["US", "criminal"] == "clear"
    assert results(known, AS_OF - days(1))["US", "criminal"] == "never"


def test_an_answer_nobody_defined_is_no_answer_and_an_unlisted_type_is_shown():
    known = facts(("US/d1", "US", "criminal", AS_OF, "maybe"), ("US/d1", "US", "weapons", AS_OF, "clear"))
    assert results(known)["US", "criminal"] == "never"
    assert results(known)["US", "weapons"] == "clear"


def test_countries_come_from_licences_jobs_residence_and_citizenship():
    members = {"US/a": "A", "US/b": "B", "US/c": "C", "US/d": "D", "US/e": "E"}
    known = facts(
        members=members,
        persons=persons(a="TX", b="ON", c=None, d="FED", e="QC"),
        enrolments=enrolments(
            {"record_key": "US/a", "citizenship": "MX", "residence": "US"},
            {"record_key": "US/c", "citizenship": "US", "residence": "CA"},
        ),
        employment=EMPLOYMENT.conform(
            pl.DataFrame(
                {
                    "record_key": ["US/b", "US/e"],
                    "carrier_key": ["MX/1", "MX/1"],
                    "end_date": [None, AS_OF - days(POLICY.employment_look_back_days + 1)],
                }
            )
        ),
        carriers=CARRIER.conform(pl.DataFrame({"key": ["MX/1"], "country": ["MX"]})),
    )
    because = {
        name: {country: row["because"] for (country, _), row in cells(known, identity=name).items()} for name in "ABCDE"
    }
    assert because["A"] == {"US": ["programme", "licence", "residence"], "MX": ["citizenship"]}
    assert because["B"] == {"US": ["programme"], "MX": ["employment"], "CA": ["licence"]}
    assert because["C"] == {"US": ["programme", "citizenship"], "CA": ["residence"]}
    assert because["D"] == {"US": ["programme"], "MX": ["licence"]}
    assert because["E"] == {"US": ["programme"], "CA": ["licence"]}


def test_where_nothing_says_which_countries_matter_all_of_them_do():
    because = {country: row["because"] for (country, _), row in cells(facts()).items()}
    assert because == {"US": ["programme", "unrecorded"], "MX": ["unrecorded"], "CA": ["unrecorded"]}


def test_what_was_asked_of_a_country_that_does_not_matter_is_shown_and_is_no_gap():
    known = facts(("US/d1", "MX", "criminal", AS_OF - days(400), "clear"), persons=persons(d1="TX"))
    row = cells(known)["MX", "criminal"]
    assert (row["result"], row["because"]) == ("stale", [])
    frame = coverage_of(known, pl.DataFrame({"identity_id": ["A"]}), AS_OF, POLICY)
    assert board(frame, POLICY)["country"].unique().to_list() == ["US"]


@pytest.mark.parametrize(
    ("membership", "holds"),
    [
        ({}, True),
        ({"status": "suspended"}, True),
        ({"status": "Expired"}, False),
        ({"status": "active", "expires_on": AS_OF}, True),
        ({"status": "active", "expires_on": AS_OF - days(1)}, False),
        ({"enrolled_on": AS_OF + days(1)}, False),
        ({"known_on": AS_OF + days(1)}, False),
    ],
)
def test_whoever_is_a_member_on_the_day_is_covered(membership, holds):
    known = facts(enrolments=enrolments({"record_key": "US/d1", **membership}))
    assert enrolled(known, AS_OF, POLICY).height == holds
    assert (coverage_of_enrolled(known, AS_OF, POLICY).height > 0) == holds


def test_everybody_enrolled_and_nobody_else():
    known = facts(
        ("MX/d1", "MX", "criminal", AS_OF, "clear"),
        ("US/d2", "US", "criminal", AS_OF, "clear"),
        members={"US/d1": "A", "MX/d1": "A", "US/d2": "B"},
        enrolments=enrolments({"record_key": "US/d1"}, {"record_key": "US/gone"}),
    )
    frame = coverage_of_enrolled(known, AS_OF, POLICY)
    assert frame["identity_id"].unique().to_list() == ["A"]
    assert frame.filter(country="MX", record_type="criminal")["result"].to_list() == ["clear"]
    assert frame["result"].value_counts().sort("result")["count"].to_list() == [1, 17]


def test_the_board_counts_every_cell_once_and_the_oldest_gap_comes_first():
    long, late = AS_OF - days(1000), AS_OF - days(20)
    known = facts(
        ("US/d1", "US", "criminal", AS_OF, "clear"),
        ("US/d2", "US", "criminal", AS_OF, "derogatory"),
        ("US/d3", "US", "criminal", AS_OF - days(500), "clear"),
        members={"US/d1": "A", "US/d2": "B", "US/d3": "C"},
        persons=persons(d1="TX", d2="TX", d3="TX"),
        enrolments=enrolments(
            {"record_key": "US/d1", "enrolled_on": late},
            {"record_key": "US/d2", "enrolled_on": long},
            {"record_key": "US/d3", "enrolled_on": late},
        ),
    )
    frame = coverage_of_enrolled(known, AS_OF, POLICY)
    rows = board(frame, POLICY).to_dicts()
    assert [(row["country"], row["record_type"]) for row in rows] == [("US", name) for name in POLICY.good_for_days]
    first = rows[0]
    assert [first[name] for name in ("drivers", "clear", "derogatory", "stale", "never", "unknown")] == [
        3,
        1,
        1,
        1,
        0,
        1,
    ]
    assert first["unknown_share"] == pytest.approx(1 / 3)
    assert sum(row[str(result)] for row in rows for result in Result) == frame.height
    oldest = oldest_gaps(frame, AS_OF).to_dicts()
    assert [row["identity_id"] for row in oldest] == ["B", "C", "A"]
    assert (oldest[0]["gap_days"], oldest[0]["gaps"], oldest[0]["cells"]) == (1000, TYPES - 1, TYPES)
    assert oldest[1]["oldest"] == ["US criminal"]
    assert oldest[1]["gap_days"] == 500 - 366


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
    assert {"always", "ended_statuses", "record_type.criminal.good_for_days"} <= set(POLICY.sources)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[record_type.criminal]", "[record_type.criminal]\ngood_for_weeks = 9", "unknown entry record_type.criminal"),
        ("good_for_days = { value = 365", "good_for_days = { value = 0", "record_type.criminal.good_for_days must be"),
        ('always = { value = ["US"]', 'always = { value = ["FR"]', "always names a country"),
        ('version = "2"', "", "version is missing"),
    ],
)
def test_a_policy_with_something_wrong_is_refused_and_named(tmp_path, old, new, says):
    text = (resources.files("eligibility") / "coverage_policy.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "policy.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ModelError, match=says):
        load_coverage_policy(tmp_path / "policy.toml")
