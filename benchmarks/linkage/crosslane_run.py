"""Runs our engine on one task: `python -m benchmarks.linkage.crosslane_run --task T --input DIR --out DIR`.

Files are those of `peers/splink_run.py`. With `--sweep` the clusters are made again at several thresholds under the
model of the first run and written to `sweep.parquet`, since they are more than the components of pairs.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

import linkage
from linkage import block
from linkage.model import Model, load_model
from linkage.pipeline.engine import Engine
from linkage.schema import PERSON

MODELS = Path(__file__).resolve().parent / "models"
SHIFTS = (-8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0)
"""Bits that a sweep moves the thresholds by."""
VERSIONS = ("crosslane", "polars", "numpy", "rapidfuzz")


@dataclass(frozen=True, slots=True)
class Job:
    """How one task is done.

    Args:
        model: a shipped model, or a file.
        settings: of `linkage.dedupe` or `linkage.link`.
        is_link: two tables.
        is_standardised: records are facts of this project's own standardising, the model is taken as shipped.
    """

    model: Path | str
    settings: linkage.Settings = field(default_factory=linkage.Settings)
    is_link: bool = False
    is_standardised: bool = False


JOBS = {
    "historical_50k": Job("person", linkage.Settings(columns={"postal_code": "postcode_fake"})),
    "febrl4": Job("person", is_link=True),
    "people": Job(MODELS / "people.toml", linkage.Settings(rules=False)),
    "border": Job("driver", is_standardised=True),
    "senzing": Job("driver", is_standardised=True),
}


@dataclass(frozen=True, slots=True)
class Found:
    """`members`: record, cluster. `pairs`: that blocking made."""

    members: pl.DataFrame
    pairs: int
    model: Model


def main() -> None:
    """One run from files to files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", choices=sorted(JOBS), required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sweep", action="store_true", help="repeat at several thresholds")
    options = parser.parse_args()
    started = time.perf_counter()
    job = JOBS[options.task]
    found = run(job, options.input, None)
    found.members.write_parquet(options.out / "clusters.parquet")
    facts = {
        "versions": {name: version(name) for name in VERSIONS},
        "threshold": f"{found.model.thresholds.same} bits",
        "candidates": found.pairs,
        "seconds": {"all": round(time.perf_counter() - started, 2)},
    }
    if options.sweep:
        parts = [
            run(job, options.input, _shifted(found.model, shift)).members.with_columns(threshold=pl.lit(shift))
            for shift in SHIFTS
        ]
        pl.concat(parts).write_parquet(options.out / "sweep.parquet")
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1))


def run(job: Job, source: Path, model: Model | None) -> Found:
    """One resolution; with a model given it is taken as it is, else as the job says."""
    if job.is_standardised:
        return _standardised(pl.read_parquet(source / "records.parquet"), model or load_model(job.model))
    settings = job.settings if model is None else replace(job.settings, train=False)
    names = ("left", "right") if job.is_link else ("records",)
    tables = [pl.read_parquet(source / f"{name}.parquet") for name in names]
    resolve = linkage.link if job.is_link else linkage.dedupe
    found = resolve(*tables, model or job.model, settings)
    return Found(found.memberships.select("record", cluster="identity"), found.candidates, found.model)


def _standardised(records: pl.DataFrame, model: Model) -> Found:
    """What `crosslane load` does with records of the project's own sources, without the ledger."""
    persons = PERSON.conform(records.with_columns(key="record")).sort("key")
    everyone = np.ones(len(persons), dtype=np.bool_)
    engine = Engine(persons, model)
    entries = block.active_entries(block.block_keys(persons, model.blocking), everyone, model.limits.block)
    pairs, candidates = engine.score_candidates(entries, everyone)
    partition = engine.cluster(pairs, everyone)
    keys = persons["key"]
    return Found(pl.DataFrame({"record": keys, "cluster": keys.gather(partition.root)}), candidates, model)


def _shifted(model: Model, bits: float) -> Model:
    """The model with the thresholds that join records moved together."""
    limits = model.thresholds
    same, cut = limits.same + bits, limits.cut + bits
    return replace(model, thresholds=replace(limits, same=same, cut=cut, possible=min(limits.possible, same)))


if __name__ == "__main__":
    main()
