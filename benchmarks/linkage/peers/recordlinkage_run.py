"""Runs recordlinkage on one task, in an environment of its own: `recordlinkage_run.py --task T --input DIR --out DIR`.

The pipeline of its documentation: `Index` with block rules, `Compare` with exact and Jaro-Winkler features at the
documented threshold, `ECMClassifier` (unsupervised) with its default decision (probability 0.5). It joins pairs only;
records joined by a chain of pairs count as one cluster. Files are those of `splink_run.py`.
"""

from __future__ import annotations

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import recordlinkage as rl
from recordlinkage_tasks import TASKS, Spec
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

THRESHOLD = 0.5
VERSIONS = ("recordlinkage", "pandas", "numpy", "scikit-learn")


def main() -> None:
    """One run from files to files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=sorted(TASKS), required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sweep", action="store_true", help="keep all scored pairs, for the best threshold")
    options = parser.parse_args()
    facts = run(TASKS[options.task], options.input, options.out, sweep=options.sweep)
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1))


def run(spec: Spec, source: Path, target: Path, *, sweep: bool) -> dict[str, object]:
    """Index, compare, classify, join."""
    started = time.perf_counter()
    frames = [_read(source / f"{name}.parquet", spec) for name in (("left", "right") if spec.is_link else ("records",))]
    indexer = rl.Index()
    for rule in spec.blocking:
        indexer.block(list(rule))
    pairs = indexer.index(*frames)
    blocked = time.perf_counter()
    comparer = rl.Compare()
    for column, method, threshold in spec.comparisons:
        if method == "exact":
            comparer.exact(column, column, label=column)
        else:
            comparer.string(column, column, method=method, threshold=threshold, label=column)
    features = comparer.compute(pairs, *frames)
    compared = time.perf_counter()
    classifier = rl.ECMClassifier()
    classifier.fit(features)
    probability = classifier.prob(features).to_numpy()
    _write(frames, pairs, probability, target, sweep=sweep)
    return {
        "versions": {name: version(name) for name in VERSIONS},
        "threshold": f"match probability {THRESHOLD}",
        "pairs_kept": len(pairs),
        "seconds": {
            "index": round(blocked - started, 2),
            "compare": round(compared - blocked, 2),
            "rest": round(time.perf_counter() - compared, 2),
        },
    }


def _read(path: Path, spec: Spec) -> pd.DataFrame:
    frame = pd.read_parquet(path).set_index("record")
    for name, (column, start, stop) in spec.slices.items():
        frame[name] = frame[column].str.slice(start, stop)
    return frame


def _write(
    frames: list[pd.DataFrame], pairs: pd.MultiIndex, probability: np.ndarray, target: Path, *, sweep: bool
) -> None:
    records = np.concatenate([frame.index.to_numpy() for frame in frames])
    at = pd.Index(records)
    left, right = at.get_indexer(pairs.get_level_values(0)), at.get_indexer(pairs.get_level_values(1))
    kept = probability >= THRESHOLD
    shape = (len(records), len(records))
    graph = coo_array((np.ones(kept.sum(), dtype=np.int8), (left[kept], right[kept])), shape=shape)
    _, cluster = connected_components(graph, directed=False)
    pd.DataFrame({"record": records, "cluster": cluster}).to_parquet(target / "clusters.parquet", index=False)
    if sweep:
        scored = {"record_l": records[left], "record_r": records[right], "score": probability}
        pd.DataFrame(scored).to_parquet(target / "pairs.parquet", index=False)


if __name__ == "__main__":
    main()
