"""`python -m benchmarks.risk_lift.tune --keep FOLDER`: how linked risk and its rivals do on the worlds for tuning.

Both sides are tuned on these seeds alone: linked risk by the numbers of its policy, every rival by its variants. What
was chosen is judged once, by `python -m benchmarks.risk_lift`, on seeds that nobody had looked at before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.risk_lift.cut import Outcomes
from benchmarks.risk_lift.kept import World, kept_world
from benchmarks.risk_lift.methods import figures
from benchmarks.risk_lift.ranking import Floats
from benchmarks.risk_lift.report import PLAIN_WALK, Way
from benchmarks.risk_lift.trial import Bearers, Crowd, crowd, rank
from graph.evidence import Evidence, read_everyone
from graph.policy import RiskPolicy
from graph.policy_file import load_policy
from graph.risk import assess, tabulate

SEEDS = (401, 402, 403, 404, 405, 406)
SHOWN = 5
CAUGHT, MEMBERS = 0, 3  # places of the judgements in Crowd.judgements

Changes = Mapping[str, float]

BEFORE: Changes = {
    "tie.truck.strength": 0.6,
    "tie.truck.full_degree": 7,
    "tie.phone.strength": 0.5,
    "tie.home.strength": 0.2,
    "tie.carrier.strength": 0.2,
    "tie.successor.strength": 0.15,
    "limits.gap_half_life_years": 1,
    "limits.distance_half_life_years": 1,
    "limits.window_years": 2,
}
"""What policy 2 had where a later one has something else, and what was tried and left."""

ALONE: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("limits.gap_half_life_years", (0.25, 0.5, 0.75, 2)),
    ("limits.distance_half_life_years", (0.25, 0.5, 0.75, 2)),
    ("tie.truck.strength", (0.3, 0.4, 0.5, 0.75)),
    ("tie.truck.full_degree", (5, 9, 12)),
    ("tie.phone.strength", (0.3, 0.6, 0.7)),
    ("tie.phone.full_degree", (3, 8)),
    ("tie.home.strength", (0.1, 0.4)),
    ("tie.carrier.strength", (0.05, 0.1, 0.3)),
    ("class.serious.severity", (0.01, 0.08)),
    ("class.traffic.severity", (0, 0.02)),
    ("class.smuggling.half_life_years", (3, 8)),
    ("limits.window_years", (1, 3)),
)
"""One number at a time, the others as in policy 2."""

AROUND: tuple[tuple[str, Changes], ...] = (
    ("both half-lives 1 year", {"limits.gap_half_life_years": 1, "limits.distance_half_life_years": 1}),
    ("both half-lives half a year", {"limits.gap_half_life_years": 0.5, "limits.distance_half_life_years": 0.5}),
    ("truck .6", {"tie.truck.strength": 0.6}),
    ("truck whole up to 7", {"tie.truck.full_degree": 7}),
    ("phone .5", {"tie.phone.strength": 0.5}),
    ("home .4", {"tie.home.strength": 0.4}),
    ("carrier .2", {"tie.carrier.strength": 0.2}),
)
"""What the shipped policy would do with one thing otherwise."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A world ready to be scored again."""

    world: World
    evidence: Evidence
    judged: Crowd
    bearers: Bearers


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.risk_lift.tune", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument(
        "--keep", type=Path, required=True, help="where worlds are kept; empty it when world, linkage or graph change"
    )
    options = parser.parse_args()
    policy = load_policy()
    benches = [ready(kept_world(options.people, seed, options.keep), policy) for seed in options.seeds]
    print(
        f"Seeds {', '.join(map(str, options.seeds))}, {options.people:,} people each, shipped policy {policy.name}.\n"
    )
    print(ours_table(benches, policy), flush=True)
    print(rivals_table(benches, policy))


def ready(world: World, policy: RiskPolicy) -> Bench:
    """The world, its evidence read and its people told; nothing that is tuned changes either."""
    found, true = (read_everyone(graph, policy, world.day) for graph in world.graphs)
    outcomes: Outcomes = world.outcomes
    judged = crowd(assess(true, policy), outcomes, world.persons)
    return Bench(world, found, judged, Bearers.of(judged, found.people, world.found.memberships, outcomes))


def changed(policy: RiskPolicy, changes: Changes) -> RiskPolicy:
    """The policy with some of its numbers otherwise.

    Args:
        changes: values by dotted name, as in the policy file.
    """
    for name, value in changes.items():
        *path, last = name.split(".")
        given: dict[str, Any] = {last: value}
        if path == ["limits"]:
            policy = replace(policy, limits=replace(policy.limits, **given))
        elif path[0] == "tie":
            policy = replace(policy, ties={**policy.ties, path[1]: replace(policy.ties[path[1]], **given)})
        else:
            one = replace(policy.classes[path[1]], **given)
            policy = replace(policy, classes={**policy.classes, path[1]: one})
    return policy


def ours_table(benches: Sequence[Bench], policy: RiskPolicy) -> str:
    """Average precision of linked risk, with identities as found, for each policy that was tried."""
    before = changed(policy, BEFORE)
    tried = [("policy 2", before)]
    tried += [(f"{name} {value:g}", changed(before, {name: value})) for name, values in ALONE for value in values]
    tried += [(f"**policy {policy.version}, shipped**", policy)]
    tried += [(f"shipped, but {name}", changed(policy, changes)) for name, changes in AROUND]
    lines = ["| policy | average precision | by seed | ring members, caught or not |", "|---|---|---|---|"]
    for name, one in tried:
        lines.append(_row(name, [_judge(bench, _linked(bench, one)) for bench in benches]))
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join([*lines, ""])


def rivals_table(benches: Sequence[Bench], policy: RiskPolicy) -> str:
    """The best variants of each rival, and plain PageRank."""
    found: dict[Way, list[tuple[float, float]]] = {}
    for bench in benches:
        for method, variant, figure in figures(assess(bench.evidence, policy), policy):
            if variant:
                found.setdefault((method, variant), []).append(_judge(bench, figure))
    order = sorted(found, key=lambda way: -mean(caught for caught, _ in found[way]))
    lines = ["| rival, variant | average precision | by seed | ring members, caught or not |", "|---|---|---|---|"]
    for method in dict.fromkeys(way[0] for way in order):
        ways = [way for way in order if way[0] == method]
        shown = ways[:SHOWN] + [way for way in ways[SHOWN:] if way[1] == PLAIN_WALK]
        lines += [_row(f"{method}: {way[1]}", found[way]) for way in shown]
    return "\n".join(lines)


def _linked(bench: Bench, policy: RiskPolicy) -> Floats:
    return tabulate(assess(bench.evidence, policy), policy)["linked_points"].to_numpy()


def _judge(bench: Bench, figure: Floats) -> tuple[float, float]:
    highest = bench.bearers.highest(figure)
    caught, members = (rank(highest, bench.judged.judgements[place]).ap for place in (CAUGHT, MEMBERS))
    return caught, members


def _row(name: str, ranked: Sequence[tuple[float, float]]) -> str:
    caught, members = (mean(column) for column in zip(*ranked, strict=True))
    seeds = " ".join(f"{one:.3f}" for one, _ in ranked)
    return f"| {name} | {caught:.4f} | {seeds} | {members:.3f} |"


if __name__ == "__main__":
    main()
