"""Personalised PageRank on people and the things they share, in the variants that might suit it best."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from scipy import sparse

from benchmarks.risk_lift.ranking import Floats
from graph.holds import FAR
from graph.policy import DAYS_A_YEAR
from graph.risk import Assessment

RESTARTS = (0.15, 0.5, 0.85)
WEIGHTS = ("one", "kind", "kind/size", "kind, recent", "kind/size, recent")
READ_AS = ("mass", "mass/PageRank")
_ENOUGH = 1e-9
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Shares:
    """Who is on what.

    Args:
        rows: frame person, thing, kind (strength of the kind of tie), full_degree (up to how many people the policy
            leaves the tie whole), size (people on the thing), recent (2^(-years since last on it / 2)); one row a
            person and thing.
        people: how many there are.
    """

    rows: pl.DataFrame
    people: int

    @classmethod
    def of(cls, assessed: Assessment) -> Shares:
        """The shares that linked risk is made of, successions left out."""
        evidence, policy = assessed.evidence, assessed.tables.policy
        today = (evidence.as_of - dt.date(1970, 1, 1)).days
        half_life = policy.limits.distance_half_life_years * DAYS_A_YEAR
        rules = pl.DataFrame(
            [(kind, rule.strength, rule.full_degree) for kind, rule in policy.ties.items() if kind != "successor"],
            schema={"tie": pl.String, "kind": pl.Float64, "full_degree": pl.Float64},
            orient="row",
        )
        last = pl.when(pl.col("last") == FAR).then(today).otherwise("last").clip(upper_bound=today)
        rows = (
            evidence.holds.join(evidence.things.join(rules, on="tie"), on="thing")
            .group_by("person", "thing", "kind", "full_degree")
            .agg(last.max().alias("last"))
            .with_columns(size=pl.len().over("thing"), recent=2.0 ** (-(today - pl.col("last")) / half_life))
        )
        return cls(rows.drop("last").sort("person", "thing"), len(evidence.people))

    def below(self, limit: float) -> Shares:
        """Without the things of more people than the limit."""
        return Shares(self.rows.filter(pl.col("size") <= limit), self.people)

    def matrix(self, weights: str) -> sparse.csr_matrix:
        """People by things."""
        by_size = pl.min_horizontal(1.0, pl.col("full_degree") / pl.col("size"))
        factors = [
            pl.lit(1.0) if weights == "one" else pl.col("kind"),
            by_size if "size" in weights else pl.lit(1.0),
            pl.col("recent") if "recent" in weights else pl.lit(1.0),
        ]
        rows = self.rows.select("person", "thing", weight=factors[0] * factors[1] * factors[2])
        ends = (rows["person"].to_numpy(), rows["thing"].to_numpy())
        width = int(ends[1].max()) + 1 if rows.height else 1
        return sparse.csr_matrix((rows["weight"].to_numpy(), ends), (self.people, width))


def variants(shares: Shares, starts: dict[str, Floats], hub_degree: float) -> Iterator[tuple[str, Floats]]:
    """Each variant's name and a figure for each person.

    Args:
        starts: weight of each person to start from, by name.
        hub_degree: size of things above which they are left out, in half of the variants.
    """
    names = list(starts)
    columns = np.column_stack([starts[name] for name in names] + [np.ones(shares.people)])
    for hubs, weights in product(("all things", f"things of {hub_degree:g} at most"), WEIGHTS):
        held = (shares if hubs == "all things" else shares.below(hub_degree)).matrix(weights)
        for restart in RESTARTS:
            mass = pagerank(held, columns, restart)
            for place, start in enumerate(names):
                for read in READ_AS:
                    by = {"mass": np.ones(shares.people), "mass/PageRank": mass[:, -1]}[read]
                    figure = np.divide(mass[:, place], by, out=np.zeros(shares.people), where=by > 0)
                    yield f"restart {restart:g}, {weights}, {hubs}, from {start}, {read}", figure


def pagerank(held: sparse.csr_matrix, starts: Floats, restart: float) -> Floats:
    """Mass of each person, one column a start, by power iteration.

    Args:
        held: people by things, weights of the edges.
        starts: people by starts, not yet normed.
        restart: chance to go back to the start at each step, between people and things alike.

    Source: Jeh and Widom, "Scaling personalized web search", WWW 2003; mass without a way out goes back to the start.
    """
    start = starts / np.maximum(starts.sum(axis=0), 1e-300)
    there = _stochastic(held)
    back = _stochastic(held.T.tocsr())
    dead = np.asarray(held.sum(axis=1)).ravel() == 0
    people, things = start.copy(), np.zeros((held.shape[1], start.shape[1]))
    for _ in range(_MOST_STEPS):
        home = restart + (1.0 - restart) * people[dead].sum(axis=0)
        moved = (1.0 - restart) * (back.T @ things) + home * start
        things = (1.0 - restart) * (there.T @ people)
        if np.abs(moved - people).sum(axis=0).max() < _ENOUGH:
            return np.asarray(moved)
        people = moved
    return np.asarray(people)


def _stochastic(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each row divided by its sum."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.diags(np.divide(1.0, sums, out=np.zeros(sums.size), where=sums > 0)) @ matrix
