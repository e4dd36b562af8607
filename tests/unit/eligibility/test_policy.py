"""The eligibility policy: every code of the violations table, each value with a source, and nothing guessed."""

from __future__ import annotations

import csv
import re
from importlib import resources
from pathlib import Path

import pytest

from eligibility.matters import Audience
from eligibility.policy import NOT_MAPPED, Consequence, EligibilityPolicy, LookbackKind
from eligibility.policy_file import load_eligibility_policy
from graph.policy_file import load_policy
from linkage.errors import ModelError

SHIPPED = resources.files("eligibility") / "eligibility_policy.toml"


@pytest.fixture(scope="module")
def policy() -> EligibilityPolicy:
    return load_eligibility_policy()


def test_every_code_of_the_violations_table_is_a_ground(policy: EligibilityPolicy) -> None:
    table = (resources.files("graph") / "data" / "violations.csv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert len(rows) == 201
    for row in rows:
        ground = policy.codes[row["code"]]
        assert (ground.category, ground.lookback.text) == (row["category"], row["lookback"])
        assert ground.source
        assert ground.reason_code in policy.reasons
    assert set(policy.codes) == {row["code"] for row in rows}


def test_points_are_those_of_the_published_standard_alone(policy: EligibilityPolicy) -> None:
    table = (resources.files("graph") / "data" / "violations.csv").read_text("utf-8")
    severity = {row["code"]: float(row["severity"]) for row in csv.DictReader(table.splitlines())}
    with_points = {code: ground.points for code, ground in policy.codes.items() if ground.points is not None}
    assert with_points == {code: value for code, value in severity.items() if code.startswith("US-SMS-")}


def test_every_type_that_risk_knows_has_a_ground(policy: EligibilityPolicy) -> None:
    assert set(policy.types) == set(load_policy().types)


def test_terrorism_is_for_cleared_reviewers_and_never_scored(policy: EligibilityPolicy) -> None:
    assert [g.code for g in policy.codes.values() if g.audience is Audience.CLEARED] == ["US-FAST-TERR"]
    risk = load_policy()
    assert risk.classes[risk.codes["US-FAST-TERR"].class_name].severity == 0


def test_association_rows_are_context(policy: EligibilityPolicy) -> None:
    links = [ground for code, ground in policy.codes.items() if code.startswith("LINK-")]
    assert len(links) == 12
    assert not any(ground.opens_review for ground in links)


def test_an_unknown_code_is_mapped_by_type_or_not_at_all(policy: EligibilityPolicy) -> None:
    assert policy.ground("NO-SUCH", "drug smuggling").code == "DRUG_SMUGGLING"
    assert policy.ground(None, "jaywalking") is NOT_MAPPED
    assert NOT_MAPPED.opens_review


def test_look_back(policy: EligibilityPolicy) -> None:
    serious = policy.codes["US-383-SER-01"].lookback
    assert serious.reaches(3 * 365)
    assert not serious.reaches(3 * 366)
    assert policy.codes["US-FED-952"].lookback.kind is LookbackKind.LIFE
    assert policy.codes["US-FED-952"].lookback.reaches(60 * 365)


def test_a_level_rises_with_consequence_first_and_status_second(policy: EligibilityPolicy) -> None:
    order = [
        policy.level(Consequence.NONE, "conviction"),
        policy.level(Consequence.UNMAPPED, None),
        policy.level(Consequence.DISCRETIONARY, "arrest"),
        policy.level(Consequence.DISCRETIONARY, "Charge"),
        policy.level(Consequence.DISCRETIONARY, "conviction"),
        policy.level(Consequence.MANDATORY, "arrest"),
    ]
    assert order == sorted(set(order))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('version = "1"', "", "version is missing"),
        ("none_stated_years = { value = 0,", "none_stated_years = { value = -1,", "from 0 to 100"),
        ("none_stated_years = { value = 0,", "none_stated_years = { value = true,", "from 0 to 100"),
        ("arrest = { value = 1, source = ", "arrest = { value = 1, why = ", "a value and a source"),
        ("[cleared]", "[extra]\nx = 1\n[cleared]", "unknown entry extra.x"),
        ('"US-FAST-TERR"', '"US-FAST-NONE"', "has not"),
        ('for = "refer"', 'for = "denial"', "must be one of"),
        ('"drugs"]', "]", "no reason code lists"),
        ('consequence = "mandatory"\nlookback = "5"', 'consequence = "denied"\nlookback = "5"', "consequence must be"),
        ('consequence = "mandatory"\nlookback = "5"', 'consequence = "mandatory"\nlookback = "long"', "look-back long"),
        ('name = "DUI"', 'name = "WARRANT"', "stands twice"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, found: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    (tmp_path / "policy.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ModelError, match=re.escape(found)):
        load_eligibility_policy(tmp_path / "policy.toml")


def test_what_is_no_policy_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError):
        load_eligibility_policy(tmp_path / "policy.toml")
