"""Every way to order people that is compared: a figure for each identity, from the same evidence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy import sparse

from benchmarks.risk_lift.pagerank import Shares, variants
from benchmarks.risk_lift.ranking import Floats
from graph.policy import RiskPolicy
from graph.risk import Assessment, tabulate

OURS = "linked risk"
SMUGGLING = "smuggling"


def figures(assessed: Assessment, policy: RiskPolicy) -> Iterator[tuple[str, str, Floats]]:
    """Method, variant of it (blank where there is one) and a figure for each of `evidence.people`."""
    scores = tabulate(assessed, policy)
    yield OURS, "", scores["linked_points"].to_numpy()
    yield "linked risk, possible links too", "", scores["linked_with_possible"].to_numpy()
    yield "score (own and linked)", "", scores["score"].to_numpy()
    yield "own events only", "", scores["own_points"].to_numpy()
    shares, hub = Shares.of(assessed), policy.limits.hub_degree
    events = assessed.judged.events.filter(pl.col("weight") > 0)
    starts = _starts(events, shares.people)
    for hubs, held in (("all things", shares), (f"things of {hub} at most", shares.below(hub))):
        together = _together(held)
        yield "number of associates", hubs, np.asarray(together.sum(axis=1)).ravel()
        for who in ("offenders", "people with an event"):
            yield "offending associates", f"{who}, {hubs}", together @ (starts[who] > 0).astype(np.float64)
    walks = {name: starts[name] for name in ("offenders", "smuggling weight", "all weight")}
    for name, figure in variants(shares, walks, hub):
        yield "personalised PageRank", name, figure


def _starts(events: pl.DataFrame, people: int) -> dict[str, Floats]:
    """Who has events that count, and what they weigh."""
    person, weight = events["person"].to_numpy().astype(np.int64), events["weight"].to_numpy()
    is_smuggling = (events["class"] == SMUGGLING).to_numpy()
    everything = np.bincount(person, weight, people).astype(np.float64)
    smuggling = np.bincount(person[is_smuggling], weight[is_smuggling], people).astype(np.float64)
    return {
        "offenders": (smuggling > 0).astype(np.float64),
        "people with an event": (everything > 0).astype(np.float64),
        "smuggling weight": smuggling,
        "all weight": everything,
    }


def _together(held: Shares) -> sparse.csr_matrix:
    """1 for each two people who share a thing."""
    on = held.matrix("one")
    both = (on @ on.T).tocsr()
    both.setdiag(0)
    both.eliminate_zeros()
    both.data[:] = 1.0
    return both
