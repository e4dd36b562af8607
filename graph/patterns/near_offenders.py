"""Associates of offenders: people one thing away from somebody with events that count."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from graph.patterns.names import with_names
from graph.patterns.parameters import HUB, LIMIT, POSSIBLE
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.reading import (
    EDGE_OF,
    THING_OF,
    BestRows,
    counting_events,
    crowds,
    heaviest,
    held,
    in_parts,
    known_edges,
    possible_pairs,
    sure,
)
from graph.schema import NodeKind
from linkage.errors import SettingsError
from linkage.schema import FrameSchema

COLUMNS = FrameSchema(
    "near_offenders",
    {
        "associate": pl.String,
        "associate_name": pl.String,
        "associate_events": pl.Int64,  # counting events of the associate's own
        "tie": pl.String,
        "thing": pl.String,
        "thing_name": pl.String,
        "people": pl.Int64,  # on the thing
        "people_with_events": pl.Int64,
        "associate_from": pl.Date,
        "associate_to": pl.Date,
        "offender_from": pl.Date,
        "offender_to": pl.Date,
        "gap_days": pl.Int64,  # between their times on the thing; null where a time is unknown
        "offender": pl.String,
        "offender_name": pl.String,
        "events": pl.Int64,  # counting events of the offender
        "event": pl.String,  # the heaviest
        "event_name": pl.String,
        "event_class": pl.String,
        "event_day": pl.Date,
        "confidence": pl.Float64,  # the less sure of the two on the thing, and of a possible link walked through
        "is_possible": pl.Boolean,
    },
)
_ORDER = ["weight", "people", "near", "is_possible", "associate", "offender", "tie", "thing"]
_DESCENDING = [True, *[False] * 7]


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows by how much the offender's heaviest event weighs, then by how few share the thing and how close in time."""
    _check_classes(asked)
    events = counting_events(reader, asked)
    classes = asked.words("classes")
    offenders = heaviest(events.filter(pl.col("class").is_in(list(classes))) if classes else events)
    pairs = possible_pairs(reader, asked.as_of) if asked.flag("possible") else None
    best, is_behind_hub = BestRows(_ORDER, _DESCENDING, asked.number("limit")), False
    for tie in asked.words("ties"):
        known = known_edges(reader, [EDGE_OF[tie]], asked.as_of)
        crowd = crowds(known)
        holds = _lent(held(sure(known, asked), tie), pairs, asked)
        theirs = holds.join(offenders, on="person", how="semi")
        small = crowd.filter(pl.col("people") <= asked.number("hub"))
        is_behind_hub |= theirs.join(small, on="thing", how="anti").height > 0
        for part in _pairs(holds, theirs, small, offenders):
            near = part.filter(pl.col("near") <= asked.number("gap_days"))
            best.add(near.with_columns(pl.lit(tie).alias("tie")))
    cuts = [cut for cut, is_so in ((Cut.LIMIT, best.is_cut), (Cut.HUB, is_behind_hub)) if is_so]
    return Found(_told(reader, best.rows(), events), tuple(cuts))


def _check_classes(asked: Asked) -> None:
    scored = sorted(name for name, rule in asked.policy.classes.items() if rule.severity > 0)
    if set(asked.words("classes")) - set(scored):
        raise SettingsError(f"classes: give some of {','.join(scored)}")


def _lent(holds: pl.DataFrame, pairs: pl.DataFrame | None, asked: Asked) -> pl.DataFrame:
    """The holds plus holder (whose they are) and is_possible, with those of people who may be one lent both ways."""
    own = holds.with_columns(
        holder=pl.col("person"), is_possible=pl.col("confidence") < asked.policy.limits.review_threshold
    )
    if pairs is None:
        return own
    lent = own.rename({"person": "other"}).join(pairs, on="other").drop("other")
    lent = lent.with_columns(confidence=pl.min_horizontal("confidence", "link"), is_possible=pl.lit(value=True))
    return pl.concat([own, lent.select(own.columns)])


