"""`python -m benchmarks.kinds [--people N] [--seed S]...`: carriers, vehicles and addresses against the truth.

Beside what we reach stands what plain joins on the same files reach.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from api.evaluation import evaluation
from api.truth import EntityKind, read_truth
from benchmarks.loaded import load_world
from fixtures.world import WorldSettings, measure_kinds
from linkage.schema import Kind

KINDS = {EntityKind.CARRIER: "carriers", EntityKind.VEHICLE: "vehicles", EntityKind.ADDRESS: "addresses"}
_NEEDED = {Kind.PERSON, Kind.CARRIER, Kind.VEHICLE}


def main() -> None:
    """Each seed's world is generated, loaded as far as its things are concerned, and measured by kind."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kinds", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, action="append")
    options = parser.parse_args()
    print("| seed | kind | join | true pairs | precision | recall | F1 |\n|---|---|---|---|---|---|---|")
    for seed in options.seed or [7]:
        with tempfile.TemporaryDirectory() as folder:
            _measure(WorldSettings(options.people, seed), Path(folder))


def _measure(settings: WorldSettings, folder: Path) -> None:
    world, workspace = load_world(settings, folder, _NEEDED)
    plain = measure_kinds(world)
    for kind, name in KINDS.items():
        for join in plain[kind]:
            figures = (join.true_pairs, join.precision, join.recall, join.f1)
            _row(settings.seed, kind, join.join, figures)
        with workspace.reading() as connection:
            truth = read_truth(world / f"truth_{name}.csv", kind)
            pairs = evaluation(workspace, connection, truth, kind=kind)["pairs"]
        _row(settings.seed, kind, "**crosslane**", tuple(pairs[n] for n in ("true", "precision", "recall", "f1")))


def _row(seed: int, kind: str, join: str, figures: tuple[float, ...]) -> None:
    true, *shares = figures
    print(f"| {seed} | {kind} | {join} | {true:,} | {' | '.join(f'{share:.4f}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
