"""A large carrier's own record: its drivers' incidents against what its size predicts, shrunk towards its peers.

    incidents of a carrier ~ Poisson(expected x ratio)      expected = driver-years x rate of all large carriers
    ratio ~ Gamma(shape, shape), mean 1                     shape: the likeliest, given all large carriers

A carrier of few driver-years is therefore told to be like its peers until its record says otherwise (gamma-Poisson
shrinkage: DuMouchel, The American Statistician 53, 1999). It is context: no score reads it, and no inspections are
known to divide by.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.days import day_number, known_by
from graph.evidence import events_of
from graph.incidents import judge
from graph.policy import DAYS_A_YEAR, RiskPolicy
from graph.schema import EdgeKind, NodeKind
from graph.store import GraphScan
from linkage.schema import FrameSchema

CARRIER_RECORD = FrameSchema(
    "carrier_record",
    {
        "carrier": pl.String,
        "drivers": pl.Int64,  # people who worked there within the window
        "driver_years": pl.Float64,  # their time there within the window, overlaps counted once
        "incidents": pl.Int64,  # theirs that count, each once, while they worked there
        "expected": pl.Float64,  # what as many driver-years bring among all large carriers
        "ratio": pl.Float64,  # shrunken incidents / expected; null where there are too few peers
        "low": pl.Float64,  # interval of the ratio
        "high": pl.Float64,
        "peers": pl.Int64,  # large carriers compared, this one included
    },
)

_SHAPES = (-3.0, 9.0)  # natural logs between which the shape is sought: from 20-fold differences to none

Floats = npt.NDArray[np.float64]


def carrier_records(graph: GraphScan, policy: RiskPolicy, as_of: dt.date) -> pl.DataFrame:
    """The record of every carrier that had more drivers than make a tie.

    Returns:
        Frame CARRIER_RECORD, ordered by carrier.

    Complexity: linear in employment and in the events of the drivers of large carriers.
    """
    spans = _spans(graph, policy, as_of)
    drivers = spans.group_by("carrier").agg(pl.col("person").n_unique().cast(pl.Int64).alias("drivers"))
    years = _exposure(spans)
    incidents = _incidents(graph, spans, policy, as_of)
    joined = drivers.join(years, on="carrier").join(incidents, on="carrier", how="left").sort("carrier")
    joined = joined.with_columns(pl.col("incidents").fill_null(0))
    return CARRIER_RECORD.check(_compared(joined, policy))


def fit_shape(incidents: Floats, expected: Floats) -> float:
    """Shape of the gamma distribution of ratios with mean 1 that makes the counts likeliest; large where all are alike.

    Args:
        incidents: counts of each carrier.
        expected: what its size predicts, above 0.
    """
    from scipy import optimize, special  # noqa: PLC0415 - slow to load, and few commands count carriers

    def unlikely(log_shape: float) -> float:
        shape = np.exp(log_shape)
        terms = special.gammaln(shape + incidents) - special.gammaln(shape)
        terms += shape * np.log(shape / (shape + expected)) + incidents * np.log(expected / (shape + expected))
        return -float(np.sum(terms))

    return float(np.exp(optimize.minimize_scalar(unlikely, bounds=_SHAPES, method="bounded").x))


def _spans(graph: GraphScan, policy: RiskPolicy, as_of: dt.date) -> pl.DataFrame:
    """Frame carrier, person, first, last: time at large carriers within the window; what is undated has none."""
    today = day_number(as_of)
    opens = _opens(policy, as_of)
    known = graph.edges(frozenset({EdgeKind.EMPLOYED_BY})).filter(
        known_by(as_of) & (pl.col("confidence") >= policy.limits.review_threshold)
    )
    is_large = pl.col("src").n_unique().over("dst") > policy.limits.hub_degree
    spans = known.filter(is_large).select(
        carrier="dst",
        person="src",
        first=pl.max_horizontal(pl.col("first_seen").to_physical(), pl.lit(opens)),
        last=pl.min_horizontal(pl.col("last_seen").to_physical().fill_null(today), pl.lit(today)),
        is_dated=pl.col("first_seen").is_not_null(),
    )
    within = spans.filter(pl.col("is_dated") & (pl.col("first") <= pl.col("last"))).drop("is_dated")
    return within.sort("carrier", "person", "first", "last")


def _opens(policy: RiskPolicy, as_of: dt.date) -> int:
    """First day of the window."""
    return day_number(as_of) - int(policy.context.carrier_window_years * DAYS_A_YEAR)


def _exposure(spans: pl.DataFrame) -> pl.DataFrame:
    """Frame carrier, driver_years; a day on which two stints of one person overlap counts once."""
    earlier = pl.col("last").cum_max().shift(1).over("carrier", "person")
    begin = pl.max_horizontal("first", earlier + 1)  # a null is passed over
    days = (pl.col("last") - begin + 1).clip(lower_bound=0)
    by_carrier = spans.with_columns(days=days).group_by("carrier").agg(pl.col("days").sum())
    return by_carrier.select("carrier", driver_years=pl.col("days") / DAYS_A_YEAR)


def _incidents(graph: GraphScan, spans: pl.DataFrame, policy: RiskPolicy, as_of: dt.date) -> pl.DataFrame:
    """Frame carrier, incidents: those that count, in the time their driver spent there."""
    people = spans.select(src="person").unique()
    committed = graph.edges(frozenset({EdgeKind.COMMITTED})).join(people, on="src", how="semi")
    committed = committed.filter(pl.col("confidence") >= policy.limits.review_threshold)
    # A case file is judged whole, so all of a person's events are read where one lies within the window.
    day = pl.coalesce("first_seen", "known_on").to_physical()
    lately = committed.filter(day >= _opens(policy, as_of)).select("src").unique()
    committed = committed.join(lately, on="src", how="semi")
    nodes = graph.nodes(NodeKind.EVENT)
    nodes = nodes.join(committed.select(key="dst").unique(), on="key", how="semi", maintain_order="left")
    named, events = events_of(committed, nodes, as_of)
    judged = judge(events, policy, as_of).events.filter(pl.col("weight") > 0)
    ids = pl.DataFrame({"person": pl.Series(range(len(named)), dtype=pl.UInt32), "identity": named})
    ids = ids.with_columns(pl.col("identity").cast(pl.String))
    told = judged.join(ids, on="person").select("incident", "day", person="identity")
    there = told.join(spans, on="person").filter(pl.col("day").is_between("first", "last"))
    return there.group_by("carrier").agg(pl.col("incident").n_unique().cast(pl.Int64).alias("incidents"))


def _compared(carriers: pl.DataFrame, policy: RiskPolicy) -> pl.DataFrame:
    incidents, years = (carriers[name].to_numpy().astype(np.float64) for name in ("incidents", "driver_years"))
    total = float(incidents.sum())
    expected = years * (total / float(years.sum())) if len(years) else years
    columns: dict[str, Floats | None] = {"expected": expected, "ratio": None, "low": None, "high": None}
    if len(years) >= policy.context.carrier_peers and total > 0:
        from scipy import stats  # noqa: PLC0415 - as above

        shape = fit_shape(incidents, expected)
        tail = (1.0 - policy.context.carrier_interval) / 2.0
        a, scale = shape + incidents, 1.0 / (shape + expected)
        columns["ratio"] = a * scale
        columns["low"], columns["high"] = (stats.gamma.ppf(p, a, scale=scale) for p in (tail, 1.0 - tail))
    added = [
        pl.Series(name, values, pl.Float64) if values is not None else pl.lit(None, pl.Float64).alias(name)
        for name, values in columns.items()
    ]
    peers = pl.lit(len(years), pl.Int64).alias("peers")
    return carriers.with_columns(*added, peers).select(list(CARRIER_RECORD.columns))
