"""Own and linked risk of one person or of all, from a graph, on a given day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from graph.association import Crowds, Question, Tables, associate, associate_twice, prepare
from graph.evidence import Evidence, read_around, read_everyone
from graph.incidents import Judged, judge
from graph.linked_points import LinkedPoints, linked_points
from graph.policy import RiskPolicy
from graph.store import EdgeReader, GraphScan
from linkage.compiled import is_compiled
from linkage.schema import FrameSchema

SCORE = FrameSchema(
    "score",
    {
        "identity_id": pl.String,
        "score": pl.Float64,  # 0-100, orders queues
        "band": pl.String,
        "own": pl.Float64,  # 0-100
        "linked": pl.Float64,  # 0-100
        "linked_band": pl.String,
        "linked_with_possible": pl.Float64,  # 0-100, never below linked
        "own_points": pl.Float64,
        "linked_points": pl.Float64,
        "as_of": pl.Date,
        "policy": pl.String,
    },
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that scores rest on.

    Args:
        evidence: what is known.
        judged: events with what they weigh.
        own: frame person, incident, event, strength, points, ordered by person and incident: the most serious event of
            each incident of their own that counts.
        tables: evidence ready for ties.
        linked: frame p, incident, row, person, association, strength, points: each case of another that reaches p,
            ordered by p, incident, then strongest first; the first of each incident is the one that counts.
        linked_possible: the same with possible links.
    """

    evidence: Evidence
    judged: Judged
    own: pl.DataFrame
    tables: Tables
    linked: pl.DataFrame
    linked_possible: pl.DataFrame


def score_all(
    reader: GraphScan, policy: RiskPolicy, as_of: dt.date, identities: Collection[str] | None = None
) -> pl.DataFrame:
    """Frame SCORE: every identity, or the given ones, ordered by id.

    Only facts known by `as_of` count. Scoring some identities gives the same bits as scoring all.
    """
    evidence = read_everyone(reader, policy, as_of)
    if identities is None:
        return _score(evidence, policy)
    places = [place for place, identity in enumerate(evidence.people) if identity in set(identities)]
    return _score(evidence, policy, pl.Series("only", places, pl.UInt32))


def score_one(reader: EdgeReader, policy: RiskPolicy, identity_id: str, as_of: dt.date) -> pl.DataFrame:
    """Frame SCORE with one row, read from around the identity alone; the same bits as in `score_all`.

    Raises:
        UnknownIdentity: the graph has no such identity.
    """
    return score_some(reader, policy, [identity_id], as_of)


def score_some(reader: EdgeReader, policy: RiskPolicy, identities: Collection[str], as_of: dt.date) -> pl.DataFrame:
    """Frame SCORE: the given identities, read from around them alone; the same bits as in `score_all`.

    Raises:
        UnknownIdentity: the graph has no such identity.
    """
    evidence = read_around(reader, policy, identities, as_of)
    asked = set(identities)
    only = pl.Series("only", [place for place, person in enumerate(evidence.people) if person in asked], pl.UInt32)
    return _score(evidence, policy, only)


def assess(evidence: Evidence, policy: RiskPolicy, only: pl.Series | None = None) -> Assessment:
    """What the evidence says of everyone, or of the people (places in `evidence.people`) in `only`."""
    judged = judge(evidence.events, policy, evidence.as_of)
    crowds = Crowds.count(evidence, policy)
    tables = prepare(evidence, judged, crowds, policy, Question(only))
    if evidence.possible.height or not _is_certain(evidence, policy):
        lending = prepare(evidence, judged, crowds, policy, Question(only, with_possible=True))
        confirmed, lent = associate_twice(lending)
        linked, possible = _linked(confirmed, tables, judged.events), _linked(lent, lending, judged.events)
    else:
        linked = possible = _linked(associate(tables), tables, judged.events)
    return Assessment(evidence, judged, _own(judged.events, policy), tables, linked, possible)


def tabulate(assessment: Assessment, policy: RiskPolicy, only: pl.Series | None = None) -> pl.DataFrame:
    """Frame SCORE of the people assessed, ordered by id."""
    size = len(assessment.evidence.people)
    points = LinkedPoints(
        linked=_sums(_firsts(assessment.linked), "p", size),
        possible=_sums(_firsts(assessment.linked_possible), "p", size),
    )
    return _table(assessment.evidence, assessment.own, points, policy, only)


