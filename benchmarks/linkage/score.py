"""The one evaluator: every engine's clusters against the truth, at the threshold it was given and at its own best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linkage.evaluate import Evaluation, evaluate, evaluate_groups

Figures = dict[str, float]
Longs = npt.NDArray[np.int64]
Places = npt.NDArray[np.uint32]
CUTS = 40
_GROUPINGS = ("group", "country")


def score(truth: pl.DataFrame, folder: Path) -> dict[str, object]:
    """Figures of one run.

    Args:
        truth: key, entity_id and any of the groupings.
        folder: where the run wrote `clusters.parquet`, and after a sweep `pairs.parquet` (clusters are its components)
            or `sweep.parquet` (clusters by threshold) or both.

    Returns:
        `fixed`: at the threshold fixed beforehand; `groups`: the same by group; `best`: highest pair F1 over all
        thresholds, a choice that needs the truth; `pairs_alone`: highest F1 of the scored pairs without closure.
    """
    keys = truth.select("key", "entity_id")
    clusters = pl.read_parquet(folder / "clusters.parquet").select(
        key=pl.col("record").cast(pl.String), identity_id=pl.col("cluster").cast(pl.String)
    )
    fixed = figures(evaluate(keys, clusters))
    out: dict[str, object] = {"fixed": fixed, "groups": _groups(truth, clusters)}
    if (folder / "pairs.parquet").exists():
        pairs = _positions(truth, pl.read_parquet(folder / "pairs.parquet"))
        out |= {"candidates": len(pairs), "pairs_alone": _pairs_alone(keys, pairs)}
        if not (folder / "sweep.parquet").exists():
            out["best"] = max(fixed, _best_of_pairs(keys, pairs), key=_by_f1)
    if (folder / "sweep.parquet").exists():
        out["best"] = max(fixed, _best_of_sweep(keys, pl.read_parquet(folder / "sweep.parquet")), key=_by_f1)
    return out


def figures(found: Evaluation) -> Figures:
    """The figures that the table shows."""
    return {
        "precision": found.pairs.precision,
        "recall": found.pairs.recall,
        "f1": found.pairs.f1,
        "b3_precision": found.b_cubed.precision,
        "b3_recall": found.b_cubed.recall,
        "b3_f1": found.b_cubed.f1,
        "true_pairs": found.pairs.true,
        "wrong_pairs": found.pairs.predicted - found.pairs.correct,
        "missing": found.missing,
    }


def _groups(truth: pl.DataFrame, clusters: pl.DataFrame) -> dict[str, dict[str, Figures]]:
    out = {}
    for grouping in _GROUPINGS:
        if grouping in truth.columns:
            found = evaluate_groups(truth.select("key", "entity_id"), clusters, truth[grouping])
            # A person has one naming group, so a wrong link across two counts against both; countries come in pairs.
            parts = found.touching if grouping == "group" else found.labelled()
            out[grouping] = {
                label: {"precision": part.precision, "recall": part.recall, "f1": part.f1, "true_pairs": part.true}
                for label, part in parts.items()
            }
    return out


def _positions(truth: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs as row numbers of the truth, highest score first."""
    at = truth.select("key").with_row_index("at")
    return (
        pairs.join(at, left_on="record_l", right_on="key")
        .join(at, left_on="record_r", right_on="key", suffix="_r")
        .select("at", "at_r", pl.col("score").cast(pl.Float64))
        .sort("score", descending=True)
    )


def _pairs_alone(truth: pl.DataFrame, pairs: pl.DataFrame) -> Figures:
    entity = truth["entity_id"].rank("dense").to_numpy()
    true = _true_pairs(truth)
    correct = np.cumsum(entity[pairs["at"].to_numpy()] == entity[pairs["at_r"].to_numpy()])
    # A threshold takes all pairs of one score or none of them.
    scores = pairs["score"].to_numpy()
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    correct, predicted = correct[last], last + 1
    f1 = 2 * correct / (predicted + true)
    at = int(f1.argmax())
    return {
        "f1": float(f1[at]),
        "precision": float(correct[at] / predicted[at]),
        "recall": float(correct[at] / true),
        "threshold": float(scores[last[at]]),
        "blocking_recall": float(correct[-1] / true),
    }


def _best_of_pairs(truth: pl.DataFrame, pairs: pl.DataFrame) -> Figures:
    left, right, scores = (pairs[name].to_numpy() for name in ("at", "at_r", "score"))
    # By count of pairs and by count of scores: a few scores may hold most pairs.
    steps = np.linspace(0, 1, CUTS)
    cuts = np.unique(
        np.concatenate([np.quantile(part, steps, method="nearest") for part in (scores, np.unique(scores))])
    )
    entity = truth["entity_id"].rank("dense").cast(pl.Int64).to_numpy()
    counts = [int((scores >= cut).sum()) for cut in cuts]
    best = max(zip(cuts, counts, strict=True), key=lambda cut: _f1(entity, _components(entity, left, right, cut[1])))
    labels = _components(entity, left, right, best[1])
    found = evaluate(truth, pl.DataFrame({"key": truth["key"], "identity_id": labels.astype(str)}))
    return {"threshold": float(best[0]), **figures(found)}


def _components(entity: Longs, left: Places, right: Places, count: int) -> Longs:
    """Connected components over the first `count` pairs, one label a record."""
    ones = np.ones(count, dtype=np.int8)
    graph = coo_array((ones, (left[:count], right[:count])), shape=(len(entity), len(entity)))
    labels: Longs = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels


def _f1(entity: Longs, labels: Longs) -> float:
    """Pair F1 by numbers alone: the search asks it of many thresholds, `linkage.evaluate` of the one chosen."""
    together = np.unique(entity * (int(labels.max()) + 1) + labels, return_counts=True)[1]
    correct, true, found = (
        float((sizes.astype(np.int64) * (sizes.astype(np.int64) - 1) // 2).sum())
        for sizes in (together, np.bincount(entity), np.bincount(labels))
    )
    return 2 * correct / (true + found) if true + found else 0.0


def _best_of_sweep(truth: pl.DataFrame, sweep: pl.DataFrame) -> Figures:
    def part(threshold: float) -> Evaluation:
        kept = sweep.filter(pl.col("threshold") == threshold)
        columns = {"key": pl.col("record").cast(pl.String), "identity_id": pl.col("cluster").cast(pl.String)}
        return evaluate(truth, kept.select(**columns))

    found = [{"threshold": cut, **figures(part(cut))} for cut in sweep["threshold"].unique().sort()]
    return max(found, key=_by_f1)


def _by_f1(found: Figures) -> float:
    return found["f1"]


def _true_pairs(truth: pl.DataFrame) -> int:
    sizes = truth.group_by("entity_id").len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
