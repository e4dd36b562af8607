"""Which events of people a reviewer must see, how weighty each is, and who may see it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from eligibility.matters import Audience
from eligibility.policy import EligibilityPolicy
from eligibility.screening.policy import Priorities, ScreeningPolicy
from graph.policy import DAYS_A_YEAR, fold

STANDING = ("counts", "context", "expired", "unmapped")
"""Events that no later disposition took back. Age is judged here by the look-back of the grounds, not of the score."""
_NAMED = ["code", "event_type", "status"]


def in_scope(judged: pl.DataFrame, grounds: EligibilityPolicy, policy: ScreeningPolicy) -> pl.DataFrame:
    """The events that a reviewer must see: they stand, within their look-back, and have a consequence or no meaning.

    Args:
        judged: events of `graph.incidents.judge`, with `identity_id` and `record`.

    Returns:
        The rows with what `with_meaning` adds, priority (0-100) and `says`, in their order.
    """
    meant = with_meaning(judged, grounds, policy)
    is_expired = (pl.col("age_days") > pl.col("limit_years") * DAYS_A_YEAR).fill_null(value=False)
    stands = pl.col("standing").is_in(STANDING) & ~is_expired
    found = meant.filter(stands & pl.col("opens_review"))
    return found.with_columns(priority=_priority(policy.priorities), says=_says())


def with_meaning(judged: pl.DataFrame, grounds: EligibilityPolicy, policy: ScreeningPolicy) -> pl.DataFrame:
    """The events with consequence, level, audience and is_licence, in their order."""
    return judged.join(_meanings(judged, grounds, policy), on=_NAMED, nulls_equal=True, maintain_order="left")


def _meanings(judged: pl.DataFrame, grounds: EligibilityPolicy, policy: ScreeningPolicy) -> pl.DataFrame:
    """What each code, event type and status that occurs means."""
    rows = []
    for code, event_type, status in judged.select(_NAMED).unique().iter_rows():
        ground = grounds.ground(code, event_type)
        is_licence = code in policy.licence_codes if code else fold(event_type or "") in policy.licence_types
        rows.append(
            (
                code, event_type, status, ground.opens_review, ground.consequence.value, ground.lookback.years,
                ground.code, ground.category, ground.audience.value, grounds.level(ground.consequence, status),
                is_licence,
            )
        )  # fmt: skip
    text = dict.fromkeys(_NAMED, pl.String)
    schema = {
        **text, "opens_review": pl.Boolean, "consequence": pl.String, "limit_years": pl.Float64, "ground": pl.String,
        "family": pl.String, "audience": pl.String, "level": pl.Float64, "is_licence": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _priority(order: Priorities) -> pl.Expr:
    """By consequence and class, at least so much for a licence and for the cleared; a doubtful link counts less."""
    by_consequence = {"mandatory": order.mandatory, "discretionary": order.discretionary}
    by_class = {"smuggling": order.smuggling, "serious": order.serious}
    base = _read("consequence", by_consequence, order.unmapped) + _read("class", by_class, 0.0)
    licence = pl.when("is_licence").then(pl.lit(order.licence_withdrawn)).otherwise(0.0)
    cleared = pl.when(is_cleared()).then(pl.lit(order.cleared)).otherwise(0.0)
    return (pl.max_horizontal(base, licence, cleared) * pl.col("confidence")).clip(0.0, 100.0)


def _says() -> pl.Expr:
    """The offence as a sentence names it; nothing of it where only the cleared may know."""
    status = pl.col("status").fill_null("recorded").str.strip_chars().str.to_lowercase()
    named = pl.concat_str(status, "ground", "family", "consequence", separator=", ")
    return (
        pl.when(is_cleared())
        .then(pl.lit("for cleared reviewers"))
        .when(pl.col("consequence") == "unmapped")
        .then(pl.lit("an offence that no rule maps"))
        .otherwise(named)
    )


def is_cleared() -> pl.Expr:
    """Whether only cleared reviewers may see a row."""
    return pl.col("audience") == Audience.CLEARED.value


def _read(column: str, values: dict[str, float], otherwise: float) -> pl.Expr:
    return pl.col(column).replace_strict(values, default=otherwise, return_dtype=pl.Float64)


def among(column: str, names: Collection[str]) -> pl.Expr:
    """Whether the column holds one of the names."""
    return pl.col(column).is_in(pl.Series(sorted(names), dtype=pl.String).implode())
