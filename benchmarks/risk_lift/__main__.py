"""`python -m benchmarks.risk_lift [--people N] [--seeds S...]`: who is caught later, and which score put them first.

Each seed's world is cut a year before its last day; every method ranks the people as known at the cut. A rival with
several variants is shown by the one that was chosen on other worlds (`benchmarks.risk_lift.tune`); beside it stands the
PageRank that, as seen afterwards, did best on these very worlds.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.linkage.rounds import machine
from benchmarks.risk_lift.cut import Outcomes, make_world
from benchmarks.risk_lift.fairness import told_of_others
from benchmarks.risk_lift.known import (
    Facts,
    Identities,
    find_identities,
    graph_of,
    read_facts,
    true_identities,
)
from benchmarks.risk_lift.methods import figures
from benchmarks.risk_lift.report import Trial, render
from benchmarks.risk_lift.trial import Bearers, Crowd, crowd, rank
from graph.evidence import read_everyone
from graph.policy import RiskPolicy
from graph.policy_file import load_policy
from graph.risk import Assessment, assess, score_all
from linkage.schema import Kind

SEEDS = (511, 512, 513)  # no number of the policy and no variant of a rival was chosen on these


def main() -> None:
    """All worlds, then all tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.risk_lift", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--policy", type=Path, help="another risk policy than the shipped one")
    options = parser.parse_args()
    policy = load_policy(options.policy)
    trials: list[Trial] = []
    for seed in options.seeds:
        for trial in _trials(options.people, seed, policy):
            trials.append(trial)
            print(f"seed {seed}, {trial.identities} identities: done", file=sys.stderr, flush=True)
    print(_machine(options.people, policy))
    print(render(trials))


def _trials(people: int, seed: int, policy: RiskPolicy) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory() as folder:
        known, day, outcomes = make_world(people, seed, Path(folder))
        facts = read_facts(known, day)
    persons = facts[Kind.PERSON]
    true = true_identities(persons, outcomes.persons)
    judged = crowd(_assess(facts, true, policy, day), outcomes, persons.select("key"))
    for identities in (find_identities(persons), true):
        gc.collect()
        yield _trial((seed, day, policy), facts, identities, (judged, outcomes))


def _trial(
    when: tuple[int, date, RiskPolicy], facts: Facts, identities: Identities, who: tuple[Crowd, Outcomes]
) -> Trial:
    (seed, day, policy), (judged, outcomes) = when, who
    assessed = _assess(facts, identities, policy, day)
    bearers = Bearers.of(judged, assessed.evidence.people, identities.memberships, outcomes)
    figure = {(method, variant): bearers.highest(f) for method, variant, f in figures(assessed, policy)}
    ranked = {way: tuple(rank(f, judgement) for judgement in judged.judgements) for way, f in figure.items()}
    before = score_all(graph_of(facts, identities), policy, day)
    after = score_all(graph_of(told_of_others(facts), identities), policy, day)
    return Trial(seed, judged, identities.name, figure, ranked, before.rows() == after.rows())


def _assess(facts: Facts, identities: Identities, policy: RiskPolicy, day: date) -> Assessment:
    return assess(read_everyone(graph_of(facts, identities), policy, day), policy)


def _machine(people: int, policy: RiskPolicy) -> str:
    """What the tables were made with."""
    told = machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("crosslane", "polars", "numpy", "scipy"))
    today = date.today().isoformat()
    return (
        f"{people:,} people a world, policy {policy.name}; {told['cores']} cores, {told['chip']}, Python "
        f"{told['python']}, {versions}, {today}.\n"
    )


if __name__ == "__main__":
    main()
