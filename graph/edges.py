"""Edges out of facts: one function a kind of edge, each a pure step from resolved mentions to frame EDGE."""

from __future__ import annotations

import polars as pl

from graph.declared import gather_declared
from graph.mentions import Mentions
from graph.schema import EDGE, EDGE_KEY, ENDS, EdgeKind
from graph.successors import REASONS, Likelihood


def build_edges(mentions: Mentions) -> pl.DataFrame:
    """Frame EDGE of all kinds, ordered and unique by EDGE_KEY; blanks make none, repeated rows one."""
    parts = [
        _record_of(mentions.people),
        _possibly_same(mentions.possible),
        _employed_by(mentions.employment),
        _sightings(mentions.driving, EdgeKind.DROVE, "vehicle"),
        _operates(mentions.vehicles),
        _held(mentions.people, EdgeKind.LIVES_AT, "address_key"),
        _held(mentions.people, EdgeKind.HAS_PHONE, "phone"),
        *_of_events(mentions.events),
        _succeeds(mentions.carrier_links),
        _reopened(mentions.reopened),
        _confirmed(mentions.confirmed),
        _enrolled(mentions.enrolments),
        _sightings(mentions.crossings, EdgeKind.CROSSED_AT, "port_code"),
        _associated_with(mentions.declared),
    ]
    return pl.concat(parts).sort(EDGE_KEY)


def _edge(frame: pl.DataFrame, kind: EdgeKind, src: str, dst: str, **columns: pl.Expr) -> pl.DataFrame:
    """Rows of one edge kind; rows without both ends are dropped, rows with one key become one."""
    src_kind, dst_kind = ENDS[kind]
    rows = frame.drop_nulls([src, dst]).select(
        pl.lit(kind.value).alias("kind"),
        pl.lit(src_kind.value).alias("src_kind"),
        pl.col(src).alias("src"),
        pl.lit(dst_kind.value).alias("dst_kind"),
        pl.col(dst).alias("dst"),
        columns.get("record", pl.lit("")).alias("record"),
        columns.get("first_seen", pl.lit(None, pl.Date)).alias("first_seen"),
        columns.get("last_seen", pl.lit(None, pl.Date)).alias("last_seen"),
        columns.get("confidence", pl.lit(1.0)).alias("confidence"),
        pl.col("known_on"),
        columns.get("days", pl.lit(None, pl.Int32)).cast(pl.Int32).alias("days"),
        columns.get("props", pl.lit(None, pl.String)).alias("props"),
    )
    rows = EDGE.conform(rows)
    doubled = rows.select(EDGE_KEY).is_duplicated()
    if not doubled.any():
        return rows
    last = pl.when(pl.col("last_seen").is_null().any()).then(None).otherwise(pl.col("last_seen").max())
    joined = (
        rows.filter(doubled)
        .group_by(EDGE_KEY)
        .agg(
            last.alias("last_seen"),
            pl.col("confidence").max(),
            pl.col("known_on").min(),
            pl.col("days").max(),
            pl.col("props").min(),
        )
    )
    return pl.concat([rows.filter(~doubled), EDGE.conform(joined)])


def _record_of(people: pl.DataFrame) -> pl.DataFrame:
    record = {"record": pl.col("key"), "confidence": pl.col("confidence")}
    return _edge(people, EdgeKind.RECORD_OF, "key", "identity_id", **record)


def _held(people: pl.DataFrame, kind: EdgeKind, thing: str) -> pl.DataFrame:
    record = {"record": pl.col("key"), "confidence": pl.col("confidence")}
    return _edge(people, kind, "identity_id", thing, **record)


def _employed_by(employment: pl.DataFrame) -> pl.DataFrame:
    return _edge(
        employment,
        EdgeKind.EMPLOYED_BY,
        "identity_id",
        "carrier",
        record=pl.col("record_key"),
        first_seen=pl.coalesce("start_date", "end_date"),  # only an end: they were there on that day
        last_seen=pl.col("end_date"),
        confidence=pl.col("confidence"),
    )


