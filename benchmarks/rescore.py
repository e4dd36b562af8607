"""`python -m benchmarks.rescore --people N`: scoring everybody from a stored graph, and only those a load can affect.

The world's files are read and standardised as a load does; identities are the true ones, since linkage is not what is
measured. The load is 10,000 person records with what hangs on them: half of them all records of new people, half one
record each of people known by others. It is measured twice: with their events and trucks, and with their jobs too, that
move everybody on a carrier by a little. Each step is a process of its own, so that its time and its largest memory are
told apart. Compiled loops are ready before the clock starts, as in a service that scores after every load.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import polars as pl

from benchmarks.made_graph import made_graph
from benchmarks.risk_lift.known import Facts, Identities, graph_of, read_facts, true_identities
from fixtures.world import WorldSettings, generate
from graph.embedded import MIGRATIONS, EmbeddedStore
from graph.explain import risk_of
from graph.kept_basis import KeptBasis
from graph.policy_file import load_policy
from graph.project import ProjectedGraph, change
from graph.risk import score_afresh, score_all, score_change
from graph.schema import EDGE, EDGE_KEY, NODE, EdgeKind, NodeKind, Projection
from graph.store import Mark
from linkage.schema import Kind

HUB = 100_000
EXPLAINED = 300
PACKAGES = ("crosslane", "polars", "numpy", "apsw")


def main() -> None:
    """The steps are run and told in a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rescore", description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--world", type=Path, help="a world that was generated before")
    parser.add_argument("--keep", type=Path, help="folder for graphs and scores; kept, and used again if it holds them")
    parser.add_argument("--step", action="append", choices=list(STEPS), help="only this one; may be given repeatedly")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        world = options.world or folder / "world"
        if not world.exists():
            generate(WorldSettings(options.people, options.seed), world)
        if not (folder / "made.json").exists():
            _apart(_make, folder, world, options.records, options.seed)
        chosen = options.step or list(STEPS)
        steps = {name: _apart(STEPS[name], folder, options.rounds) for name in STEPS if name in chosen}
    if not options.step:  # what each step found is told as it ends
        print(_report(json.loads((folder / "made.json").read_text()) if options.keep else {}, steps))


def _make(folder: Path, world: Path, records: int, seed: int) -> dict[str, Any]:
    """The graphs before and after the load, and with a hub, each in a store and as frames."""
    day = date.fromisoformat(json.loads((world / "world.json").read_text("utf-8"))["today"])
    facts = read_facts(world, day)
    truth = pl.read_csv(world / "truth.csv", infer_schema=False)
    truth = truth.select(record_key=pl.concat_str("source", "record_id", separator="/"), entity="entity_id")
    identities = true_identities(facts[Kind.PERSON], truth)
    loaded = _records_to_load(identities.memberships, records, seed)
    made: dict[str, Any] = {"day": day.isoformat(), "records": identities.memberships.height, "loaded": len(loaded)}
    for name, kept in (("after", None), ("before", loaded)):
        graph = graph_of(*_without(facts, identities, kept)).held
        made[name] = {"nodes": graph.nodes.height, "edges": graph.edges.height}
        _keep(folder, name, graph)
        if name == "after":
            made["people"] = graph.nodes.filter(pl.col("kind") == NodeKind.IDENTITY.value).height
            _keep(folder, "hub", _with_hub(graph))
    (folder / "made.json").write_text(json.dumps(made), "utf-8")
    return made


def _records_to_load(memberships: pl.DataFrame, records: int, seed: int) -> pl.Series:
    people = memberships.group_by("identity_id").agg(pl.col("record_key").sort()).sort("identity_id")["record_key"]
    order = iter(np.random.default_rng(seed).permutation(len(people)).tolist())
    new: list[str] = []
    while len(new) < records // 2:
        new += people[next(order)].to_list()
    known: list[str] = []
    while len(known) < records - records // 2:
        theirs = people[next(order)].to_list()
        known += theirs[:1] if len(theirs) > 1 else []
    return pl.Series([*new, *known])


def _without(facts: Facts, identities: Identities, gone: pl.Series | None) -> tuple[Facts, Identities]:
    """The facts and identities without some person records and all that hangs on them."""
    if gone is None:
        return facts, identities
    kept = {
        kind: frame.filter(~pl.col(column).is_in(gone.implode()) | pl.col(column).is_null()) if column else frame
        for kind, frame in facts.items()
        for column in ["key" if kind is Kind.PERSON else "record_key" if "record_key" in frame.columns else None]
    }
    memberships = identities.memberships.filter(~pl.col("record_key").is_in(gone.implode()))
    return kept, replace(identities, memberships=memberships)