def _pairs(
    holds: pl.DataFrame, theirs: pl.DataFrame, small: pl.DataFrame, offenders: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Each associate and offender on a thing, by the two times that are closest; things a part at a time."""
    by_thing = theirs.group_by("thing").agg(pl.len().alias("theirs"))
    sizes = by_thing.join(holds.group_by("thing").agg(pl.len().alias("all")), on="thing")
    sizes = sizes.sort("thing").with_columns(rows=pl.col("theirs").cast(pl.Int64) * pl.col("all"))
    real = holds.filter(pl.col("person") == pl.col("holder"))
    guilty = (
        real.join(offenders, on="person", how="semi")
        .group_by("thing")
        .agg(pl.col("person").n_unique().cast(pl.Int64).alias("people_with_events"))
    )
    small = small.join(guilty, on="thing", how="left").with_columns(pl.col("people_with_events").fill_null(0))
    for part in in_parts(sizes.join(small, on="thing", how="semi", maintain_order="left").select("thing", "rows")):
        mine = holds.join(part, on="thing", how="semi").rename({"person": "associate"})
        others = theirs.join(part, on="thing", how="semi").rename({"person": "offender"})
        two = mine.join(others, on="thing", suffix="_o").filter(
            pl.col("associate") != pl.col("offender"), pl.col("holder") != pl.col("holder_o")
        )
        yield _closest(two).join(small, on="thing").join(offenders.rename({"person": "offender"}), on="offender")


def _closest(two: pl.DataFrame) -> pl.DataFrame:
    """Each pair with the days between their times, by the surest and closest; a time without last day lasts."""
    gap = pl.max_horizontal(
        (pl.col("first_o") - pl.col("last")).dt.total_days(),
        (pl.col("first") - pl.col("last_o")).dt.total_days(),
        pl.lit(0),
    )
    is_dated = pl.col("first").is_not_null() & pl.col("first_o").is_not_null()
    rows = two.select(
        "associate",
        "offender",
        "thing",
        associate_from="first",
        associate_to="last",
        offender_from="first_o",
        offender_to="last_o",
        gap_days=pl.when(is_dated).then(gap).cast(pl.Int64),
        near=pl.when(is_dated).then(gap).otherwise(0).cast(pl.Int64),
        confidence=pl.min_horizontal("confidence", "confidence_o"),
        is_possible=pl.col("is_possible") | pl.col("is_possible_o"),
    )
    times = ["associate_from", "associate_to", "offender_from", "offender_to"]
    order = ["associate", "offender", "thing", "is_possible", "near", *times, "confidence"]
    keys = ["associate", "offender", "thing"]
    several = rows.select(keys).is_duplicated()
    ordered = rows.filter(several).sort(order, nulls_last=True, descending=[name == "confidence" for name in order])
    return pl.concat([rows.filter(~several), ordered.unique(keys, keep="first", maintain_order=True)])


def _told(reader: PatternGraph, rows: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The rows with names, and with what the associates have on record themselves."""
    if not rows.height:
        return COLUMNS.empty()
    mine = events.join(rows.select(person="associate"), on="person", how="semi")
    own = mine.group_by(associate="person").agg(pl.len().cast(pl.Int64).alias("associate_events"))
    rows = rows.join(own, on="associate", how="left", maintain_order="left").with_columns(
        pl.col("associate_events").fill_null(0)
    )
    people = {"associate": "associate_name", "offender": "offender_name"}
    rows = with_names(reader, rows, NodeKind.IDENTITY, people).rename({"class": "event_class", "day": "event_day"})
    rows = with_names(reader, rows, NodeKind.EVENT, {"event": "event_name"}).with_row_index("place")
    parts = [
        with_names(reader, rows.filter(pl.col("tie") == tie), THING_OF[tie], {"thing": "thing_name"})
        for tie in sorted(THING_OF)
    ]
    return pl.concat(parts).sort("place")


NEAR_OFFENDERS = Pattern(
    name="near-offenders",
    title="Associates of offenders",
    question="Who shared a truck, a carrier, a phone or a home with somebody who has events that count, and when?",
    beware=(
        "Most people near an offender are colleagues or family who did nothing; people_with_events says how few of a "
        "thing's people have anything on record. A long gap between the two times is hardly a tie. Read the event's "
        "status: a charge is no conviction."
    ),
    parameters=(
        Parameter("ties", ParameterKind.WORDS, "things that tie", tuple(EDGE_OF), choices=tuple(EDGE_OF)),
        Parameter("classes", ParameterKind.WORDS, "severity classes of the risk policy; all where none is named", ()),
        Parameter("gap_days", ParameterKind.NUMBER, "days between their times on the thing at most", 365, most=36_500),
        HUB,
        POSSIBLE,
        LIMIT,
    ),
    columns=COLUMNS,
    people=("associate", "offender"),
    find=find,
)
