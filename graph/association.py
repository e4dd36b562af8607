"""How strongly two people are tied at an incident.

    tie  = r x min(1, k0/k) x 2^(-gap / half life) x 2^(-distance / half life) x q        none where k is above the limit
    A    = min(cap, 1 - product over {truck | carrier | successor}, {phone}, {home} of (1 - strongest tie of the group))

One code serves one person and all of them, and rounds the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from graph.degree import Degrees, pair_holds
from graph.evidence import FAR, Evidence
from graph.policy import DAYS_A_YEAR, TIE_KINDS, RiskPolicy

GROUP = {"truck": 0, "carrier": 0, "successor": 0, "phone": 1, "home": 2, "same": 3}
"""Dependent kinds of tie share a group; independent groups strengthen each other. `same` is a possible own record."""

NO_LINK = -1
_CHUNK_ROWS = 4_000_000


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
class Tables:
    """The evidence made ready for one question.

    Args:
        cases: frame row, incident, person, event, day, record, confidence, owner, link, probability, weight: one a day
            at which ties to a counting event are measured; ordered, `row` is the place in that order.
        holds: frame of Evidence plus owner, link, probability: whose hold it really is, and through which possible link.
        things: frame thing, group, r, k0, kind.
        degrees: people on a thing around a day.
        pairs: the same for one person on a thing, 0 or 1.
        policy: the policy.
        question: the question.
    """

    cases: pl.DataFrame
    holds: pl.DataFrame
    things: pl.DataFrame
    degrees: Degrees
    pairs: Degrees
    policy: RiskPolicy
    question: Question


def prepare(
    evidence: Evidence, events: pl.DataFrame, moments: pl.DataFrame, policy: RiskPolicy, question: Question
) -> Tables:
    """The evidence ready to be tied.

    Args:
        evidence: what is known.
        events: `Judged.events`.
        moments: `Judged.moments`.
        policy: the policy.
        question: what is asked.
    """
    holds = pair_holds(evidence.holds)
    window = policy.limits.window_days
    cases = moments.join(events.drop("day"), on=["person", "event"])
    cases = cases.select("incident", "person", "event", "day", "record", "confidence", "weight")
    own = {"owner": pl.col("person"), "link": pl.lit(NO_LINK, pl.Int64), "probability": pl.lit(1.0)}
    cases, lent_from = cases.with_columns(**own), holds.with_columns(**own)
    if question.with_possible:
        cases = _lend(cases, evidence.possible)
        lent_from = _lend(lent_from, evidence.possible)
    cases = cases.sort("incident", "person", "event", "day", "owner").with_row_index("row")
    rules = pl.DataFrame(
        [(kind, GROUP[kind], policy.ties[kind].strength, policy.ties[kind].full_degree) for kind in TIE_KINDS],
        schema={"tie": pl.String, "group": pl.Int64, "r": pl.Float64, "k0": pl.Float64},
        orient="row",
    )
    things = evidence.things.join(rules, on="tie", how="left").sort("thing")
    return Tables(
        cases=cases,
        holds=lent_from,
        things=things.select("thing", "group", pl.col("r") * pl.col("factor"), "k0"),
        degrees=Degrees(holds, window),
        pairs=Degrees(holds.with_columns(thing="pair"), window),
        policy=policy,
        question=question,
    )


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
    theirs = tables.cases.rename({"record": "record_e", "confidence": "confidence_e"}).join(
        holds.filter(pl.col("thing").is_in(things.implode())), on="person", suffix="_x"
    )
    # what is lent twice over rests on two possible links of one person: too thin to count
    theirs = theirs.filter((pl.col("link") == NO_LINK) | (pl.col("link_x") == NO_LINK))
    k = tables.degrees.around(*_ints(theirs, "thing", "day"))
    theirs = theirs.with_columns(pl.Series("around", k)).filter(pl.col("around") <= tables.policy.limits.hub_degree)
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
            & ((pl.col("side") != pl.col("side_p")) | (pl.col("other") == 0))
        )
        yield _strengths(met, tables)
    if tables.question.with_possible:
        yield _same(tables)


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