def _with_hub(graph: Projection) -> Projection:
    """The graph with one more address that very many people give."""
    people = graph.nodes.filter(pl.col("kind") == NodeKind.IDENTITY.value).head(HUB)
    records = graph.edges.filter(pl.col("kind") == EdgeKind.RECORD_OF.value).unique("dst", maintain_order=True)
    told = people.join(records, left_on="key", right_on="dst", how="inner")
    edges = told.select(
        kind=pl.lit(EdgeKind.LIVES_AT.value),
        src_kind=pl.lit(NodeKind.IDENTITY.value),
        src="key",
        dst_kind=pl.lit(NodeKind.ADDRESS.value),
        dst=pl.lit("a yard"),
        record="record",
        confidence="confidence",
        known_on="known_on",
    )
    node = pl.DataFrame({"kind": [NodeKind.ADDRESS.value], "key": ["a yard"]})
    return Projection(
        pl.concat([graph.nodes, NODE.conform(node)]).sort("kind", "key"),
        pl.concat([graph.edges, EDGE.conform(edges)]).sort(EDGE_KEY),
    )


def _keep(folder: Path, name: str, graph: Projection) -> None:
    graph.nodes.write_parquet(folder / f"{name}_nodes.parquet")
    graph.edges.write_parquet(folder / f"{name}_edges.parquet")
    path = folder / f"{name}.db"
    path.unlink(missing_ok=True)
    connection = apsw.Connection(str(path))
    for pragma in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-262144"):
        connection.execute(pragma)
    for script in MIGRATIONS:
        connection.execute(script).fetchall()
    with connection:
        EmbeddedStore(connection).apply(change(Projection.empty(), graph), 1)
    connection.close()


def _full(folder: Path, rounds: int, name: str = "after") -> dict[str, Any]:
    """Everybody scored from the stored graph."""
    _ready()
    walls, cpus = [], []
    for _ in range(rounds):
        connection = apsw.Connection(str(folder / f"{name}.db"))
        wall, cpu = time.perf_counter(), time.process_time()
        scores = score_all(EmbeddedStore(connection), load_policy(), _day(folder))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        connection.close()
    scores.write_parquet(folder / f"{name}_scores.parquet")
    return {"wall": walls, "cpu": cpus, "people": scores.height}


def _hub(folder: Path, rounds: int) -> dict[str, Any]:
    found = _full(folder, rounds, "hub")
    with_hub, without = (pl.read_parquet(folder / f"{name}_scores.parquet") for name in ("hub", "after"))
    return found | {"equal": with_hub.equals(without)}


def _before(folder: Path, _: int) -> dict[str, Any]:
    """What a load starts from: the scores before it and the basis that was kept with them."""
    policy, day, people = load_policy(), _day(folder), 0
    for with_jobs in (True, False):
        graph = ProjectedGraph(_loaded(folder, "before", with_jobs=with_jobs))
        scores, basis = score_afresh(graph, policy, day)
        scores.write_parquet(folder / f"before_scores_{with_jobs}.parquet")
        KeptBasis(folder / f"basis_{with_jobs}").write(basis, Mark())
        people = scores.height
    return {"people": people}


def _load(folder: Path, rounds: int, *, with_jobs: bool) -> dict[str, Any]:
    """The people that the load can affect, found and scored on the graph that the load holds."""
    _ready()
    policy, day = load_policy(), _day(folder)
    before, after = (_loaded(folder, name, with_jobs=with_jobs) for name in ("before", "after"))
    step, graph = change(before, after), ProjectedGraph(after)
    del before
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        basis = KeptBasis(folder / f"basis_{with_jobs}").read(Mark(), day, policy.name)
        assert basis is not None
        scores, new = score_change(basis, step, graph, policy)
        KeptBasis(folder / f"new_basis_{with_jobs}").write(new, Mark())
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    old, full = pl.read_parquet(folder / f"before_scores_{with_jobs}.parquet"), score_all(graph, policy, day)
    patched = pl.concat([old.join(scores, on="identity_id", how="anti"), scores]).sort("identity_id")
    patched = patched.join(full, on="identity_id", how="semi")
    moved = full.join(old, on=full.columns, how="anti").height
    return {
        "wall": walls,
        "cpu": cpus,
        "people": scores.height,
        "moved": moved,
        "changed rows": step.rows,
        "equal": patched.equals(full),
    }