def _score(evidence: Evidence, policy: RiskPolicy, only: pl.Series | None = None) -> pl.DataFrame:
    """Frame SCORE without the rows it rests on; the same bits as `tabulate` of what `assess` finds."""
    if not is_compiled(evidence.holds.height):
        return tabulate(assess(evidence, policy, only), policy, only)
    judged = judge(evidence.events, policy, evidence.as_of)
    points = linked_points(evidence, judged, policy, only)
    return _table(evidence, _own(judged.events, policy), points, policy, only)


def _table(
    evidence: Evidence, own_rows: pl.DataFrame, points: LinkedPoints, policy: RiskPolicy, only: pl.Series | None
) -> pl.DataFrame:
    people = evidence.people
    size = len(people)
    own = _sums(own_rows, "person", size)
    linked, possible = points.linked, points.possible
    scoring = policy.scoring
    cap = -np.log1p(-scoring.linked_cap / 100.0)
    queue = scoring.own_weight * own + np.minimum(scoring.linked_weight * linked, cap)
    score, linked_figure = _figure(queue), _figure(linked)
    frame = pl.DataFrame(
        {
            "identity_id": pl.Series(people, dtype=pl.String),
            "score": score,
            "band": [scoring.band(figure) for figure in score],
            "own": _figure(own),
            "linked": linked_figure,
            "linked_band": [scoring.linked_band(figure) for figure in linked_figure],
            "linked_with_possible": _figure(np.maximum(linked, possible)),
            "own_points": own,
            "linked_points": linked,
            "as_of": pl.Series([evidence.as_of] * size, dtype=pl.Date),
            "policy": pl.Series([policy.name] * size, dtype=pl.String),
        },
        schema_overrides={"band": pl.String, "linked_band": pl.String},
    )
    return SCORE.check(frame if only is None else frame[only.sort().to_list()])


def _figure(points: np.ndarray) -> np.ndarray:
    return np.asarray(100.0 * -np.expm1(-points), dtype=np.float64)


def _sums(rows: pl.DataFrame, person: str, size: int) -> np.ndarray:
    """Points added up in the order of incidents, so that equal inputs give equal bits.

    Args:
        rows: ordered by person and incident.
    """
    people = rows[person].to_numpy().astype(np.int64)
    return np.asarray(np.bincount(people, rows["points"].to_numpy(), size), dtype=np.float64)


def _firsts(linked: pl.DataFrame) -> pl.DataFrame:
    """The first row of each person and incident, of rows ordered by both."""
    is_first = (pl.col("p") != pl.col("p").shift()) | (pl.col("incident") != pl.col("incident").shift())
    return linked.filter(is_first.fill_null(value=True))


def _own(events: pl.DataFrame, policy: RiskPolicy) -> pl.DataFrame:
    """The most serious event of each own incident; nothing below the review threshold."""
    counting = events.filter((pl.col("weight") > 0) & (pl.col("confidence") >= policy.limits.review_threshold))
    strength = counting["confidence"].to_numpy() * counting["weight"].to_numpy()
    rows = counting.select("person", "incident", "event").with_columns(
        pl.Series("strength", strength), pl.Series("points", -np.log1p(-strength))
    )
    order = ["person", "incident", "points", "event"]
    best = rows.sort(order, descending=[False, False, True, False])
    return best.unique(["person", "incident"], keep="first", maintain_order=True)


def _linked(associations: pl.DataFrame, tables: Tables, events: pl.DataFrame) -> pl.DataFrame:
    """Cases of others that reach each person, but for incidents in which that person has an event too."""
    # incidents as numbers in the order of their names: there are millions of rows to be sorted
    named = pl.Enum(pl.concat([events["incident"], tables.cases["incident"]]).unique().sort())
    cases = tables.cases.select("row", pl.col("incident").cast(named), "person", "weight")
    ties = associations.join(cases, on="row")
    own = events.select(pl.col("incident").cast(named), p="person").unique()
    ties = ties.join(own, on=["p", "incident"], how="anti")
    strength = ties["association"].to_numpy() * ties["weight"].to_numpy()
    strength = np.minimum(tables.policy.limits.strength, strength)
    rows = ties.select("p", "incident", "row", "person", "association").with_columns(
        pl.Series("strength", strength), pl.Series("points", -np.log1p(-strength))
    )
    order = ["p", pl.col("incident").to_physical(), "strength", "row"]
    ordered = rows.sort(order, descending=[False, False, True, False])
    return ordered.with_columns(pl.col("incident").cast(pl.String))


def _is_certain(evidence: Evidence, policy: RiskPolicy) -> bool:
    """True when no tie can fall below the review threshold, so that possible links can add nothing."""
    confidences = pl.concat([evidence.holds["confidence"], evidence.events["confidence"]])
    lowest = confidences.min()
    return lowest is None or float(str(lowest)) ** 3 >= policy.limits.review_threshold
