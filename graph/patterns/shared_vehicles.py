"""Vehicles that work for several carriers."""

from __future__ import annotations

import polars as pl

from graph.patterns.names import with_names
from graph.patterns.parameters import HUB, LIMIT, SHOW
from graph.patterns.question import Asked, Cut, Found, Parameter, ParameterKind, Pattern, PatternGraph
from graph.patterns.reading import BestRows, crowds, in_parts, known_edges, people_with_events, sure
from graph.schema import EdgeKind, NodeKind
from linkage.schema import FrameSchema

COLUMNS = FrameSchema(
    "shared_vehicles",
    {
        "vehicle": pl.String,
        "vehicle_name": pl.String,
        "carriers": pl.Int64,  # distinct, driven for or registered to
        "driven_for": pl.List(pl.String),  # carriers that employed a driver of it on days that driver drove it
        "registered_to": pl.List(pl.String),
        "drivers": pl.Int64,
        "drivers_with_events": pl.Int64,
        "some_drivers": pl.List(pl.String),
        "first_driven": pl.Date,
        "last_driven": pl.Date,
    },
)


def find(reader: PatternGraph, asked: Asked) -> Found:
    """Rows by how many carriers, then how many drivers, most first."""
    known = known_edges(reader, [EdgeKind.DROVE], asked.as_of)
    hubs = crowds(known).filter(pl.col("people") > asked.number("hub"))
    drove = sure(known, asked).select(vehicle="dst", person="src", on="first_seen", off="last_seen")
    drove = drove.join(hubs, left_on="vehicle", right_on="thing", how="anti")
    jobs = sure(known_edges(reader, [EdgeKind.EMPLOYED_BY], asked.as_of), asked)
    jobs = jobs.drop_nulls("first_seen").select(carrier="dst", person="src", start="first_seen", end="last_seen")
    operates = sure(known_edges(reader, [EdgeKind.OPERATES], asked.as_of), asked)
    registered = operates.select(vehicle="dst", carrier="src").unique()
    registered = registered.join(hubs, left_on="vehicle", right_on="thing", how="anti")
    sizes = pl.concat([drove.select("vehicle"), registered.select("vehicle")]).group_by("vehicle").len("rows")
    guilty = people_with_events(reader, asked)
    best = BestRows(["carriers", "drivers", "vehicle"], [True, True, False], asked.number("limit"))
    for part in in_parts(sizes.sort("vehicle")):
        driven, owned = (frame.join(part, on="vehicle", how="semi") for frame in (drove, registered))
        shared = _shared(driven, owned, jobs)
        several = shared.filter(pl.col("carriers") >= asked.number("least_carriers"))
        mine = drove.join(several, on="vehicle", how="semi")
        best.add(_with_drivers(several, mine, guilty))
    rows = best.rows()
    if not rows.height:
        return Found(COLUMNS.empty(), (Cut.HUB,) if hubs.height else ())
    show = asked.number("show")
    is_so = {Cut.LIMIT: best.is_cut, Cut.HUB: hubs.height > 0, Cut.SHOW: bool((rows["drivers"] > show).any())}
    rows = rows.with_columns(some_drivers=pl.col("everybody").list.head(show))
    rows = with_names(reader, rows, NodeKind.VEHICLE, {"vehicle": "vehicle_name"})
    return Found(rows, tuple(cut for cut, cuts in is_so.items() if cuts))


def _shared(drove: pl.DataFrame, registered: pl.DataFrame, jobs: pl.DataFrame) -> pl.DataFrame:
    """Frame vehicle, carriers, driven_for, registered_to."""
    dated = drove.drop_nulls("on").join(jobs, on="person")
    overlapping = dated.filter(
        pl.col("start") <= pl.coalesce("off", "on"), pl.col("end").is_null() | (pl.col("end") >= pl.col("on"))
    )
    driven = overlapping.select("vehicle", "carrier", is_driven=pl.lit(value=True)).unique()
    links = pl.concat([driven, registered.select("vehicle", "carrier", is_driven=pl.lit(value=False))])
    carrier = pl.col("carrier")
    return links.group_by("vehicle").agg(
        carrier.n_unique().cast(pl.Int64).alias("carriers"),
        carrier.filter(pl.col("is_driven")).sort().alias("driven_for"),
        carrier.filter(~pl.col("is_driven")).sort().alias("registered_to"),
    )


def _with_drivers(vehicles: pl.DataFrame, drove: pl.DataFrame, guilty: pl.DataFrame) -> pl.DataFrame:
    """The vehicles with their drivers and the days they drove."""
    marked = drove.join(guilty.with_columns(is_guilty=pl.lit(value=True)), on="person", how="left")
    drivers = marked.group_by("vehicle").agg(
        pl.col("person").n_unique().cast(pl.Int64).alias("drivers"),
        pl.col("person").filter(pl.col("is_guilty")).n_unique().cast(pl.Int64).alias("drivers_with_events"),
        pl.col("person").unique().sort().alias("everybody"),
        pl.col("on").min().alias("first_driven"),
        pl.coalesce("off", "on").max().alias("last_driven"),
    )
    both = vehicles.join(drivers, on="vehicle", how="left")
    return both.with_columns(
        pl.col("drivers", "drivers_with_events").fill_null(0),
        pl.col("everybody").fill_null(pl.lit([], pl.List(pl.String))),
    )


SHARED_VEHICLES = Pattern(
    name="shared-vehicles",
    title="Vehicles shared across carriers",
    question="Which vehicles were driven for, or are registered to, at least so many carriers, and who drove them?",
    beware=(
        "Leasing, hired help, a sale and a record that lags behind a change of job all look like this. An employment "
        "without an end counts as open, which may be wrong."
    ),
    parameters=(
        Parameter("least_carriers", ParameterKind.NUMBER, "carriers at least", 2, least=2, most=1_000),
        HUB,
        SHOW,
        LIMIT,
    ),
    columns=COLUMNS,
    people=("some_drivers",),
    find=find,
)
