"""What is measured, one after the other, on one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.api_load.background import LoadJob
from benchmarks.api_load.clients import Round, run_round
from benchmarks.api_load.mix import Mix, Shares
from benchmarks.api_load.served import Server

WARM_S = 3.0
"""Seconds of each scenario before its first round, which are not counted."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that is measured.

    Args:
        seconds: of a round.
        rounds: how many there are.
    """

    name: str
    shares: Shares
    seconds: float
    rounds: int


@dataclass
class Measured:
    """What a scenario gave.

    Args:
        audit: what the server counted of its audit meanwhile.
        job: the load that ran meanwhile, at its end; empty where none did.
    """

    scenario: Scenario
    rounds: list[Round] = field(default_factory=list)
    audit: dict[str, float] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)
    job_seconds: float = 0.0


def scenarios(clients: int, seconds: float, rounds: int) -> Iterator[Scenario]:
    """Each kind alone, then all together."""
    mixed = together(clients)
    yield Scenario("stored scores alone", Shares(score=clients), seconds, rounds)
    yield Scenario("explanations alone", Shares(explanation=1), seconds, rounds)
    yield Scenario("matches alone", Shares(match=2), seconds, rounds)
    yield Scenario("together", mixed, seconds, rounds)
    yield Scenario("explanations from every client", Shares(explanation=clients), seconds, 1)


def together(clients: int) -> Shares:
    """Most clients ask for stored scores, as other systems do; a few people ask for more."""
    few = max(1, clients // 25)
    return Shares(clients - 3 * few, few, few, few)


def measure(server: Server, mix: Mix, scenario: Scenario) -> Measured:
    """The rounds of a scenario."""
    found = Measured(scenario)
    draws = mix.draws(scenario.shares)
    run_round(server.port, draws, lambda seconds: seconds > min(WARM_S, scenario.seconds))
    before = server.counts()
    for _ in range(scenario.rounds):
        found.rounds.append(run_round(server.port, draws, lambda seconds: seconds > scenario.seconds))
    found.audit = {name: value - before[name] for name, value in server.counts().items()}
    return found


def measure_load(server: Server, mix: Mix, clients: int, held: tuple[Path, dict[str, str], str]) -> Measured:
    """All together for as long as a load runs.

    Args:
        held: the file, the fields of its form and a key that may load it.
    """
    file, fields, key = held
    found = Measured(Scenario("together, while a load runs", together(clients), 0.0, 1))
    before = server.counts()
    job = LoadJob(server, key, file, fields)
    found.rounds.append(run_round(server.port, mix.draws(found.scenario.shares), job.is_over))
    found.audit = {name: value - before[name] for name, value in server.counts().items()}
    found.job, found.job_seconds = job.document, job.seconds
    return found
