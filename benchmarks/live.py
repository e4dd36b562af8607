"""`python -m benchmarks.live [--records N] [--further K]`: a live resolution, K records into N, single records matched.

The table is that of `benchmarks.linkage.people`, the model trained on it. Prints the time of the run from nothing, of
the further records, whether both leave one partition, and how long one record takes. `--orders M` takes the small
border world in M random orders and splits instead, and says whether they give one partition.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.levels import persons_of
from benchmarks.linkage.people import PeopleSettings, generate
from linkage.model import Model, load_model
from linkage.pipeline import LiveResolver
from linkage.pipeline.frames import for_columns
from linkage.pipeline.train import Options, train
from linkage.schema import PERSON
from linkage.standardise.plain import plain_records

MODEL = Path(__file__).parent / "linkage" / "models" / "people.toml"
WORLD = Path(__file__).parents[1] / "fixtures" / "world" / "small"
QUERIES = 1000


def main() -> None:
    """One table, or the orders."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--further", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--orders", type=int, default=0)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    if options.orders:
        _orders(options.orders, options.seed)
    else:
        _grow(options.records, options.further, options.seed)


def _grow(records: int, further: int, seed: int) -> None:
    table, _ = generate(PeopleSettings(records + further, seed))
    model, rows = _trained(table)
    full, expected = _from_nothing(model, rows)
    live = LiveResolver(model, rows)
    live.apply(rows[:records])
    added = _timed(f"{further:,} records into {records:,}", lambda: live.apply(rows[records:]))
    print(f"that is 1/{full / added:.0f} of the run from nothing")
    print("equal to it" if _partition(live) == expected else "NOT equal to it")
    _match(live, table.sample(QUERIES, seed=seed), model)
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _from_nothing(model: Model, rows: pl.DataFrame) -> tuple[float, frozenset[tuple[str, ...]]]:
    live = LiveResolver(model, rows)
    return _timed("run from nothing", lambda: live.apply(rows)), _partition(live)


def _trained(table: pl.DataFrame) -> tuple[Model, pl.DataFrame]:
    base = load_model(MODEL)
    rows = plain_records(table, base.fields, {})
    ordered = rows.sort("key")
    return train(ordered, for_columns(base, ordered), None, Options(keep_rules=True)).model, rows


def _match(live: LiveResolver, queries: pl.DataFrame, model: Model) -> None:
    """One record after the other, standardised and matched; then on two threads."""

    def ask(row: int) -> None:
        live.match(plain_records(queries[row : row + 1], model.fields, {}))

    for row in range(50):
        ask(row)
    taken = []
    for row in range(QUERIES):
        started = time.perf_counter()
        ask(row)
        taken.append(time.perf_counter() - started)
    p50, p95 = (np.quantile(taken, share) * 1000 for share in (0.5, 0.95))
    print(f"one record: p50 {p50:.2f} ms, p95 {p95:.2f} ms; {QUERIES / sum(taken):,.0f} a second on one thread")
    threads = [threading.Thread(target=lambda part=part: [ask(r) for r in range(part, QUERIES, 2)]) for part in (0, 1)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{QUERIES / (time.perf_counter() - started):,.0f} a second on two threads")


def _orders(number: int, seed: int) -> None:
    persons = PERSON.conform(persons_of(WORLD, date(2026, 6, 30))).drop("raw")
    model = load_model()
    rng = random.Random(seed)
    found = set()
    for _ in range(number):
        live = LiveResolver(model, persons)
        rows = persons.sample(fraction=1.0, shuffle=True, seed=rng.randrange(1 << 30))
        cuts = sorted(rng.sample(range(1, len(rows)), rng.randint(1, 9)))
        for begin, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
            live.apply(rows[begin:end])
        found.add(_partition(live))
    print(f"{number} random orders and splits of {len(persons):,} records: {len(found)} partition(s)")
    if len(found) != 1:
        raise SystemExit(1)


def _partition(live: LiveResolver) -> frozenset[tuple[str, ...]]:
    groups = live.memberships().group_by("identity_id").agg(pl.col("record_key").sort())
    return frozenset(tuple(keys) for keys in groups["record_key"].to_list())


def _timed(name: str, work: Callable[[], object]) -> float:
    started, cpu = time.perf_counter(), time.process_time()
    work()
    wall = time.perf_counter() - started
    print(f"{name}: {wall:.2f} s wall, {time.process_time() - cpu:.2f} s CPU")
    return wall


if __name__ == "__main__":
    main()