def _load_with_jobs(folder: Path, rounds: int) -> dict[str, Any]:
    return _load(folder, rounds, with_jobs=True)


def _load_without_jobs(folder: Path, rounds: int) -> dict[str, Any]:
    return _load(folder, rounds, with_jobs=False)


def _ready() -> None:
    """The compiled loops are loaded: a small world is scored by them."""
    graph = made_graph(20_000)
    score_all(ProjectedGraph(graph), load_policy(), date(2026, 6, 30))


def _explain(folder: Path, _: int) -> dict[str, Any]:
    """One driver at a time, with all reasons, from the stored graph."""
    policy, day = load_policy(), _day(folder)
    scores = pl.read_parquet(folder / "after_scores.parquet")
    asked = scores["identity_id"].sample(min(EXPLAINED, scores.height), seed=3).to_list()
    store = EmbeddedStore(apsw.Connection(str(folder / "after.db")))
    risk_of(store, policy, asked[0], day)
    seconds = []
    for identity in asked:
        start = time.perf_counter()
        risk_of(store, policy, identity, day)
        seconds.append(time.perf_counter() - start)
    return {"p50": float(np.quantile(seconds, 0.5)), "p95": float(np.quantile(seconds, 0.95)), "people": len(asked)}


STEPS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "everybody": _full,
    "before the load": _before,
    "the load": _load_without_jobs,
    "the load, with jobs": _load_with_jobs,
    "everybody, with the hub": _hub,
    "one driver, explained": _explain,
}


def _day(folder: Path) -> date:
    return date.fromisoformat(json.loads((folder / "made.json").read_text("utf-8"))["day"])


def _frames(folder: Path, name: str) -> Projection:
    return Projection(*(pl.read_parquet(folder / f"{name}_{part}.parquet") for part in ("nodes", "edges")))


def _loaded(folder: Path, name: str, *, with_jobs: bool) -> Projection:
    """A graph; without the jobs of the records that the load brings, before it and after it alike."""
    graph = _frames(folder, name)
    if with_jobs:
        return graph
    records = [
        _frames(folder, part).edges.filter(pl.col("kind") == EdgeKind.RECORD_OF.value)["src"]
        for part in ("after", "before")
    ]
    brought = records[0].filter(~records[0].is_in(records[1].implode()))
    is_job = (pl.col("kind") == EdgeKind.EMPLOYED_BY.value) & pl.col("record").is_in(brought.implode())
    return Projection(graph.nodes, graph.edges.filter(~is_job))


def _apart(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """What the step gives in a process of its own, with the largest memory it had."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(_measured, step, *arguments).result()
    print(f"{step.__name__.strip('_')}: {found}", file=sys.stderr)
    return found


def _measured(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    found = step(*arguments)
    return found | {"peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def _report(made: dict[str, Any], steps: dict[str, dict[str, Any]]) -> str:
    full, hub, one = (steps[name] for name in ("everybody", "everybody, with the hub", "one driver, explained"))
    median, with_hub = (float(np.median(step["wall"])) for step in (full, hub))
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{made}" if made else "",
        f"everybody ({full['people']:,}): {median:.2f} s, {full['peak_gb']:.2f} GB",
        *(_part(name, steps[name], median) for name in ("the load", "the load, with jobs")),
        f"with a hub of {HUB:,}: {with_hub:.2f} s, {with_hub / median - 1:+.1%}; scores equal: {hub['equal']}",
        f"one driver explained: p50 {one['p50'] * 1000:.1f} ms, p95 {one['p95'] * 1000:.1f} ms",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions}",
    ]
    return "\n".join(line for line in lines if line)


def _part(name: str, part: dict[str, Any], full: float) -> str:
    partial = float(np.median(part["wall"]))
    return (
        f"after {name} ({part['changed rows']:,} nodes and edges changed, {part['people']:,} people scored, "
        f"{part['moved']:,} moved): {partial:.2f} s, 1/{full / partial:.1f}; equal: {part['equal']}"
    )


if __name__ == "__main__":
    main()
