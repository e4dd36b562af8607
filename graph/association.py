"""How strongly two people are tied at an incident.

    tie  = r x min(1, k0/k) x 2^(-gap / half life) x 2^(-distance / half life) x q      none where k is above the limit
    A    = min(cap, 1 - product over {truck | carrier | successor}, {phone}, {home} of (1 - strongest tie of the group))

One code serves one person and all of them, and rounds the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from graph.degree import Degrees, pair_numbers
from graph.evidence import Evidence
from graph.holds import BOTH, FAR
from graph.incidents import Judged
from graph.policy import DAYS_A_YEAR, TIE_KINDS, RiskPolicy

GROUP = {"truck": 0, "carrier": 0, "successor": 0, "phone": 1, "home": 2, "same": 3}
"""Dependent kinds of tie share a group; independent groups strengthen each other. `same` is a possible own record."""

NO_LINK = -1
_CHUNK_ROWS = 400_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the evidence.

    Args:
        only: people to answer for, as places in `Evidence.people`; None for all.
        with_possible: let people have, at the pair's probability, what people they may be the same as have.
    """

    only: pl.Series | None = None
    with_possible: bool = False


@dataclass(frozen=True, slots=True)
class Crowds:
    """Who was on what, counted; the same for every question.

    Args:
        holds: frame of Evidence plus pair: a number for each thing and person.
        things: people on a thing around a day.
        pairs: the same for one person on a thing, 0 or 1.
    """

    holds: pl.DataFrame
    things: Degrees
    pairs: Degrees

    @classmethod
    def count(cls, evidence: Evidence, policy: RiskPolicy) -> Crowds:
        """The crowds of some evidence."""
        holds = pairs_of(evidence.holds)
        window = policy.limits.window_days
        return cls(holds, Degrees(holds, window), Degrees(holds.with_columns(thing="pair"), window))


def pairs_of(holds: pl.DataFrame) -> pl.DataFrame:
    """Holds of Evidence, ordered by thing and person, plus pair: a number for each thing and person."""
    return holds.with_columns(pl.Series("pair", pair_numbers(*_ints(holds, "thing", "person")), pl.UInt32))


@dataclass(frozen=True, slots=True)
class Tables:
    """The evidence made ready for one question.

    Args:
        cases: frame row, incident, person, event, day, record, confidence, owner, link, probability, weight: one a day
            at which ties to a counting event are measured; ordered, `row` is the place in that order.
        holds: frame of Evidence plus owner, link, probability: whose hold it is, and through which possible link.
        things: frame thing, group, r (a succession's factor taken in), k0; ordered by thing.
        crowds: who was on what, counted.
        policy: the policy.
        question: the question.
    """

    cases: pl.DataFrame
    holds: pl.DataFrame
    things: pl.DataFrame
    crowds: Crowds
    policy: RiskPolicy
    question: Question


def prepare(evidence: Evidence, judged: Judged, crowds: Crowds, policy: RiskPolicy, question: Question) -> Tables:
    """The evidence ready to be tied.

    Args:
        evidence: what is known.
        judged: its events, weighed.
        crowds: its crowds, counted.
        policy: the policy.
        question: what is asked.
    """
    cases, holds = lend(cases_of(judged), crowds.holds, evidence.possible, question)
    return Tables(
        cases=cases,
        holds=holds,
        things=rules_of(evidence.things, policy),
        crowds=crowds,
        policy=policy,
        question=question,
    )


def cases_of(judged: Judged) -> pl.DataFrame:
    """Frame incident, person, event, day, record, confidence, weight: the days at which ties are measured."""
    cases = judged.moments.join(judged.events.drop("day"), on=["person", "event"])
    return cases.select("incident", "person", "event", "day", "record", "confidence", "weight")


