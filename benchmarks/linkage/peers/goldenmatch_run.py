"""Runs GoldenMatch on one task, in an environment of its own: `goldenmatch_run.py --task T --input DIR --out DIR`.

As its documentation says for people: probabilistic auto-configuration, then `dedupe_df`, or `match_df` for two tables;
for driver records an explicit configuration, as it says where auto-configuration does not do (`goldenmatch_drivers`).
Native kernels are required and the memory of earlier runs is off, as in its guide for one machine. With `--sweep` the
run is repeated at several link thresholds and written to `sweep.parquet` (threshold, record, cluster), since its
clusters are more than the components of its pairs. Other files are those of `splink_run.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("GOLDENMATCH_NATIVE", "1")
os.environ.setdefault("GOLDENMATCH_AUTOCONFIG_MEMORY", "0")

import goldenmatch as gm
import pyarrow as pa
import pyarrow.parquet as pq
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df
from goldenmatch_drivers import DRIVERS, Drivers

SWEEP = (0.3, 0.5, 0.7, 0.9, 0.95, 0.99)
VERSIONS = ("goldenmatch", "goldenmatch-native", "numpy", "pyarrow")


def main() -> None:
    """One run from files to files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sweep", action="store_true", help="repeat at several thresholds")
    options = parser.parse_args()
    started = time.perf_counter()
    drivers = DRIVERS.get(options.task)
    tables = _read(options.input, drivers.columns if drivers else None)
    pq.write_table(clusters(tables, drivers, None), options.out / "clusters.parquet")
    facts = {
        "versions": {name: version(name) for name in VERSIONS},
        "threshold": "its own",
        "seconds": {"all": round(time.perf_counter() - started, 2)},
    }
    if options.sweep:
        parts = []
        for cut in SWEEP:
            part = clusters(tables, drivers, cut)
            parts.append(part.append_column("threshold", pa.array([cut] * len(part), pa.float64())))
        pq.write_table(pa.concat_tables(parts), options.out / "sweep.parquet")
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1))


def clusters(tables: list[pa.Table], drivers: Drivers | None, cut: float | None) -> pa.Table:
    """Cluster of each record, at the link threshold of the configuration or at `cut`."""
    everything = pa.concat_tables(tables).drop_columns("record")
    config = drivers.configuration(everything) if drivers else auto_configure_probabilistic_df(everything)
    for key in config.get_matchkeys():
        if cut is not None and key.type == "probabilistic":
            key.link_threshold = cut
    if len(tables) == 2:
        return _of_match(tables, gm.match_df(*tables, config=config, exclude_columns=["record"]))
    return _of_dedupe(tables[0], gm.dedupe_df(everything, config=config))


def _read(folder: Path, columns: dict[str, str] | None) -> list[pa.Table]:
    """One table, or two to be linked, without columns that are empty."""
    names = ("left", "right") if (folder / "left.parquet").exists() else ("records",)
    wanted = ["record", *columns] if columns else None
    tables = [pq.read_table(folder / f"{name}.parquet", columns=wanted) for name in names]
    empty = [name for name in tables[0].column_names if all(table[name].null_count == len(table) for table in tables)]
    kept = [table.drop_columns(empty) for table in tables]
    return [table.rename_columns([(columns or {}).get(name, name) for name in table.column_names]) for table in kept]


def _of_dedupe(table: pa.Table, result: gm.DedupeResult) -> pa.Table:
    records = table.column("record").to_pylist()
    found = [(records[at], str(number)) for number, group in result.clusters.items() for at in group["members"]]
    return _table(dict(found))


def _of_match(tables: list[pa.Table], result: gm.MatchResult) -> pa.Table:
    """A record of the left table joins the cluster of its match in the right one."""
    alone = {record: record for table in tables for record in table.column("record").to_pylist()}
    links = zip(*(result.matched.column(f"{side}_record").to_pylist() for side in ("target", "ref")), strict=True)
    return _table(alone | dict(links))


def _table(cluster: dict[str, str]) -> pa.Table:
    return pa.table({"record": list(cluster), "cluster": list(cluster.values())})


if __name__ == "__main__":
    main()