def _sightings(mentions: pl.DataFrame, kind: EdgeKind, thing: str) -> pl.DataFrame:
    """One edge a person record, thing and day of knowledge: what was known on a past day can be had again exactly."""
    by = ["identity_id", thing, "record_key"]
    daily = mentions.drop_nulls(by).group_by([*by, "date"]).agg(pl.col("known_on").min(), pl.col("confidence").first())
    spans = daily.group_by([*by, "known_on"]).agg(
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("date").drop_nulls().len().alias("days"),
        pl.col("confidence").first(),
    )
    return _edge(
        spans,
        kind,
        "identity_id",
        thing,
        record=pl.col("record_key"),
        first_seen=pl.col("first"),
        last_seen=pl.col("last"),
        confidence=pl.col("confidence"),
        days=pl.col("days"),
    )


def _operates(vehicles: pl.DataFrame) -> pl.DataFrame:
    return _edge(vehicles, EdgeKind.OPERATES, "carrier", "vehicle")


def _of_events(events: pl.DataFrame) -> list[pl.DataFrame]:
    day = {"first_seen": pl.col("event_date"), "last_seen": pl.col("event_date")}
    # a name on an event that no loaded record bears yet rests on no record of ours
    record = pl.when(pl.col("identity_id").is_not_null()).then("record_key").otherwise(pl.lit(""))
    own = {"record": pl.col("record_key"), "confidence": pl.col("confidence")}
    return [
        _edge(events, EdgeKind.COMMITTED, "identity_id", "key", **day, **own),
        _edge(events, EdgeKind.CITED_UNDER, "key", "carrier", record=record, **day),
        _edge(events, EdgeKind.IN_VEHICLE, "key", "vehicle", record=record, **day),
    ]


def _succeeds(links: pl.DataFrame) -> pl.DataFrame:
    two = links.filter(pl.col("older") != pl.col("younger"))
    return _edge(two, EdgeKind.SUCCEEDS, "younger", "older", first_seen=pl.col("since"), last_seen=pl.col("since"))


def _reopened(reopened: pl.DataFrame) -> pl.DataFrame:
    """Successions found, at their probability; `found` tells them from declared ones. Possible ones make no edge."""
    likely = reopened.filter(pl.col("likelihood") == Likelihood.LIKELY.value)
    said = pl.struct(
        found=pl.lit(value=True), bits="bits", says="says", reasons=pl.col("reasons").str.json_decode(REASONS)
    )
    return _edge(
        likely,
        EdgeKind.SUCCEEDS,
        "younger",
        "older",
        first_seen=pl.col("since"),
        last_seen=pl.col("since"),
        confidence=pl.col("probability"),
        props=said.struct.json_encode(),
    )


def _confirmed(confirmed: pl.DataFrame) -> pl.DataFrame:
    """Successions that a person confirmed: as certain as a declared one, and they say by whom."""
    ruling = pl.struct("n", "by", on=pl.col("known_on").cast(pl.String))
    said = pl.struct("bits", "says", ruling=ruling, reasons=pl.col("reasons").fill_null("[]").str.json_decode(REASONS))
    return _edge(
        confirmed,
        EdgeKind.SUCCEEDS,
        "younger",
        "older",
        first_seen=pl.col("since"),
        last_seen=pl.col("since"),
        props=said.struct.json_encode(),
    )


def _enrolled(enrolments: pl.DataFrame) -> pl.DataFrame:
    return _edge(
        enrolments,
        EdgeKind.ENROLLED,
        "identity_id",
        "source",
        record=pl.col("record_key"),
        first_seen=pl.col("enrolled_on"),
        last_seen=pl.col("expires_on"),
        confidence=pl.col("confidence"),
        props=pl.struct("status").struct.json_encode(),
    )


def _associated_with(declared: pl.DataFrame) -> pl.DataFrame:
    return _edge(
        gather_declared(declared),
        EdgeKind.ASSOCIATED_WITH,
        "identity_l",
        "identity_r",
        record=pl.col("record_l"),
        first_seen=pl.col("since"),
        last_seen=pl.col("last_seen"),
        confidence=pl.col("confidence"),
        props=pl.col("props"),
    )


def _possibly_same(possible: pl.DataFrame) -> pl.DataFrame:
    return _edge(
        possible,
        EdgeKind.POSSIBLY_SAME,
        "identity_l",
        "identity_r",
        confidence=pl.col("match_probability"),
        props=pl.struct("record_l", "record_r").struct.json_encode(),
    )
