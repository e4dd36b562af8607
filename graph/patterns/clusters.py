"""Addresses and phones that several people give, hubs told apart."""

from __future__ import annotations

import polars as pl

from graph.patterns.names import with_names
from graph.patterns.parameters import HUB, LIMIT, SHOW
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.reading import EDGE_OF, THING_OF, BestRows, crowds, known_edges, people_with_events, sure
from linkage.schema import FrameSchema

COLUMNS = FrameSchema(
    "clusters",
    {
        "tie": pl.String,
        "thing": pl.String,
        "thing_name": pl.String,
        "people": pl.Int64,
        "is_hub": pl.Boolean,
        "people_with_events": pl.Int64,
        "some_people": pl.List(pl.String),  # none of a hub's
    },
)
KINDS = ("home", "phone")


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows by how many people, most first, and after all of those the hubs in the same way."""
    guilty = people_with_events(reader, asked).with_columns(is_guilty=pl.lit(value=True))
    order = ["is_hub", "people", "tie", "thing"]
    best = BestRows(order, [False, True, False, False], asked.number("limit"))
    shared = {}
    for tie in asked.words("kinds"):
        edges = sure(known_edges(reader, [EDGE_OF[tie]], asked.as_of), asked)
        several = crowds(edges).filter(pl.col("people") >= asked.number("least_people"))
        best.add(
            several.with_columns(pl.lit(tie).alias("tie"), (pl.col("people") > asked.number("hub")).alias("is_hub"))
        )
        shared[tie] = edges.select(thing="dst", person="src").unique()
    rows, show = best.rows(), asked.number("show")
    is_so = {
        Cut.LIMIT: best.is_cut,
        Cut.HUB: bool(rows["is_hub"].any()),
        Cut.SHOW: rows.filter(~pl.col("is_hub"), pl.col("people") > show).height > 0,
    }
    numbered = rows.with_row_index("place")
    parts = []
    for tie, people in sorted(shared.items()):
        mine = numbered.filter(pl.col("tie") == tie)
        parts.append(_with_people(mine, people.join(guilty, on="person", how="left"), show))
        parts[-1] = with_names(reader, parts[-1], THING_OF[tie], {"thing": "thing_name"})
    return Found(pl.concat(parts).sort("place"), tuple(cut for cut, cuts in is_so.items() if cuts))


def _with_people(things: pl.DataFrame, people: pl.DataFrame, show: int) -> pl.DataFrame:
    """The things with how many of their people have events, and some of those who are on no hub."""
    here = people.join(things, on="thing", how="semi").sort("thing", "person")
    counted = here.group_by("thing").agg(
        pl.col("is_guilty").sum().cast(pl.Int64).alias("people_with_events"), pl.col("person").head(show).alias("some")
    )
    none = pl.lit([], pl.List(pl.String))
    return things.join(counted, on="thing", how="left", maintain_order="left").with_columns(
        some_people=pl.when(pl.col("is_hub")).then(none).otherwise(pl.col("some"))
    )


CLUSTERS = Pattern(
    name="clusters",
    title="Address and phone clusters",
    question="Which homes and phones do at least so many people give, how many of them have events, which are hubs?",
    beware=(
        "A truck stop, a yard, a mail drop or a dispatcher's phone is no household: is_hub marks those, and being one "
        "of a hundred there means nothing. Below that, families and workmates share homes and phones."
    ),
    parameters=(
        Parameter("kinds", ParameterKind.WORDS, "what is shared", KINDS, choices=KINDS),
        Parameter("least_people", ParameterKind.NUMBER, "people at least", 3, least=2, most=1_000),
        HUB,
        SHOW,
        LIMIT,
    ),
    columns=COLUMNS,
    people=("some_people",),
    find=find,
)
