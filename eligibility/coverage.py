"""What was asked about each enrolled driver, where and when, and what came back: unknown is never shown as clear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

import polars as pl

from eligibility.coverage_countries import countries_that_matter
from eligibility.coverage_facts import EVIDENCE, CoverageFacts, enrolled, known_by
from eligibility.coverage_policy import CoveragePolicy
from linkage.schema import FrameSchema


class Result(StrEnum):
    """What is known of one record type in one country."""

    CLEAR = "clear"  # asked, nothing found, and the answer is still good
    DEROGATORY = "derogatory"  # asked, something found: this does not go stale
    NOT_SHARED = "not_shared"  # asked; the partner does not share it
    STALE = "stale"  # was clear, but too long ago
    NEVER = "never"  # nobody ever said


UNKNOWN = (Result.NOT_SHARED.value, Result.STALE.value, Result.NEVER.value)
"""Results that leave open what the country's records say."""

COVERAGE = FrameSchema(
    "coverage",
    {
        "identity_id": pl.String,
        "country": pl.String,
        "record_type": pl.String,
        "result": pl.String,
        "checked_on": pl.Date,  # last answer; null when never asked
        "known_on": pl.Date,  # the day that answer became known here
        "age_days": pl.Int32,  # days since; null when never asked
        "good_for_days": pl.Int32,  # after so many days a clear answer is stale
        "legal_basis": pl.String,
        "check": pl.String,  # key of the evidence it rests on
        "because": pl.List(pl.String),  # why the country matters; empty where it does not and was asked all the same
        "gap_since": pl.Date,  # first day without a good answer; null where there is one, or no day is known
    },
)
_CELL = ["identity_id", "country", "record_type"]


def coverage_of_enrolled(facts: CoverageFacts, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    """Frame COVERAGE of everybody who is enrolled, by id, country and record type in the policy's order.

    Args:
        facts: what is known of them.
        as_of: the day asked about; later answers and enrolments are not known yet.
        policy: what should have been checked.
    """
    return coverage_of(facts, enrolled(facts, as_of, policy).select("identity_id"), as_of, policy)


def coverage_of(facts: CoverageFacts, people: pl.DataFrame, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    """Frame COVERAGE of some people, enrolled or not.

    A cell is there for every record type of every country that matters, and for whatever else was asked. A check of any
    record of a person is a check of that person.

    Args:
        people: identity_id of those asked about.
    """
    matters = countries_that_matter(facts, people, as_of, policy)
    found = _settled(facts, people, as_of)
    types = pl.DataFrame({"record_type": pl.Series(list(policy.good_for_days), dtype=pl.String)})
    wanted = matters.select("identity_id", "country").join(types, how="cross")
    cells = pl.concat([wanted.select(_CELL), found.select(_CELL)]).unique()
    rows = _judged(cells.join(found, on=_CELL, how="left"), as_of, policy)
    since = enrolled(facts, as_of, policy).select("identity_id", "enrolled_on")
    told = rows.join(matters, on=["identity_id", "country"], how="left").join(since, on="identity_id", how="left")
    # An answer that ran out left a gap then; where nothing was ever told, the gap is as old as the membership.
    gap = pl.when(pl.col("result").is_in(list(UNKNOWN))).then(pl.coalesce("ran_out", "enrolled_on"))
    told = told.with_columns(pl.col("because").fill_null([]), gap_since=gap)
    return COVERAGE.conform(told.sort("identity_id", *policy_order(policy)))


def policy_order(policy: CoveragePolicy) -> list[pl.Expr]:
    """What to sort cells by: countries and record types as the policy lists them, others behind by name."""
    return [*_ordered("country", policy.countries), *_ordered("record_type", policy.good_for_days)]


def _settled(facts: CoverageFacts, people: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """The answer each cell rests on, before its age is looked at.

    The newest answer that tells something counts, the worse of two of one day. A refusal tells nothing: it never hides
    what was found, and it stands for the cell only where a clear answer is older.

    Frame out:
        _CELL; result, checked_on, known_on, legal_basis and key of the newest telling answer, and of the newest
        refusal, with `_refused` behind their names.
    """
    known = _dated(known_by(EVIDENCE.conform(facts.evidence), as_of)).filter(pl.col("checked_on") <= as_of)
    asked = known.join(facts.members, on="record_key").join(people, on="identity_id", how="semi").drop_nulls(_CELL)
    worse = (pl.col("result") == Result.DEROGATORY.value).alias("worse")
    ordered = asked.with_columns(worse).sort(*_CELL, "checked_on", "worse", "key")
    columns = [*_CELL, "result", "checked_on", "known_on", "legal_basis", "key"]
    telling = ordered.filter(pl.col("result").is_in([Result.CLEAR.value, Result.DEROGATORY.value]))
    refused = ordered.filter(pl.col("result") == Result.NOT_SHARED.value)
    newest = [frame.unique(_CELL, keep="last", maintain_order=True).select(columns) for frame in (telling, refused)]
    return newest[0].join(newest[1], on=_CELL, how="full", coalesce=True, suffix="_refused")


def _dated(evidence: pl.DataFrame) -> pl.DataFrame:
    """Answers without a day count from the day they became known, but for a clear one: nobody knows how old it is."""
    is_clear = pl.col("result") == Result.CLEAR.value
    return evidence.with_columns(pl.coalesce("checked_on", pl.when(~is_clear).then("known_on")).alias("checked_on"))


def _judged(cells: pl.DataFrame, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    days = pl.DataFrame(
        list(policy.good_for_days.items()), schema={"record_type": pl.String, "good_for_days": pl.Int32}, orient="row"
    )
    age = (pl.lit(as_of) - pl.col("checked_on")).dt.total_days()
    is_clear = pl.col("result") == Result.CLEAR.value
    is_stale = is_clear & (age > pl.col("good_for_days"))
    is_refused = pl.col("key_refused").is_not_null() & (
        pl.col("key").is_null() | (is_stale & (pl.col("checked_on_refused") >= pl.col("checked_on")))
    )
    told = ("result", "checked_on", "known_on", "legal_basis", "key")
    return (
        cells.join(days, on="record_type", how="left")
        .with_columns(pl.col("good_for_days").fill_null(min(policy.good_for_days.values())))
        .with_columns(
            pl.when(is_stale).then(pl.lit(Result.STALE.value)).otherwise(pl.col("result")).alias("result"),
            is_refused=is_refused,
            ran_out=pl.when(is_stale).then(pl.col("checked_on") + pl.duration(days=pl.col("good_for_days") + 1)),
        )
        .with_columns(
            pl.when("is_refused").then(pl.col(f"{name}_refused")).otherwise(pl.col(name)).alias(name) for name in told
        )
        .with_columns(pl.col("result").fill_null(Result.NEVER.value), age_days=age, check="key")
    )


def _ordered(column: str, order: Collection[str]) -> list[pl.Expr]:
    names = list(order)
    place = pl.col(column).replace_strict(names, range(len(names)), default=len(names), return_dtype=pl.Int32)
    return [place, pl.col(column)]
