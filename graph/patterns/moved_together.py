"""Drivers who moved together: from the same carrier to the same next one, within some days of each other."""

from __future__ import annotations

import numpy as np
import polars as pl

from graph.patterns.names import with_names
from graph.patterns.parameters import HUB, LIMIT, SHOW
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.reading import crowds, known_edges, people_with_events, sure
from graph.schema import EdgeKind, NodeKind
from linkage.schema import FrameSchema

COLUMNS = FrameSchema(
    "moved_together",
    {
        "older": pl.String,
        "older_name": pl.String,
        "younger": pl.String,
        "younger_name": pl.String,
        "people": pl.Int64,
        "people_with_events": pl.Int64,
        "first_move": pl.Date,  # first day at the younger carrier
        "last_move": pl.Date,
        "some_people": pl.List(pl.String),
        "is_succession": pl.Boolean,  # the younger carrier follows the older one
    },
)
_MOVE = ["older", "younger", "day", "person"]


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows by how many moved, most first, then by carriers and day; a group that lies within another is not told."""
    known = known_edges(reader, [EdgeKind.EMPLOYED_BY], asked.as_of)
    hubs = crowds(known).filter(pl.col("people") > asked.number("hub"))
    moves = _moves(sure(known, asked))
    small = moves
    for end in ("older", "younger"):
        small = small.join(hubs, left_on=end, right_on="thing", how="anti")
    groups = _groups(small.sort(_MOVE), asked.number("days")).filter(pl.col("people") >= asked.number("least_people"))
    groups = groups.sort("people", "older", "younger", "first_move", descending=[True, False, False, False])
    rows, show = groups.head(asked.number("limit")), asked.number("show")
    is_so = {
        Cut.LIMIT: groups.height > rows.height,
        Cut.HUB: small.height < moves.height,
        Cut.SHOW: bool((rows["people"] > show).any()),
    }
    return Found(_told(reader, asked, rows, show), tuple(cut for cut, cuts in is_so.items() if cuts))


def _moves(jobs: pl.DataFrame) -> pl.DataFrame:
    """Frame older, younger, day, person: each next job of a person that begins later, with another carrier.

    Two records that tell of one stint tell of it twice; its first day there is what counts.
    """
    stints = jobs.drop_nulls("first_seen").select(person="src", carrier="dst", day="first_seen").unique()
    ordered = stints.sort("person", "day", "carrier")
    before = ordered.with_columns(
        older=pl.col("carrier").shift(1).over("person"), since=pl.col("day").shift(1).over("person")
    )
    moved = before.filter(pl.col("older") != pl.col("carrier"), pl.col("day") > pl.col("since"))
    return moved.select("older", "day", "person", younger="carrier").select(_MOVE)


def _groups(moves: pl.DataFrame, days: int) -> pl.DataFrame:
    """Frame older, younger, first_move, last_move, everybody, people: largest groups whose moves lie so close.

    Complexity: n log n and the sum of the groups' sizes.
    """
    numbered = moves.with_columns(pair=pl.struct("older", "younger").rle_id().cast(pl.Int64)).with_row_index("row")
    span = 2**33  # days of one pair of carriers lie far from those of the next
    place = numbered["pair"].to_numpy() * span + numbered["day"].to_physical().to_numpy().astype(np.int64)
    ends = np.searchsorted(place, place + days, "right")
    starts = np.arange(len(place))
    is_largest = np.ones(len(place), np.bool_)
    is_largest[1:] = ends[1:] > ends[:-1]
    windows = pl.DataFrame({"start": starts[is_largest], "end": ends[is_largest]}).with_row_index("window")
    members = windows.with_columns(row=pl.int_ranges("start", "end")).explode("row", empty_as_null=False)
    members = members.select("window", pl.col("row").cast(pl.UInt32)).join(numbered, on="row")
    return members.group_by("window").agg(
        pl.col("older", "younger").first(),
        pl.col("day").min().alias("first_move"),
        pl.col("day").max().alias("last_move"),
        pl.col("person").unique().sort().alias("everybody"),
        pl.col("person").n_unique().cast(pl.Int64).alias("people"),
    )


def _told(reader: PatternGraph, asked: Asked, rows: pl.DataFrame, show: int) -> pl.DataFrame:
    """The groups with names, events and whether one carrier follows the other."""
    if not rows.height:
        return COLUMNS.empty()
    rows = rows.with_row_index("group")
    members = rows.select("group", person="everybody").explode("person", empty_as_null=False)
    guilty = members.join(people_with_events(reader, asked), on="person", how="semi").group_by("group")
    counted = guilty.agg(pl.len().cast(pl.Int64).alias("people_with_events"))
    rows = rows.join(counted, on="group", how="left", maintain_order="left")
    follows = sure(known_edges(reader, [EdgeKind.SUCCEEDS], asked.as_of), asked)
    follows = follows.select(younger="src", older="dst", is_succession=pl.lit(value=True)).unique()
    rows = rows.join(follows, on=["older", "younger"], how="left", maintain_order="left").with_columns(
        pl.col("is_succession").fill_null(value=False),
        pl.col("people_with_events").fill_null(0),
        some_people=pl.col("everybody").list.head(show),
    )
    return with_names(reader, rows, NodeKind.CARRIER, {"older": "older_name", "younger": "younger_name"})


MOVED_TOGETHER = Pattern(
    name="moved-together",
    title="Drivers who moved together between carriers",
    question=(
        "Which drivers went from the same carrier to the same next one within so many days of each other, "
        "and how many were they?"
    ),
    beware=(
        "A layoff, a takeover (is_succession) or two of a family explain most of these. Carriers with more people than "
        "the limit are left out, since many move between large carriers by chance."
    ),
    parameters=(
        Parameter("days", ParameterKind.NUMBER, "days between the first move and the last at most", 31, most=3_650),
        Parameter("least_people", ParameterKind.NUMBER, "people in a group at least", 2, least=2, most=1_000),
        HUB,
        SHOW,
        LIMIT,
    ),
    columns=COLUMNS,
    people=("some_people",),
    find=find,
)
