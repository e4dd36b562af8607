"""Figures of rankings against their definition, PageRank against networkx, and what a cut leaves."""

import math
from datetime import date
from itertools import permutations

import networkx as nx
import numpy as np
import polars as pl
import pytest
from scipy import sparse

from benchmarks.risk_lift.cut import cut, make_world
from benchmarks.risk_lift.pagerank import pagerank
from benchmarks.risk_lift.ranking import average_precision, chance_shown, roc_auc
from fixtures.world.layout import SOURCES

SCORE = np.array([3.0, 1.0, 2.0, 2.0, 0.0])
POSITIVE = np.array([False, True, True, False, False])


def test_ties_count_as_random_order() -> None:
    pairs = [(p, n) for p in SCORE[POSITIVE] for n in SCORE[~POSITIVE]]
    assert roc_auc(SCORE, POSITIVE) == pytest.approx(sum((p > n) + 0.5 * (p == n) for p, n in pairs) / len(pairs))
    orders = [list(o) for o in permutations(range(5)) if all(SCORE[o[i]] >= SCORE[o[i + 1]] for i in range(4))]
    for shown in range(1, 6):
        shares = [np.isin(np.arange(5), order[:shown]) for order in orders]
        assert chance_shown(SCORE, shown) == pytest.approx(np.mean(shares, axis=0))


def test_average_precision_is_precision_at_each_positive() -> None:
    score = np.array([5.0, 4.0, 3.0, 2.0])
    assert average_precision(score, np.array([True, False, True, False])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(SCORE, POSITIVE) == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert average_precision(score, np.zeros(4, np.bool_)) == 0
    assert roc_auc(score, np.zeros(4, np.bool_)) == 0.5


def test_pagerank_is_that_of_networkx() -> None:
    held = np.array([[1.0, 0, 0.5], [1, 2, 0], [0, 1, 0], [0, 0, 0]])
    start = np.array([1.0, 0, 3, 1])
    graph = nx.Graph()
    graph.add_nodes_from(f"p{row}" for row in range(4))
    graph.add_weighted_edges_from((f"p{r}", f"t{c}", held[r, c]) for r, c in zip(*np.nonzero(held), strict=True))
    wanted = {f"p{row}": weight for row, weight in enumerate(start)}
    theirs = nx.pagerank(graph, alpha=0.7, personalization=wanted, dangling=wanted, tol=1e-12, max_iter=500)
    ours = pagerank(sparse.csr_matrix(held), start[:, None], restart=0.3)[:, 0]
    assert ours == pytest.approx([theirs[f"p{row}"] for row in range(4)], abs=1e-8)


def test_a_cut_world_holds_nothing_of_later_days(tmp_path) -> None:
    known, day, outcomes = make_world(900, 11, tmp_path)
    assert day == date(2025, 6, 30)
    assert {path.name for path in known.iterdir()} == set(SOURCES)
    dated = {"driving.csv": "date", "employment.csv": "end_date", "carriers.csv": "revoked_on", "court.csv": "filed_on"}
    for name, column in dated.items():
        days = pl.read_csv(known / name, infer_schema=False)[column].str.to_date()
        assert days.drop_nulls().len() > 0
        assert days.max() <= day
    whole = pl.read_csv(tmp_path / "whole" / "driving.csv", infer_schema=False)
    assert whole["date"].max() > str(day)
    seized = pl.read_csv(tmp_path / "whole" / "seizures.csv", infer_schema=False)
    later = seized.filter(pl.col("received_on") > str(day)).select(record_key="CBP/" + pl.col("seizure_id"))
    assert outcomes.caught == set(later.join(outcomes.persons, on="record_key")["entity"])
    assert outcomes.caught & outcomes.members
    again = tmp_path / "again"
    cut(known, again, day)
    for path in known.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_nothing_found_means_endless_false_alerts() -> None:
    from benchmarks.risk_lift.trial import Judgement, rank

    everybody = np.ones(5, np.bool_)
    ranked = rank(SCORE, Judgement("all", everybody, np.zeros(5, np.bool_)))
    assert ranked.false_alerts == math.inf
    assert (ranked.lift_first, ranked.lift_percent, ranked.base) == (0, 0, 0)
    assert rank(SCORE, Judgement("all", everybody, POSITIVE)).first == pytest.approx(2)
