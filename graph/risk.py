"""Own and linked risk of one person or of all, from a graph, on a given day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from graph.advance import advance
from graph.association import Crowds, Question, Tables, associate, associate_twice, prepare
from graph.basis import Basis, places_of
from graph.evidence import Evidence, read_around, read_everyone
from graph.incidents import Judged, judge
from graph.linked_points import LinkedPoints, linked_points
from graph.policy import RiskPolicy
from graph.schema import GraphChange
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
    return _score(evidence, policy, _places(evidence, identities))


def score_afresh(reader: GraphScan, policy: RiskPolicy, as_of: dt.date) -> tuple[pl.DataFrame, Basis]:
    """What `score_all` gives, and the basis on which later changes can be scored."""
    evidence = read_everyone(reader, policy, as_of)
    basis = Basis.of(evidence, judge(evidence.events, policy, as_of), policy.name)
    if not is_compiled(evidence.holds.height):
        return tabulate(assess(evidence, policy), policy), basis
    del evidence
    return score_basis(basis, policy, pl.Series("only", range(len(basis.people)), pl.UInt32)), basis


def score_change(
    basis: Basis, change: GraphChange, reader: EdgeReader, policy: RiskPolicy, also: Collection[str] = ()
) -> tuple[pl.DataFrame, Basis]:
    """Frame SCORE of those whose score a change can move, the same bits as in `score_all`; and the basis after it.

    Args:
        basis: before the change, made by the same policy; its day is the day of the scores.
        reader: the graph after the change.
        also: identities that are scored in any case.
    """
    after = advance(basis, change, reader, policy)
    asked = places_of(after.basis.people, sorted(also))["place"]
    only = pl.concat([after.reached, asked.rename("only").cast(pl.UInt32)]).unique().sort()
    if is_compiled(after.basis.holds.height):
        return score_basis(after.basis, policy, only), after.basis
    names = after.basis.people.gather(only).to_list()
    return score_some(reader, policy, names, basis.as_of) if names else SCORE.empty(), after.basis


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
    return _score(evidence, policy, _places(evidence, identities))


def _places(evidence: Evidence, identities: Collection[str]) -> pl.Series:
    asked = set(identities)
    return pl.Series("only", [place for place, person in enumerate(evidence.people) if person in asked], pl.UInt32)


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
    people = pl.Series(assessment.evidence.people, dtype=pl.String)
    return _table(people, assessment.evidence.as_of, assessment.own, points, policy, only)


def score_basis(basis: Basis, policy: RiskPolicy, only: pl.Series) -> pl.DataFrame:
    """Frame SCORE of the places in `only`, ordered by id; the same bits as in `score_all`.

    Args:
        basis: what the policy makes of what is known.
    """
    points = linked_points(basis, policy, only)
    return _table(basis.people, basis.as_of, _own(basis.events, policy), points, policy, only)


def _score(evidence: Evidence, policy: RiskPolicy, only: pl.Series | None = None) -> pl.DataFrame:
    """Frame SCORE without the rows it rests on; the same bits as `tabulate` of what `assess` finds."""
    if not is_compiled(evidence.holds.height):
        return tabulate(assess(evidence, policy, only), policy, only)
    everybody = pl.Series("only", range(len(evidence.people)), pl.UInt32)
    basis = Basis.of(evidence, judge(evidence.events, policy, evidence.as_of), policy.name)
    return score_basis(basis, policy, everybody if only is None else only)


def _table(  # noqa: PLR0913, PLR0917 - whose scores, of when and by what, and the two kinds of points
    ids: pl.Series,
    as_of: dt.date,
    own_rows: pl.DataFrame,
    points: LinkedPoints,
    policy: RiskPolicy,
    only: pl.Series | None,
) -> pl.DataFrame:
    chosen = np.arange(len(ids)) if only is None else only.to_numpy()
    own = _sums(own_rows, "person", len(ids))[chosen]
    linked, possible = points.linked[chosen], points.possible[chosen]
    scoring = policy.scoring
    cap = -np.log1p(-scoring.linked_cap / 100.0)
    queue = scoring.own_weight * own + np.minimum(scoring.linked_weight * linked, cap)
    score, linked_figure = _figure(queue), _figure(linked)
    frame = pl.DataFrame(
        {
            "identity_id": ids.gather(chosen),
            "score": score,
            "band": scoring.bands(score),
            "own": _figure(own),
            "linked": linked_figure,
            "linked_band": scoring.linked_bands(linked_figure),
            "linked_with_possible": _figure(np.maximum(linked, possible)),
            "own_points": own,
            "linked_points": linked,
        },
    )
    made = {"as_of": pl.lit(as_of, pl.Date), "policy": pl.lit(policy.name)}
    return SCORE.check(frame.sort("identity_id").with_columns(**made))


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
