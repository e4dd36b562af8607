"""`python -m benchmarks.api_load`: a served workspace, clients in a closed loop, and a load meanwhile.

By default everything is made: a world, a workspace of it without some records of one file, which are loaded while
clients ask. A workspace that was made before is copied first, so that it can be used again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from benchmarks.api_load.mix import Mix, people_of, records_of
from benchmarks.api_load.report import report, table
from benchmarks.api_load.scenarios import measure, measure_load, scenarios
from benchmarks.api_load.served import Server, crosslane, served
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads

HELD, FILE = "held.csv", "us_cdl.csv"
"""The file that a part is held back of; its columns are those of the source `drivers`."""
LEFT_OUT = frozenset({"crossings.csv"})
"""Files that no request of the benchmark reads, and that would take long to load."""
INDEX_S = 1800
DAY = date(2026, 6, 30)


def main(arguments: list[str] | None = None) -> None:
    """Everything is measured and told in a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api_load", description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--records", type=int, default=10_000, help="held back and loaded while clients ask")
    parser.add_argument("--made", type=Path, help="folder with a workspace and held.csv; made where it is missing")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-load", action="store_true", help="leave out the part in which a load runs")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.made) as temporary:
        folder = Path(temporary)
        made = options.made or folder / "made"
        if not (made / HELD).exists():
            make(made, WorldSettings(options.people, options.seed), options.records)
        workspace = folder / "workspace"
        shutil.copytree(made / "workspace", workspace)
        print("\n".join(run(workspace, made / HELD, options, folder)))


def make(folder: Path, settings: WorldSettings, records: int) -> None:
    """A workspace of a new world, and the rows of one file that it lacks."""
    world = folder / "world"
    generate(settings, world)
    lines = (world / FILE).read_text("utf-8").splitlines(keepends=True)
    drawn = random.Random(settings.seed).sample(range(1, len(lines)), min(records, len(lines) // 2))
    kept, held = set(range(1, len(lines))) - set(drawn), sorted(drawn)
    (world / FILE).write_text("".join([lines[0], *(lines[n] for n in sorted(kept))]), "utf-8")
    workspace = create_workspace(folder / "workspace")
    for path, source in loads(world):
        if path.name not in LEFT_OUT:
            load(workspace, LoadRequest((path,), source, DAY))
    (folder / HELD).write_text("".join([lines[0], *(lines[n] for n in held)]), "utf-8")


def wait_until_matched(server: Server, key: str) -> None:
    """The index that records are matched against has been made, which a new workspace has it made for once."""
    record = json.dumps({"record": {"given_name": "Nobody", "surname": "Atall", "birth_date": "1950-01-01"}}).encode()
    deadline = time.monotonic() + INDEX_S
    while server.send("POST", "/api/v1/match", key, record, Content_Type="application/json")[0] != 200:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no record was matched within {INDEX_S} s")
        time.sleep(1)


def run(workspace: Path, held: Path, options: argparse.Namespace, folder: Path) -> list[str]:
    """The lines of the report."""
    key = crosslane("key", "add", "benchmark", "--role", "supervisor", "-w", workspace)["secret"]
    mix = Mix(people_of(workspace, options.seed), records_of(held), key, options.seed)
    before = os.getloadavg()[0]
    with served(workspace, options.workers, folder) as server:
        wait_until_matched(server, key)
        found = []
        for scenario in scenarios(options.clients, options.seconds, options.rounds):
            found.append(measure(server, mix, scenario))
            print("\n".join(table(found[-1:])), file=sys.stderr, flush=True)
        form = {"source": "drivers", "date_order": "MDY", "today": DAY.isoformat()}
        if not options.without_load:
            found.append(measure_load(server, mix, options.clients, (held, form, key)))
    took = {"workers": options.workers, "peak_mb": server.peak_mb}
    return report(found, took, (before, os.getloadavg()[0]))


if __name__ == "__main__":
    main()
