"""The exchange with partner countries: which gaps to ask about, how each request stands, and what answers prove."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import polars as pl
from stdnum.iso7064 import mod_97_10

from eligibility.coverage import COVERAGE, UNKNOWN, Result, policy_order
from eligibility.coverage_facts import EVIDENCE
from eligibility.coverage_policy import CoveragePolicy
from eligibility.exchange_answers import Verdict
from eligibility.exchange_policy import ExchangePolicy
from eligibility.exchange_tables import CHASE, REQUEST
from linkage.schema import FrameSchema


class State(StrEnum):
    """How a request stands."""

    OPEN = "open"  # waiting for an answer
    OVERDUE = "overdue"  # waiting, and the answer is late
    ANSWERED = "answered"  # an answer about the driver came
    SET_ASIDE = "set_aside"  # what came is not about the driver, or not surely; somebody must look


class LeftOut(StrEnum):
    """Why a gap makes no request."""

    NO_PARTNER = "no_partner"  # nobody is there to be asked
    NOT_ASKED_FOR = "not_asked_for"  # the partner is not asked for this type
    WAITING = "waiting"  # it is asked already
    TOLD_LATELY = "told_lately"  # the partner refused or knew nothing, not long ago
    TOO_LITTLE = "too_little"  # not enough of the driver may be told to be found by
    LIMIT = "limit"  # beyond the number asked for


JUDGED = FrameSchema(
    "judged_answer",
    {
        "key": pl.String,  # of the fact PARTNER_ANSWER
        "request_id": pl.String,  # as the answer names it
        "verdict": pl.String,
        "reason": pl.String,
        "answer": pl.String,
        "as_of": pl.Date,  # the day of the records looked at
        "known_on": pl.Date,
        "legal_basis": pl.String,
    },
)
STANDING = FrameSchema(
    "standing_request",
    REQUEST.columns
    | {
        "state": pl.String,
        "answer": pl.String,  # the newest accepted one
        "answered_on": pl.Date,
        "set_aside_because": pl.String,  # of the newest answer that was not accepted
        "chases": pl.Int64,
        "last_chased_on": pl.Date,
    },
)
OUTSTANDING = FrameSchema(
    "outstanding_request",
    {
        "identity_id": pl.String,
        "country": pl.String,
        "record_type": pl.String,
        "request_id": pl.String,
        "request_state": pl.String,  # open, overdue or set_aside
        "asked_on": pl.Date,
        "answer_due": pl.Date,
    },
)
ANSWER = "answer:"
"""What the key of evidence begins with that is an answer; the id of its request follows."""
_CELL = ["identity_id", "country", "record_type"]


def request_id(number: int) -> str:
    """The id of a request: its number and two check digits, so that a mistyped id names no other request.

    Source: ISO/IEC 7064, MOD 97-10.
    """
    digits = f"{number:06d}"
    return f"R{digits}-{mod_97_10.calc_check_digits(digits)}"


@dataclass(frozen=True, slots=True)
class Gaps:
    """Cells to ask a partner about (COVERAGE), the oldest gap first, and how many were left out for each reason."""

    cells: pl.DataFrame
    left_out: Counter[str]


def askable(
    coverage: pl.DataFrame, standing: pl.DataFrame, when: dt.date, policy: tuple[CoveragePolicy, ExchangePolicy]
) -> Gaps:
    """Gaps that should be put to a partner now.

    Args:
        coverage: COVERAGE of the drivers to ask about.
        standing: STANDING with the identity each request is about today.
        when: the day.
    """
    covering, rules = policy
    gaps = COVERAGE.conform(coverage).filter(pl.col("because").list.len() > 0, pl.col("result").is_in(UNKNOWN))
    kinds = [(country, kind) for country, partner in rules.partners.items() for kind in partner.record_types]
    asked_for = pl.DataFrame(kinds, schema={"country": pl.String, "record_type": pl.String}, orient="row")
    since = when - dt.timedelta(days=rules.ask_again_days)
    cells = standing.rename({"partner": "country"})
    waiting = cells.filter(pl.col("state").is_in([State.OPEN.value, State.OVERDUE.value])).select(_CELL)
    answered = cells.filter(pl.col("state") == State.ANSWERED.value, pl.col("answered_on") > since).select(_CELL)
    refused = gaps.filter(pl.col("result") == Result.NOT_SHARED.value, pl.col("checked_on") > since).select(_CELL)
    left_out: Counter[str] = Counter()
    steps = (
        (LeftOut.NO_PARTNER, gaps.filter(~pl.col("country").is_in(list(rules.partners))), ["country"]),
        (
            LeftOut.NOT_ASKED_FOR,
            gaps.join(asked_for, on=["country", "record_type"], how="anti"),
            ["country", "record_type"],
        ),
        (LeftOut.WAITING, waiting, _CELL),
        (LeftOut.TOLD_LATELY, pl.concat([answered, refused]), _CELL),
    )
    for reason, against, on in steps:
        kept = gaps.join(against, on=on, how="anti")
        left_out[reason.value] += gaps.height - kept.height
        gaps = kept
    return Gaps(gaps.sort("gap_since", "identity_id", *policy_order(covering), nulls_last=True), left_out)


def standing(requests: pl.DataFrame, chases: pl.DataFrame, judged: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Frame STANDING of every request on a day, in order; `due_on` is what the last chase set.

    Args:
        requests: REQUEST; identity_id as it should be shown.
        chases: CHASE.
        judged: JUDGED, known by the day.
    """
    last = (
        CHASE.conform(chases)
        .sort("request_id", "n")
        .group_by("request_id")
        .agg(pl.len().alias("chases"), pl.col("chased_on").last().alias("last_chased_on"), pl.col("due_on").last())
    )
    newest = JUDGED.conform(judged).sort("known_on", "as_of", "key", nulls_last=False)
    is_accepted = pl.col("verdict") == Verdict.ACCEPTED.value
    accepted = newest.filter(is_accepted).unique("request_id", keep="last")
    others = newest.filter(~is_accepted).unique("request_id", keep="last")
    joined = (
        REQUEST.conform(requests)
        .join(last, on="request_id", how="left", suffix="_chased")
        .join(accepted.select("request_id", "answer", answered_on="known_on"), on="request_id", how="left")
        .join(others.select("request_id", set_aside_because="reason"), on="request_id", how="left")
        .with_columns(pl.coalesce("due_on_chased", "due_on").alias("due_on"), pl.col("chases").fill_null(0))
    )
    state = (
        pl.when(pl.col("answer").is_not_null())
        .then(pl.lit(State.ANSWERED.value))
        .when(pl.col("set_aside_because").is_not_null())
        .then(pl.lit(State.SET_ASIDE.value))
        .when(pl.col("due_on") < as_of)
        .then(pl.lit(State.OVERDUE.value))
        .otherwise(pl.lit(State.OPEN.value))
    )
    return STANDING.conform(joined.with_columns(state=state).sort("n"))


