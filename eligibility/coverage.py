"""What was asked about each enrolled driver, where and when, and what came back: unknown is never shown as clear."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from linkage.errors import ModelError
from linkage.schema import CHECK, ENROLMENT, MEMBERSHIP, FrameSchema


class Result(StrEnum):
    """What is known of one record type in one country."""

    CLEAR = "clear"  # asked, nothing found, and the answer is still good
    DEROGATORY = "derogatory"  # asked, something found: this does not go stale
    NOT_SHARED = "not_shared"  # asked; the partner does not share it
    STALE = "stale"  # was clear, but too long ago
    NEVER = "never"  # never asked


COVERAGE = FrameSchema(
    "coverage",
    {
        "identity_id": pl.String,
        "country": pl.String,
        "record_type": pl.String,
        "result": pl.String,
        "checked_on": pl.Date,  # last answer; null when never asked
        "age_days": pl.Int32,  # days since; null when never asked
        "good_for_days": pl.Int32,  # after so many days a clear answer is stale
        "legal_basis": pl.String,
        "check": pl.String,  # key of the check it rests on
    },
)


@dataclass(frozen=True, slots=True)
class CoveragePolicy:
    """What should have been checked, and for how long an answer is good.

    Args:
        version: as the file states it.
        countries: countries whose records matter, in order.
        good_for_days: days by record type, in order.
        sources: where each value comes from.
    """

    version: str
    countries: tuple[str, ...]
    good_for_days: Mapping[str, int]
    sources: Mapping[str, str]


def load_coverage_policy(path: Path | None = None) -> CoveragePolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, or an entry has no value or no source.
    """
    try:
        shipped = resources.files("eligibility") / "coverage_policy.toml"
        document = tomllib.loads(path.read_text("utf-8") if path else shipped.read_text("utf-8"))
        types = document["record_type"]
        days = {name: _sourced(types[name]["good_for_days"], name) for name in types}
        countries = _sourced(document["countries"], "countries")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"coverage policy {path}: {error}") from error
    if not all(isinstance(value, int) and value > 0 for value in days.values()):
        raise ModelError("coverage policy: good_for_days must be whole days above 0")
    sources = {name: types[name]["good_for_days"]["source"] for name in types}
    sources["countries"] = document["countries"]["source"]
    return CoveragePolicy(str(document.get("version", "")), tuple(countries), days, sources)


def _sourced(entry: Any, name: str) -> Any:
    if set(entry) != {"value", "source"} or not str(entry["source"]).strip():
        raise ModelError(f"coverage policy: {name} needs a value and a source and nothing else")
    return entry["value"]


def coverage_of(
    checks: pl.DataFrame, record_keys: Collection[str], as_of: dt.date, policy: CoveragePolicy
) -> list[dict[str, Any]]:
    """Coverage of one person, one row a country and record type.

    Args:
        checks: frame CHECK.
        record_keys: the person's records.
        as_of: the day asked about; later answers are not known yet.
        policy: what should have been checked.

    Returns:
        Rows of COVERAGE without identity_id, dates in ISO form.
    """
    members = pl.DataFrame({"record_key": sorted(set(record_keys)), "identity_id": "one"}, schema_overrides=_KEYS)
    people = pl.DataFrame({"identity_id": ["one"]})
    rows = _cover(checks, members, people, (as_of, policy)).drop("identity_id")
    return rows.with_columns(pl.col("checked_on").dt.to_string("iso")).to_dicts()


def coverage_of_enrolled(
    checks: pl.DataFrame,
    enrolments: pl.DataFrame,
    memberships: pl.DataFrame,
    as_of: dt.date,
    policy: CoveragePolicy,
) -> pl.DataFrame:
    """Frame COVERAGE of everybody who is enrolled, by id, country and record type in the policy's order.

    A record type that was checked although the policy does not list it is shown too. A check of any record of a person
    is a check of that person.

    Args:
        checks: frame CHECK.
        enrolments: frame ENROLMENT.
        memberships: frame MEMBERSHIP.
        as_of: the day asked about; later answers and enrolments are not known yet.
        policy: what should have been checked.
    """
    members = MEMBERSHIP.conform(memberships)
    known = ENROLMENT.conform(enrolments).filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))
    people = members.join(known, on="record_key", how="semi").select("identity_id").unique()
    return _cover(checks, members.select("record_key", "identity_id"), people, (as_of, policy))


_KEYS: dict[str, Any] = {"record_key": pl.String, "identity_id": pl.String}


def _cover(
    checks: pl.DataFrame, members: pl.DataFrame, people: pl.DataFrame, when: tuple[dt.date, CoveragePolicy]
) -> pl.DataFrame:
    as_of, policy = when
    cell = ["identity_id", "country", "record_type"]
    asked = _asked(checks, as_of).join(members, on="record_key").join(people, on="identity_id", how="semi")
    last = asked.sort(*cell, "checked_on", "severity", "key").unique(cell, keep="last", maintain_order=True)
    wanted = pl.DataFrame({"country": list(policy.countries)}).join(
        pl.DataFrame({"record_type": list(policy.good_for_days)}), how="cross"
    )
    cells = pl.concat([people.join(wanted, how="cross"), last.select(cell)]).unique()
    days = pl.DataFrame(
        list(policy.good_for_days.items()),
        schema={"record_type": pl.String, "good_for_days": pl.Int32},
        orient="row",
    )
    fallback = min(policy.good_for_days.values())
    age = (pl.lit(as_of) - pl.col("checked_on")).dt.total_days()
    is_stale = (pl.col("result") == Result.CLEAR.value) & (age > pl.col("good_for_days"))
    rows = (
        cells.join(last, on=cell, how="left")
        .join(days, on="record_type", how="left")
        .with_columns(pl.col("good_for_days").fill_null(fallback))
        .with_columns(
            age_days=age,
            result=pl.when(is_stale)
            .then(pl.lit(Result.STALE.value))
            .otherwise(pl.col("result").fill_null(Result.NEVER.value)),
            check="key",
        )
    )
    return COVERAGE.conform(
        rows.sort("identity_id", *_ordered("country", policy.countries), *_ordered("record_type", policy.good_for_days))
    )


def _asked(checks: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Answers known by the day, with an order in which the worse of two of one day counts."""
    known = CHECK.conform(checks).filter(
        (pl.col("known_on").is_null() | (pl.col("known_on") <= as_of)) & (pl.col("checked_on") <= as_of)
    )
    answers = [Result.NOT_SHARED.value, Result.CLEAR.value, Result.DEROGATORY.value]
    severity = pl.col("result").replace_strict(answers, range(3), default=None, return_dtype=pl.Int8)
    found = known.with_columns(
        result=pl.col("result").str.to_lowercase(),
        record_type=pl.col("record_type").str.to_lowercase(),
        country=pl.col("country").str.to_uppercase(),
    ).with_columns(severity=severity)
    return found.drop_nulls(["record_key", "country", "record_type", "severity"]).select(
        "key", "record_key", "country", "record_type", "checked_on", "result", "legal_basis", "severity"
    )


def _ordered(column: str, order: Collection[str]) -> list[pl.Expr]:
    names = list(order)
    place = pl.col(column).replace_strict(names, range(len(names)), default=len(names), return_dtype=pl.Int32)
    return [place, pl.col(column)]
