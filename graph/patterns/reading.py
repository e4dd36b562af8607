"""What of a graph is known and sure enough to be told, who has events that count, what is a crowd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

import polars as pl

from graph.days import known_by
from graph.evidence import event_rows
from graph.holds import TIE_EDGES, UNDATED_TIES, coded
from graph.incidents import judge
from graph.patterns.question import Asked
from graph.schema import EdgeKind, NodeKind
from graph.store import GraphScan

EDGE_OF = {tie: kind for kind, (tie, _) in TIE_EDGES.items()}
"""Edge kind by what it is called between people and things: truck, carrier, phone, home."""

THING_OF = dict(TIE_EDGES.values())
"""Kind of the thing by the same names."""

PAIR_ROWS = 400_000
"""Rows of pairs made at a time: some tens of megabytes."""


def known_edges(reader: GraphScan, kinds: Collection[EdgeKind], as_of: dt.date) -> pl.DataFrame:
    """Frame EDGE: every edge of these kinds that was known by the day."""
    return reader.edges(kinds).filter(known_by(as_of))


def sure(edges: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The edges but for those that are only possible, unless those were asked for."""
    if asked.flag("possible"):
        return edges
    return edges.filter(pl.col("confidence") >= asked.policy.limits.review_threshold)


def crowds(edges: pl.DataFrame) -> pl.DataFrame:
    """Frame thing, people: how many distinct people are on each thing."""
    people = pl.col("src").n_unique().cast(pl.Int64).alias("people")
    return edges.group_by(thing="dst").agg(people).sort("thing")


def held(edges: pl.DataFrame, tie: str) -> pl.DataFrame:
    """Frame thing, person, first, last, confidence: people's times on things, one row a stint; undated where they are.

    Days on a truck make one time, as they do in linked risk; a phone or a home has no times.
    """
    rows = edges.select(thing="dst", person="src", first="first_seen", last="last_seen", confidence="confidence")
    if tie in UNDATED_TIES:
        rows = rows.with_columns(pl.lit(None, pl.Date).alias("first"), pl.lit(None, pl.Date).alias("last"))
    if tie == "truck":
        spans = rows.group_by("thing", "person").agg(
            pl.col("first").min(), pl.col("last").max(), pl.col("confidence").max()
        )
    else:
        spans = rows.group_by("thing", "person", "first", "last").agg(pl.col("confidence").max())
    return spans.sort("thing", "person", "first", "last")


def judged_events(edges: pl.DataFrame, nodes: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """Events of people by what they say on the day.

    Args:
        edges: frame EDGE with the known COMMITTED edges of those people, all of each.
        nodes: frame NODE of the events at least.
        asked: the day and the policy.

    Returns:
        Frame person, event, day (Date), event_type, standing, class, weight, confidence, by person and event.
    """
    rows = event_rows(edges, nodes, asked.as_of)
    people, records = (rows[name].unique().sort().to_list() for name in ("person", "record"))
    judged = judge(coded(coded(rows, "person", people), "record", records), asked.policy, asked.as_of).events
    named = judged.with_columns(
        pl.Series("person", people, pl.String).gather(judged["person"]), pl.col("day").cast(pl.Date)
    )
    return named.select("person", "event", "day", "event_type", "standing", "class", "weight", "confidence").sort(
        "person", "event"
    )


def counting_events(reader: GraphScan, asked: Asked) -> pl.DataFrame:
    """Frame of `judged_events`: those of everybody that count, and are surely theirs."""
    committed = known_edges(reader, [EdgeKind.COMMITTED], asked.as_of)
    judged = judged_events(committed, reader.nodes(NodeKind.EVENT), asked)
    return judged.filter(pl.col("weight") > 0, pl.col("confidence") >= asked.policy.limits.review_threshold)


def heaviest(events: pl.DataFrame) -> pl.DataFrame:
    """Frame person, event, day, class, weight, events: the heaviest event of each person, and how many there are."""
    ordered = events.sort("person", "weight", "day", "event", descending=[False, True, True, False])
    return ordered.group_by("person", maintain_order=True).agg(
        pl.col("event", "day", "class", "weight").first(), pl.len().cast(pl.Int64).alias("events")
    )


def people_with_events(reader: GraphScan, asked: Asked) -> pl.DataFrame:
    """Frame person: everybody with an event that counts."""
    return counting_events(reader, asked).select("person").unique().sort("person")


def possible_pairs(reader: GraphScan, as_of: dt.date) -> pl.DataFrame:
    """Frame person, other, link: people who may be one, either way round, with how likely that is."""
    edges = known_edges(reader, [EdgeKind.POSSIBLY_SAME], as_of)
    ways = [edges.select(person=a, other=b, link="confidence") for a, b in (("src", "dst"), ("dst", "src"))]
    both = pl.concat(ways).filter(pl.col("person") != pl.col("other"))
    return both.group_by("person", "other").agg(pl.col("link").max()).sort("person", "other")


def in_parts(sizes: pl.DataFrame, most: int = PAIR_ROWS) -> Iterator[pl.DataFrame]:
    """The rows of `sizes` (columns thing, rows) in order, in parts of about `most` rows each."""
    numbered = sizes.with_columns(part=(pl.col("rows").cum_sum() - pl.col("rows")) // most)
    yield from numbered.partition_by("part", maintain_order=True, include_key=False)


class BestRows:
    """The first rows by some columns, out of more than are held at any time.

    Args:
        by: columns that order the rows and tell any two apart.
        descending: which of them are ordered from the largest.
        limit: rows kept.
    """

    def __init__(self, by: list[str], descending: list[bool], limit: int) -> None:
        self._by = by
        self._descending = descending
        self._limit = limit
        self._kept: pl.DataFrame | None = None
        self.is_cut = False

    def add(self, rows: pl.DataFrame) -> None:
        """More rows, of the same columns as those before, the first of which is never null."""
        every = rows if self._kept is None else pl.concat([self._kept, self._worth_a_look(self._kept, rows)])
        self.is_cut = self.is_cut or every.height > self._limit
        self._kept = every.sort(self._by, descending=self._descending, nulls_last=True).head(self._limit)

    def _worth_a_look(self, kept: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows but for those that come after all that are kept, by the first column alone."""
        if kept.height < self._limit:
            return rows
        first, last = self._by[0], kept[self._by[0]][-1]
        near = rows.filter(pl.col(first) >= last if self._descending[0] else pl.col(first) <= last)
        self.is_cut = self.is_cut or near.height < rows.height
        return near

    def rows(self) -> pl.DataFrame:
        """The first rows in order; a frame without columns where nothing was added."""
        return pl.DataFrame() if self._kept is None else self._kept
