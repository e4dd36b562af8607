"""`python -m benchmarks.order [--people N] [--seed S]`: one world twice, the second time in halves and shuffled.

Prints whether both give one partition of the records, and how far any score differs.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.scores import read_scores
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import loads
from linkage.ledger import Workspace


def main() -> None:
    """Both runs, and what they have in common."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.order", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    settings = WorldSettings(options.people, options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        generate(settings, folder / "world")
        files = loads(folder / "world")
        parts = list(halves(files, folder))
        random.Random(options.seed).shuffle(parts)
        runs = [_run(folder / name, given, settings) for name, given in (("whole", files), ("parts", parts))]
        one, other = (partition(workspace) for workspace, _ in runs)
        print(f"{len(files)} loads: {len(one):,} identities; {len(parts)} loads, shuffled: {len(other):,} identities")
        print("the partitions are", "equal" if one == other else f"NOT equal: {len(one ^ other):,} groups differ")
        first, second = (scores for _, scores in runs)
        print(f"largest difference of a score: {max(abs(first[key] - second[key]) for key in first):.3g} of 100")
        if one != other or first.keys() != second.keys():
            raise SystemExit(1)


def halves(files: Iterable[tuple[Path, str]], folder: Path) -> Iterable[tuple[Path, str]]:
    """Every file as two, line by line in turn; the generator writes no line breaks inside cells."""
    for path, source in files:
        header, *lines = path.read_bytes().splitlines(keepends=True)
        for name, part in (("first", lines[::2]), ("second", lines[1::2])):
            half = folder / f"{name}-{path.name}"
            half.write_bytes(header + b"".join(part))
            yield half, source


def partition(workspace: Workspace) -> set[tuple[str, ...]]:
    """The groups of record keys."""
    groups = workspace.memberships().group_by("identity_id").agg(pl.col("record_key").sort())
    return {tuple(keys) for keys in groups["record_key"].to_list()}


def _run(path: Path, files: Iterable[tuple[Path, str]], settings: WorldSettings) -> tuple[Workspace, dict[str, float]]:
    workspace = create_workspace(path)
    started = time.perf_counter()
    for file, source in files:
        load(workspace, LoadRequest((file,), source, settings.today))
    print(f"{path.name}: {time.perf_counter() - started:.0f} s")
    with workspace.reading() as connection:
        scores = read_scores(connection)
    rows = workspace.memberships().join(scores, on="identity_id")
    return workspace, dict(zip(rows["record_key"], rows["score"], strict=True))


if __name__ == "__main__":
    main()
