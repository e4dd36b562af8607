"""Runs Splink 5 on one task, in an environment of its own: `python splink_run.py --task T --input DIR --out DIR`.

Reads `records.parquet`, or `left.parquet` and `right.parquet`; writes `clusters.parquet` (record, cluster),
`facts.json` and, with `--sweep`, `pairs.parquet` (record_l, record_r, score: match weight in bits) and, where clusters
are more than components, `sweep.parquet` (threshold, record, cluster).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from splink import DuckDBAPI, Linker, SettingsCreator
from splink_spec import Spec
from splink_tasks import TASKS

CLUSTER_COLUMNS = "record, cluster_id AS cluster"
SWEEP = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)


def main() -> None:
    """One run from files to files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", required=True)
    parser.add_argument("--variant", default="")
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sweep", action="store_true", help="keep all scored pairs, for the best threshold")
    options = parser.parse_args()
    facts = run(TASKS[options.task, options.variant], options.input, options.out, sweep=options.sweep)
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1))


def run(spec: Spec, source: Path, target: Path, *, sweep: bool) -> dict[str, object]:
    """Train, score, cluster; the facts say which versions, how many pairs and how long each step took."""
    clock = Clock()
    api = DuckDBAPI()
    api.duckdb_con.execute(f"SET threads TO {os.cpu_count()}")
    linker = _linker(spec, api, source)
    clock.lap("read")
    train(linker, spec, clock)
    if sweep:
        scored = linker.inference.predict()
    else:
        scored = linker.inference.predict(threshold_match_probability=spec.threshold)
    clock.lap("score")
    clusters = cluster(linker, spec, scored, spec.threshold)
    clock.lap("cluster")
    clusters.as_duckdbpyrelation().project(CLUSTER_COLUMNS).write_parquet(str(target / "clusters.parquet"))
    clock.lap("write")
    if sweep:
        _write_sweep(linker, spec, scored, target)
    return {
        "versions": {name: version(name) for name in ("splink", "duckdb")},
        "threshold": f"match probability {spec.threshold}",
        "pairs_kept": scored.as_duckdbpyrelation().count("*").fetchall()[0][0],
        "seconds": clock.laps,
    }


def train(linker: Linker, spec: Spec, clock: Clock) -> None:
    """Prior, u and m, in the order that Splink's tutorial gives."""
    training = linker.training
    training.estimate_probability_two_random_records_match(list(spec.deterministic), recall=spec.recall)
    clock.lap("prior")
    training.estimate_u_using_random_sampling(max_pairs=spec.u_pairs)
    clock.lap("u")
    for rule in spec.training:
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=spec.em_pairs
        )
    clock.lap("em")


def cluster(linker: Linker, spec: Spec, scored: Any, threshold: float) -> Any:
    """Connected components, or best links where both tables are free of duplicates."""
    join = linker.clustering
    if spec.best_links_only:
        names = ["table_left", "table_right"]
        return join.cluster_using_single_best_links(scored, names, threshold_match_probability=threshold)
    return join.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=threshold)


class Clock:
    """Seconds since the last lap, by name."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """The time since the last lap belongs to `name`."""
        now = time.perf_counter()
        self.laps[name], self._last = round(now - self._last, 2), now


def _linker(spec: Spec, api: DuckDBAPI, source: Path) -> Linker:
    names = ("left", "right") if spec.is_link else ("records",)
    frames = []
    for name in names:
        path = str(source / f"{name}.parquet")
        api.duckdb_con.execute(f"CREATE TABLE input_{name} AS SELECT {spec.select} FROM read_parquet('{path}')")
        frames.append(api.register(api.duckdb_con.table(f"input_{name}"), dataset_display_name=f"table_{name}"))
    settings = SettingsCreator(
        link_type="link_only" if spec.is_link else "dedupe_only",
        unique_id_column_name="record",
        blocking_rules_to_generate_predictions=list(spec.blocking),
        comparisons=list(spec.comparisons),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    return Linker(frames if spec.is_link else frames[0], settings, log_level=logging.WARNING)


def _write_sweep(linker: Linker, spec: Spec, scored: Any, target: Path) -> None:
    """All scored pairs; and clusters by threshold where they are not the components of the pairs."""
    columns = "record_l, record_r, match_weight AS score"
    scored.as_duckdbpyrelation().project(columns).write_parquet(str(target / "pairs.parquet"))
    if spec.best_links_only:
        parts = [
            cluster(linker, spec, scored, cut)
            .as_duckdbpyrelation()
            .project(f"{cut}::DOUBLE AS threshold, {CLUSTER_COLUMNS}")
            .to_arrow_table()
            for cut in SWEEP
        ]
        pq.write_table(pa.concat_tables(parts), target / "sweep.parquet")


if __name__ == "__main__":
    main()
