"""`python -m benchmarks.neo4j_push [--workspace W | --people N]`: how fast a graph gets into a Neo4j server.

Pushes the graph of some of the people through our store and, in turn, through the driver's plain UNWIND and MERGE on
the same rows; then fills the server with the whole graph through the offline importer. The server is one of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import apsw
import polars as pl
from neo4j import Driver, GraphDatabase

from benchmarks.made_graph import made_graph
from graph.batches import BATCH_ROWS, NOTHING
from graph.embedded import EmbeddedStore
from graph.neo4j import Server
from graph.neo4j.flatten import flatten
from graph.neo4j.properties import FIRST_DAY
from graph.neo4j.store import Neo4jStore
from graph.neo4j_csv import write_import
from graph.project import ProjectedGraph, snapshot
from graph.schema import EDGE_KEY, ENDS, NODE_KEY, EdgeKind, GraphChange, NodeKind, Projection
from graph.store import Mark

SCRIPT = Path(__file__).parents[1] / "tools" / "neo4j" / "neo4j.sh"
PACKAGES = ("neo4j", "neo4j-rust-ext", "polars")
PASSWORD = "for-benchmarks"

SAID = ("record", "first_seen", "last_seen", "confidence", "known_on", "days", "props")
SET_NODES = "UNWIND $rows AS row MERGE (n:{kind} {{key: row.key}}) SET n = row"
SET_EDGES = (
    "UNWIND $rows AS row MATCH (s:{src} {{key: row.src}}) MATCH (d:{dst} {{key: row.dst}}) "
    "MERGE (s)-[r:{kind} {{record: row.said.record, first_day: row.said.first_day}}]->(d) SET r = row.said"
)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server for this run.

    Args:
        home: folder of its data.
        port: of 127.0.0.1.
        heap: of its Java machine and of the importer's.
    """

    home: Path
    port: int
    heap: str

    def run(self, *arguments: str) -> float:
        """Seconds that a command of the script took."""
        places = {"NEO4J_HOME": str(self.home), "BOLT_PORT": str(self.port), "NEO4J_PASSWORD": PASSWORD}
        started = time.perf_counter()
        subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            env=os.environ | places | {"HEAP": self.heap, "PAGECACHE": "1g"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - started

    @contextlib.contextmanager
    def driver(self) -> Iterator[Driver]:
        """An open driver."""
        uri, options = Server(f"bolt://127.0.0.1:{self.port}", "neo4j", PASSWORD).to_driver_options()
        with GraphDatabase.driver(uri, **options) as driver:
            yield driver

    def importer_seconds(self) -> float:
        """How long the importer worked, by its own account."""
        log = (self.home / "logs" / "import.log").read_text()
        done = re.search(r"IMPORT DONE in (?:(\d+)h )?(?:(\d+)m )?(?:(\d+)s )?(?:(\d+)ms)?", log)
        assert done
        return sum(int(n or 0) * unit for n, unit in zip(done.groups(), (3600, 60, 1, 0.001), strict=True))


def main() -> None:
    """Both ways in, a table each, and the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.neo4j_push", description=__doc__)
    parser.add_argument("--workspace", type=Path, help="folder with a ledger.db; read only")
    parser.add_argument("--people", type=int, default=20_000, help="size of a made graph, without --workspace")
    parser.add_argument("--online", type=int, default=20_000, help="people whose graph is pushed online")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=7702)
    parser.add_argument("--heap", default="2g")
    options = parser.parse_args()
    graph = _of_workspace(options.workspace) if options.workspace else made_graph(options.people)
    print(_machine())
    print(f"graph: {graph.nodes.height:,} nodes, {graph.edges.height:,} edges")
    with tempfile.TemporaryDirectory() as folder:
        server = LocalServer(Path(folder) / "home", options.port, options.heap)
        server.run("start")
        try:
            rate = _online(server, part_of(graph, options.online), options.rounds)
            _offline(server, graph, Path(folder) / "files", rate)
        finally:
            server.run("wipe")


def _of_workspace(workspace: Path) -> Projection:
    path = workspace / "ledger.db"
    with contextlib.closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        return snapshot(EmbeddedStore(connection))


def part_of(graph: Projection, people: int) -> Projection:
    """The edges of the first people and between what those reach, with their ends."""
    identity = NodeKind.IDENTITY.value
    chosen = graph.nodes.filter(kind=identity).select(NODE_KEY).head(people)
    is_theirs = [
        graph.edges.join(chosen, left_on=[f"{end}_kind", end], right_on=NODE_KEY, how="semi") for end in ("src", "dst")
    ]
    theirs = pl.concat(is_theirs).unique(EDGE_KEY)
    things = _ends(theirs)
    others = graph.edges.filter(pl.col("src_kind") != identity, pl.col("dst_kind") != identity)
    for end in ("src", "dst"):
        others = others.join(things, left_on=[f"{end}_kind", end], right_on=NODE_KEY, how="semi")
    edges = pl.concat([theirs, others]).sort(EDGE_KEY)
    both = pl.concat([_ends(edges), chosen]).unique()
    return Projection(graph.nodes.join(both, on=NODE_KEY, how="semi").sort(NODE_KEY), edges)


def _ends(edges: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(
        [edges.select(pl.col(f"{end}_kind").alias("kind"), pl.col(end).alias("key")) for end in ("src", "dst")]
    ).unique()


def _online(server: LocalServer, graph: Projection, rounds: int) -> float:
    """Rows a second of our push, beside the plain driver on the same rows, in turn and after a round that warms up."""
    rows = graph.nodes.height + graph.edges.height
    change = GraphChange(NOTHING.nodes_removed, graph.nodes, NOTHING.edges_removed, graph.edges)
    with server.driver() as driver:
        store = Neo4jStore(driver, "neo4j")
        store.prepare()
        batches = list(_plain_batches(graph))
        plain: list[float] = []
        ours: list[float] = []
        ways: list[tuple[list[float], Callable[[], object]]] = [
            (plain, lambda: _push_plainly(driver, batches)),
            (ours, lambda: store.apply(change, 1)),
        ]
        for number in range(rounds + 1):
            for taken, way in ways if number % 2 else reversed(ways):
                store.clear()
                started = time.perf_counter()
                way()
                taken.append(time.perf_counter() - started)
        _check(store, graph)
    print(f"\nonline: {rows:,} rows, batches of {BATCH_ROWS:,}, {rounds} rounds in turn after one that warms up")
    print("| way | rows/s, median | each |\n|---|---|---|")
    for name, taken in (("driver's UNWIND/MERGE, maps ready", plain), ("store", ours)):
        each = ", ".join(f"{rows / seconds:,.0f}" for seconds in taken[1:])
        print(f"| {name} | {rows / statistics.median(taken[1:]):,.0f} | {each} |")
    ratios = [p / o for p, o in zip(plain[1:], ours[1:], strict=True)]
    print(f"store / driver: {statistics.median(ratios):.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")
    print(_peak())
    return rows / statistics.median(ours[1:])


def _plain_batches(graph: Projection) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Statements and their maps, as somebody would write them who has the maps at hand."""
    for kind in NodeKind:
        nodes = graph.nodes.filter(kind=kind.value).select("key", "known_on", "props")
        rows = [row | flatten(row["props"]) for row in nodes.to_dicts()]
        yield from _cut(SET_NODES.format(kind=kind.value), rows)
    for edge in EdgeKind:
        src, dst = ENDS[edge]
        edges = graph.edges.filter(kind=edge.value)
        maps = edges.select(*SAID, FIRST_DAY).to_dicts()
        rows = [
            {"src": source, "dst": target, "said": row | flatten(row["props"])}
            for source, target, row in zip(edges["src"], edges["dst"], maps, strict=True)
        ]
        yield from _cut(SET_EDGES.format(kind=edge.value, src=src.value, dst=dst.value), rows)


def _cut(statement: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for start in range(0, len(rows), BATCH_ROWS):
        yield statement, rows[start : start + BATCH_ROWS]


def _push_plainly(driver: Driver, batches: list[tuple[str, list[dict[str, Any]]]]) -> None:
    with driver.session(database="neo4j") as session:
        for statement, rows in batches:
            session.execute_write(lambda tx, text=statement, maps=rows: tx.run(text, rows=maps).consume())


def _offline(server: LocalServer, graph: Projection, folder: Path, online: float) -> None:
    """First fill with the whole graph: export, import, start, and the constraints' indexes."""
    rows = graph.nodes.height + graph.edges.height
    started = time.perf_counter()
    write_import(ProjectedGraph(graph), Mark("benchmark", 1, "t"), folder)
    export = time.perf_counter() - started
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"\nimporter: {rows:,} rows, {size:,.0f} MB of files\n| step | s |\n|---|---|")
    print(f"| export | {export:.1f} |")
    stop = server.run("stop")
    filled = server.run("import", str(folder))
    importer = server.importer_seconds()
    with server.driver() as driver:
        store = Neo4jStore(driver, "neo4j")
        started = time.perf_counter()
        store.prepare()
        driver.execute_query("CALL db.awaitIndexes(3600)")
        indexes = time.perf_counter() - started
        _check(store, graph)
    print(f"| stop | {stop:.1f} |\n| importer | {importer:.1f} |\n| start | {filled - importer:.1f} |")
    print(f"| constraints and their indexes | {indexes:.1f} |")
    total = export + stop + filled + indexes
    print(f"| **all** | **{total:.1f}** |")
    busy = export + importer + indexes
    print(f"without stop and start: {rows / busy:,.0f} rows/s, {rows / busy / online:.1f} times the online rate")
    offline = rows / total
    print(f"with them: {offline:,.0f} rows/s, {offline / online:.1f} times the online rate")
    print(_peak())


def _check(store: Neo4jStore, graph: Projection) -> None:
    held = store.counts()
    if sum(held.nodes.values()) != graph.nodes.height or sum(held.edges.values()) != graph.edges.height:
        raise SystemExit("the server does not hold the graph")


def _machine() -> str:
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{cores}, Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def _peak() -> str:
    return f"peak of this process so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


if __name__ == "__main__":
    main()
