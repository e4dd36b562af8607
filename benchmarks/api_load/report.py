"""The figures in words: every round's, failures first, and what they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version

import numpy as np

from benchmarks.api_load.clients import Round
from benchmarks.api_load.mix import MATCH
from benchmarks.api_load.scenarios import Measured

PACKAGES = ("crosslane", "fastapi", "starlette", "uvicorn", "h11", "pydantic", "apsw", "polars", "orjson")


def report(found: Sequence[Measured], server: dict[str, float], load_average: tuple[float, float]) -> list[str]:
    """Lines of Markdown.

    Args:
        server: workers and peak_mb.
        load_average: of the machine, before and after; above its cores, others were at work too.
    """
    head = [
        "| what | clients | round | answered a second | p50 ms | p95 ms | p99 ms | longest ms | failed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    notes = [line for measured in found for line in _notes(measured)]
    return [*head, *table(found), "", *notes, *_made_on(server, load_average)]


def table(found: Sequence[Measured]) -> list[str]:
    """One row a kind of request and round."""
    return [
        f"| {measured.scenario.name}: {row}"
        for measured in found
        for number, one in enumerate(measured.rounds, 1)
        for row in _rows(measured, number, one)
    ]


def _rows(measured: Measured, number: int, one: Round) -> Iterator[str]:
    clients = measured.scenario.shares
    for kind, times in sorted(one.times.items()):
        p50, p95, p99 = np.quantile(times, (0.5, 0.95, 0.99))
        rate = f"{len(times) / one.seconds:,.1f}"
        if kind == MATCH:
            rate += f" ({one.weights[kind] / one.seconds:,.0f} records)"
        failed = sum(count for (failing, _), count in one.failed.items() if failing == kind)
        yield (
            f"{kind} | {clients.told()} | {number} | {rate} | {p50:,.0f} | {p95:,.0f} | {p99:,.0f} | "
            f"{max(times):,.0f} | {failed} |"
        )
    for (kind, what), count in sorted(one.failed.items()):
        yield f"{kind} | {clients.told()} | {number} | FAILED {count} times with {what} | | | | | |"


def _notes(measured: Measured) -> Iterator[str]:
    syncs, requests = measured.audit["crosslane_audit_syncs_total"], measured.audit["crosslane_audit_requests_total"]
    if syncs:
        yield f"- {measured.scenario.name}: {requests / syncs:.1f} answers shared one sync of the audit to disk."
    if measured.job:
        load = measured.job.get("load") or {}
        yield (
            f"- {measured.scenario.name}: the load was {measured.job['state']} after {measured.job_seconds:.0f} s; "
            f"{load.get('rescored', 0):,} drivers rescored, problem: {measured.job.get('problem')}."
        )


def _made_on(server: dict[str, float], load_average: tuple[float, float]) -> Iterator[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield (
        f"- {os.cpu_count()} cores, shared by the server's {server['workers']:.0f} workers, what works answers out "
        f"beside them, the load and the clients; load average {load_average[0]:.1f} before, {load_average[1]:.1f} after"
        "."
    )
    yield f"- All processes of the server together: {server['peak_mb']:,.0f} MB at most (PSS, sampled)."
    yield f"- Python {platform.python_version()}, {packages}."