def outstanding(standing: pl.DataFrame) -> pl.DataFrame:
    """The newest request about each cell that has no answer about the driver yet: frame OUTSTANDING.

    Args:
        standing: STANDING with the identity each request is about today.
    """
    newest = (
        standing.filter(pl.col("state") != State.ANSWERED.value)
        .sort("n")
        .unique(["identity_id", "partner", "record_type"], keep="last", maintain_order=True)
    )
    return OUTSTANDING.conform(newest.rename({"partner": "country", "state": "request_state", "due_on": "answer_due"}))


def evidence_of_answers(requests: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """EVIDENCE of accepted answers: a refusal is records not shared, and "unknown" says nothing at all.

    An answer without a day of its own is as old as the request.
    """
    words = {"clear": Result.CLEAR.value, "derogatory": Result.DEROGATORY.value, "refused": Result.NOT_SHARED.value}
    accepted = JUDGED.conform(judged).filter(pl.col("verdict") == Verdict.ACCEPTED.value)
    joined = accepted.join(REQUEST.conform(requests), on="request_id", suffix="_asked").with_columns(
        result=pl.col("answer").replace_strict(words, default=None, return_dtype=pl.String)
    )
    return EVIDENCE.conform(
        joined.drop_nulls("result").select(
            pl.concat_str(pl.lit(ANSWER), "request_id").alias("key"),
            pl.col("anchor").alias("record_key"),
            pl.col("partner").alias("country"),
            "record_type",
            pl.coalesce("as_of", "asked_on").alias("checked_on"),
            "known_on",
            "result",
            "legal_basis",
        )
    )
