"""How evenly people decide: agreement of independent readings beyond chance, and outcomes against the order of a queue.

Uneven application of the standard was a finding of OIG-21-70, so it is measured here and not assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import numpy as np

from eligibility.reviews.snapshots import unpacked
from eligibility.reviews.states import ADVERSE, Outcome

CONFIDENCE = 0.95
_SECONDS = (
    "SELECT p.outcome, CASE p.verdict WHEN 'signed' THEN p.outcome ELSE p.second_outcome END "
    "FROM review_proposal p JOIN review r USING (review_id) WHERE p.verdict IN ('signed', 'returned') "
    "AND (r.audience = 'general' OR ?) ORDER BY p.review_id, p.n"
)
_BLIND = (
    "SELECT d.outcome, o.outcome FROM review_opinion o JOIN review_round d USING (review_id, round) "
    "JOIN review r USING (review_id) WHERE d.outcome IS NOT NULL AND (r.audience = 'general' OR ?) "
    "ORDER BY o.review_id, o.round, o.by"
)
_BY_REVIEWER = (
    "SELECT p.by, p.outcome FROM review_proposal p JOIN review r USING (review_id) "
    "WHERE p.n = (SELECT min(f.n) FROM review_proposal f WHERE f.review_id = p.review_id AND f.round = p.round "
    "AND f.by = p.by AND f.verdict IS NOT 'overtaken') AND (r.audience = 'general' OR ?) "
    "ORDER BY p.by, p.review_id, p.n"
)
_ORDERED = (
    "SELECT p.outcome, s.document FROM review_proposal p JOIN review r USING (review_id) "
    "JOIN review_snapshot s ON s.review_id = p.review_id AND s.round = p.round "
    "AND s.n = (SELECT max(n) FROM review_snapshot t WHERE t.review_id = p.review_id AND t.round = p.round "
    "AND t.moment IN ('decided', 'signed')) "
    "WHERE p.verdict IN ('final', 'signed') AND length(s.document) > 0 AND (r.audience = 'general' OR ?) "
    "ORDER BY p.review_id, p.n"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of pairs of readings of the same cases.

    Args:
        pairs: how many.
        agreed: share that is alike; None without a pair.
        kappa: Cohen's kappa, `low` and `high` the ends of its interval; None where chance alone would make all of them
            alike, or there is none.
        table: count by first and second outcome.
    """

    pairs: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None
    table: dict[str, dict[str, int]]


def agreement_of(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Agreement of two readings of each case.

    Source: Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960);
    interval by the variance of Fleiss, Cohen and Everitt 1969; both by `statsmodels.stats.inter_rater`. With few pairs
    the interval is too narrow, and where all are alike it has no width.
    """
    total = len(pairs)
    if not total:
        return Agreement(0, None, None, None, None, {})
    alike = sum(one == other for one, other in pairs) / total
    counts: dict[str, dict[str, int]] = {}
    for one, other in sorted(pairs):
        counts.setdefault(one, {}).setdefault(other, 0)
        counts[one][other] += 1
    return Agreement(total, alike, *_kappa(pairs), counts)


def _kappa(pairs: Sequence[tuple[str, str]]) -> tuple[float | None, float | None, float | None]:
    """Kappa and its interval; nothing where everybody always says the same."""
    outcomes = sorted({outcome for pair in pairs for outcome in pair})
    if len(outcomes) < 2:
        return None, None, None
    from statsmodels.stats.inter_rater import cohens_kappa  # noqa: PLC0415 - a second to import

    counts = Counter(pairs)
    with np.errstate(invalid="ignore"):  # of its z value, where a reader always says the same
        found = cohens_kappa([[counts[one, other] for other in outcomes] for one in outcomes])
    return float(found.kappa), float(found.kappa_low), float(found.kappa_upp)


def second_signatures(connection: apsw.Connection, *, is_cleared: bool) -> list[tuple[str, str]]:
    """The first person's outcome and the second's, of every proposal that a second person looked at."""
    return [(str(one), str(two)) for one, two in connection.execute(_SECONDS, (is_cleared,))]


def blind_readings(connection: apsw.Connection, *, is_cleared: bool) -> list[tuple[str, str]]:
    """The outcome and what somebody who was not shown it would have decided."""
    return [(str(one), str(two)) for one, two in connection.execute(_BLIND, (is_cleared,))]


def overrides(connection: apsw.Connection, *, is_cleared: bool) -> list[dict[str, Any]]:
    """Outcomes against the band in which the driver stood when it was decided, both ways, with Wilson intervals.

    A retained driver of the top band and an adverse outcome in the lowest one are no errors: they say how much people
    follow the order of the queue. A decision about a driver who was expunged since is in no count.
    """
    decided = []
    for outcome, document in connection.execute(_ORDERED, (is_cleared,)):
        risk = unpacked(document).get("risk")
        if risk:
            decided.append((str(risk["band"]), str(outcome)))
    adverse = {outcome.value for outcome in ADVERSE}
    kinds = (
        ("look first, retained", "look first", {Outcome.RETAIN.value}),
        ("routine, adverse", "routine", adverse),
    )
    return [_rate(name, [o in wanted for b, o in decided if b == band]) for name, band, wanted in kinds]


def adverse_by_reviewer(connection: apsw.Connection, *, is_cleared: bool) -> list[dict[str, Any]]:
    """How often each first person put an adverse outcome forward, with Wilson intervals; cases are not alike.

    A case that the second person sent back counts once, with what was put forward first.
    """
    put: dict[str, list[bool]] = {}
    for by, outcome in connection.execute(_BY_REVIEWER, (is_cleared,)):
        put.setdefault(str(by), []).append(Outcome(outcome) in ADVERSE)
    rows = [_rate(by, hits) for by, hits in put.items()]
    return [{"reviewer": row.pop("override"), **row} for row in rows]


def _rate(name: str, hits: Sequence[bool]) -> dict[str, Any]:
    from scipy.stats import binomtest  # noqa: PLC0415 - half of a command's start

    row: dict[str, Any] = {"override": name, "count": sum(hits), "of": len(hits)}
    if not hits:
        return row | {"rate": None, "lower": None, "upper": None}
    interval = binomtest(sum(hits), len(hits)).proportion_ci(CONFIDENCE, "wilson")
    return row | {"rate": sum(hits) / len(hits), "lower": float(interval.low), "upper": float(interval.high)}
