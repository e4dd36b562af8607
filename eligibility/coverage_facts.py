"""The facts that coverage is worked out from, and who is enrolled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from eligibility.coverage_policy import CoveragePolicy
from linkage.schema import CARRIER, CHECK, EMPLOYMENT, ENROLMENT, MEMBERSHIP, PERSON, FrameSchema

EVIDENCE = FrameSchema(
    "evidence",
    {
        "key": pl.String,  # the check's own key, `answer:REQUEST` or `load:NUMBER`
        "record_key": pl.String,  # whose records were looked at
        "country": pl.String,
        "record_type": pl.String,
        "checked_on": pl.Date,
        "known_on": pl.Date,
        "result": pl.String,  # clear, derogatory or not_shared
        "legal_basis": pl.String,
    },
)
"""One answer to the question what a country's records of one type say about a person."""


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Current facts of the people asked about; each frame needs only the columns named.

    Args:
        memberships: MEMBERSHIP.
        persons: PERSON: key, licence_jurisdiction, known_on.
        enrolments: ENROLMENT.
        employment: EMPLOYMENT: record_key, carrier_key, end_date, known_on.
        carriers: CARRIER: key, country.
        evidence: EVIDENCE of every kind.
    """

    memberships: pl.DataFrame
    persons: pl.DataFrame = field(default_factory=PERSON.empty)
    enrolments: pl.DataFrame = field(default_factory=ENROLMENT.empty)
    employment: pl.DataFrame = field(default_factory=EMPLOYMENT.empty)
    carriers: pl.DataFrame = field(default_factory=CARRIER.empty)
    evidence: pl.DataFrame = field(default_factory=EVIDENCE.empty)

    @property
    def members(self) -> pl.DataFrame:
        """record_key and identity_id."""
        return MEMBERSHIP.conform(self.memberships).select("record_key", "identity_id")


def evidence_of_checks(checks: pl.DataFrame) -> pl.DataFrame:
    """Checks (CHECK) as EVIDENCE, under one spelling of countries, types and results."""
    found = CHECK.conform(checks).with_columns(
        pl.col("result", "record_type").str.to_lowercase(), pl.col("country").str.to_uppercase()
    )
    return EVIDENCE.conform(found)


def known_by(frame: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Rows that were known on the day."""
    return frame.filter(pl.col("known_on").is_null() | (pl.col("known_on") <= as_of))


def enrolled(facts: CoverageFacts, as_of: dt.date, policy: CoveragePolicy) -> pl.DataFrame:
    """Who is a member on the day: one row an identity, by id.

    Frame out:
        identity_id, status, enrolled_on (the earliest of the memberships that hold), citizenship and residence (lists).
    """
    ended = pl.col("status").str.to_lowercase().is_in(sorted(policy.ended_statuses)).fill_null(value=False)
    holds = (
        ~ended
        & (pl.col("expires_on").is_null() | (pl.col("expires_on") >= as_of))
        & (pl.col("enrolled_on").is_null() | (pl.col("enrolled_on") <= as_of))
    )
    current = known_by(ENROLMENT.conform(facts.enrolments), as_of).filter(holds)
    joined = current.join(facts.members, on="record_key").sort("identity_id", "enrolled_on", "key", nulls_last=True)
    return joined.group_by("identity_id", maintain_order=True).agg(
        pl.col("status").last(),
        pl.col("enrolled_on").min(),
        pl.col("citizenship").drop_nulls().unique().sort(),
        pl.col("residence").drop_nulls().unique().sort(),
    )