def lend(
    cases: pl.DataFrame, holds: pl.DataFrame, possible: pl.DataFrame, question: Question
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cases and holds as `Tables` has them: with those of people who may be the same, where that is asked."""
    own = {"owner": pl.col("person"), "link": pl.lit(NO_LINK, pl.Int64), "probability": pl.lit(1.0)}
    cases, holds = cases.with_columns(**own), holds.with_columns(**own)
    if question.with_possible:
        cases, holds = _lend(cases, possible), _lend(holds, possible)
    return cases.sort("incident", "person", "event", "day", "owner").with_row_index("row"), holds


def rules_of(things: pl.DataFrame, policy: RiskPolicy) -> pl.DataFrame:
    """Frame thing, group, r (a succession's factor taken in), k0, in the order of the things.

    Args:
        things: frame tie, factor; a thing is a place among them.
    """
    rules = [(GROUP[kind], policy.ties[kind].strength, float(policy.ties[kind].full_degree)) for kind in TIE_KINDS]
    schema = {"group": pl.Int64, "r": pl.Float64, "k0": pl.Float64}
    kinds = things["tie"].cast(pl.Enum(TIE_KINDS)).to_physical()
    ruled = pl.DataFrame(rules, schema=schema, orient="row")[kinds]
    return ruled.with_row_index("thing").with_columns(pl.col("r") * things["factor"])


def _lend(rows: pl.DataFrame, possible: pl.DataFrame) -> pl.DataFrame:
    """The rows, and those of people who may be the same, at the pair's probability."""
    pairs = possible.with_row_index("link").with_columns(pl.col("link").cast(pl.Int64))
    parts = [rows]
    for mine, theirs in (("a", "b"), ("b", "a")):
        to = pairs.select(pl.col(mine).alias("to"), pl.col(theirs).alias("person"), "link", "probability")
        lent = rows.drop("link", "probability").join(to, on="person", how="inner")
        parts.append(lent.with_columns(person="to").select(rows.columns))
    return pl.concat(parts)


def tie_rows(tables: Tables) -> Iterator[pl.DataFrame]:
    """Every tie of a person to a case of somebody else, in chunks that hold all ties of a case.

    Yields:
        Frames row, p (the person answered for), thing, group, hold_p, hold_x (places in `Tables.holds`), k, gap_days,
        distance_days, hub, gap, distance, q, tie. Ties of 0 are left out.
    """
    holds = tables.holds.with_row_index("hold")
    asked = holds
    if tables.question.only is not None:
        asked = holds.filter(pl.col("person").is_in(tables.question.only.implode()))
    things = asked["thing"].unique()
    theirs = (
        tables.cases.drop("incident", "event", "weight")
        .rename({"record": "record_e", "confidence": "confidence_e"})
        .join(holds.filter(pl.col("thing").is_in(things.implode())), on="person", suffix="_x")
    )
    # what is lent twice over rests on two possible links of one person: too thin to count
    theirs = theirs.filter((pl.col("link") == NO_LINK) | (pl.col("link_x") == NO_LINK))
    k = tables.crowds.things.around(*_ints(theirs, "thing", "day"))
    absent = 1 - tables.crowds.pairs.around(*_ints(theirs, "pair", "day"))
    theirs = theirs.with_columns(pl.Series("around", k), pl.Series("absent", absent))
    theirs = theirs.filter(pl.col("around") <= tables.policy.limits.hub_degree)
    crowd = asked.group_by("thing").agg(pl.len().alias("crowd"))
    theirs = theirs.join(crowd, on="thing").sort("row", "thing", "hold")
    for chunk in _chunks(theirs):
        met = chunk.join(asked, on="thing", suffix="_p")
        met = met.filter(
            (pl.col("person") != pl.col("person_p"))
            & (pl.col("owner_p") != pl.col("person"))
            & (pl.col("owner_p") != pl.col("owner_x"))
            & (pl.col("owner_p") != pl.col("owner"))
            & (pl.col("person_p") != pl.col("owner_x"))
            & (pl.col("person_p") != pl.col("owner"))
            & ((pl.col("side") != pl.col("side_p")) | (pl.col("side") == BOTH))
        )
        yield _strengths(met, tables)
    if tables.question.with_possible:
        yield _same(tables)


def associate(tables: Tables) -> pl.DataFrame:
    """How strongly each person is tied to each case of somebody else.

    Returns:
        Frame row, p, association, ordered by row and p; pairs without a tie are left out.
    """
    return _combined([_strongest(ties) for ties in tie_rows(tables)], tables.policy)


def associate_twice(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same without and with possible links, in one pass over the ties; the tables are those with possible links.

    Returns:
        Two frames as `associate` gives them; rows of the first are places among the cases that nobody lent.
    """
    limits = tables.policy.limits
    plain: list[pl.DataFrame] = []
    possible: list[pl.DataFrame] = []
    for ties in tie_rows(tables):
        plain.append(_strongest(ties.filter(pl.col("is_plain") & (pl.col("q") >= limits.review_threshold))))
        possible.append(_strongest(ties))
    place = tables.cases.select("row", place=((pl.col("link") == NO_LINK).cum_sum() - 1).cast(pl.UInt32))
    confirmed = _combined(plain, tables.policy).join(place, on="row", how="left", maintain_order="left")
    return confirmed.select(pl.col("place").alias("row"), "p", "association"), _combined(possible, tables.policy)


def _strongest(ties: pl.DataFrame) -> pl.DataFrame:
    """Frame row, p, apart: how likely, by the strongest tie of each independent group, that nothing ties the two.

    Ordered by row and p. Sorting one number a tie takes half the time of grouping by two columns.
    """
    row, p = (ties[name].to_numpy().astype(np.uint64) for name in ("row", "p"))
    number = (row << np.uint64(32)) | p
    order = np.argsort(number, kind="stable")
    number = number[order]
    first = np.flatnonzero(np.append(True, number[1:] != number[:-1])[: len(number)])
    group, tie = ties["group"].to_numpy()[order], ties["tie"].to_numpy()[order]
    apart = np.ones(len(first))
    for independent in range(len(set(GROUP.values()))):
        best = np.maximum.reduceat(np.where(group == independent, tie, 0.0), first) if len(first) else apart
        apart = apart * (1.0 - best)
    rows, people = (number[first] >> np.uint64(32), number[first] & np.uint64(2**32 - 1))
    return pl.DataFrame({"row": rows.astype(np.uint32), "p": people.astype(np.uint32), "apart": apart})


def _combined(parts: list[pl.DataFrame], policy: RiskPolicy) -> pl.DataFrame:
    """All parts as associations; the ties of things of one case are in one part, a possible own record in another."""
    schema = {"row": pl.UInt32, "p": pl.UInt32, "apart": pl.Float64}
    joined = pl.concat([pl.DataFrame(schema=schema), *parts])
    doubled = joined.select("row", "p").is_duplicated()
    once = joined.filter(~doubled)
    twice = joined.filter(doubled).group_by("row", "p").agg(pl.col("apart").product())
    association = pl.min_horizontal(pl.lit(policy.limits.association), 1.0 - pl.col("apart"))
    return pl.concat([once, twice]).select("row", "p", association=association).sort("row", "p")


def _strengths(met: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The tie of each meeting of two holds at a case."""
    limits = tables.policy.limits
    day = met["day"].to_numpy().astype(np.int64)
    absent_p = 1 - tables.crowds.pairs.around(*_ints(met, "pair_p", "day"))
    k = met["around"].to_numpy() + met["absent"].to_numpy() + absent_p
    first_x, last_x, first_p, last_p = _ints(met, "first", "last", "first_p", "last_p")
    end_x, end_p = _end(first_x, last_x, day), _end(first_p, last_p, day)
    gap_days = np.maximum(0, np.maximum(first_p - end_x, first_x - end_p))
    distance_days = np.maximum(0, np.maximum(first_p - day, day - end_p))
    things = met["thing"].to_numpy()
    r, k0 = (tables.things[name].to_numpy()[things] for name in ("r", "k0"))
    hub = np.minimum(1.0, k0 / k)
    gap = np.exp2(-gap_days / (limits.gap_half_life_years * DAYS_A_YEAR))
    distance = np.exp2(-distance_days / (limits.distance_half_life_years * DAYS_A_YEAR))
    q = _certainty(met)
    tie = r * hub * gap * distance * q
    threshold = 0.0 if tables.question.with_possible else limits.review_threshold
    rows = met.select(
        "row",
        pl.col("person_p").alias("p"),
        "thing",
        pl.Series("group", tables.things["group"].to_numpy()[things]),
        "hold_p",
        pl.col("hold").alias("hold_x"),
        pl.Series("k", k),
        pl.Series("gap_days", gap_days),
        pl.Series("distance_days", distance_days),
        pl.Series("r", r),
        pl.Series("hub", hub),
        pl.Series("gap", gap),
        pl.Series("distance", distance),
        pl.Series("q", q),
        pl.Series("tie", tie),
        is_plain=(pl.col("link") == NO_LINK) & (pl.col("link_x") == NO_LINK) & (pl.col("link_p") == NO_LINK),
    )
    return rows.filter((pl.col("k") <= limits.hub_degree) & (pl.col("q") >= threshold) & (pl.col("tie") > 0))


def _end(first: np.ndarray, last: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Last day of each span; an open one ends on the later of its start and the event."""
    is_open = (last == FAR) & (first > -FAR)
    return np.where(is_open, np.maximum(first, day), last)


def _certainty(met: pl.DataFrame) -> np.ndarray:
    """Product of the probabilities of the distinct records and possible links a tie rests on."""
    record_x, record_e, link, link_x, link_p = _ints(met, "record", "record_e", "link", "link_x", "link_p")
    confidence_p, confidence_x, confidence_e, probability, probability_x, probability_p = (
        met[name].to_numpy()
        for name in ("confidence_p", "confidence", "confidence_e", "probability", "probability_x", "probability_p")
    )
    records = confidence_p * confidence_x * np.where(record_e == record_x, 1.0, confidence_e)
    further_x = np.where(link_x == link_p, 1.0, probability_x)
    further_e = np.where((link == link_p) | (link == link_x), 1.0, probability)
    return np.asarray(records * probability_p * further_x * further_e, dtype=np.float64)


def _same(tables: Tables) -> pl.DataFrame:
    """Cases of people who may be the person asked about: a tie of its own, as strong as that is likely.

    Each lent case says so: its `person` may be its `owner`.
    """
    lent = tables.cases.filter(pl.col("link") != NO_LINK)
    if tables.question.only is not None:
        lent = lent.filter(pl.col("person").is_in(tables.question.only.implode()))
    own = tables.cases.filter(pl.col("link") == NO_LINK).select("event", "day", owner="person", own_row="row")
    lent = lent.join(own, on=["event", "day", "owner"])
    zero, one = pl.lit(0, pl.Int64), pl.lit(1.0)
    nothing = pl.lit(None, pl.UInt32)
    return lent.select(
        row="own_row",
        p="person",
        thing=nothing,
        group=pl.lit(GROUP["same"], pl.Int64),
        hold_p=nothing,
        hold_x=nothing,
        k=zero,
        gap_days=zero,
        distance_days=zero,
        r=one,
        hub=one,
        gap=one,
        distance=one,
        q=pl.col("confidence") * pl.col("probability"),
        tie=pl.col("confidence") * pl.col("probability"),
        is_plain=pl.lit(value=False),
    )


def _chunks(theirs: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in order, cut between cases where the join with people asked about would grow too large."""
    per_row = theirs.group_by("row", maintain_order=True).agg(pl.col("crowd").sum(), pl.len().alias("n"))
    if not per_row.height:
        yield theirs
        return
    number = per_row["crowd"].cast(pl.Int64).cum_sum() // _CHUNK_ROWS
    start = 0
    for _, part in per_row.with_columns(number.alias("chunk")).group_by("chunk", maintain_order=True):
        size = int(part["n"].sum())
        yield theirs.slice(start, size)
        start += size


def _ints(frame: pl.DataFrame, *names: str) -> list[np.ndarray]:
    return [frame[name].to_numpy().astype(np.int64) for name in names]
