"""Clients in a closed loop: each asks, waits for the whole answer, and asks again at once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.api_load.connection import Connection


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a mix.

    Args:
        kind: what it asks for, as the report calls it.
        data: as it goes over the wire.
        weight: what it counts for, such as the records of a match.
    """

    kind: str
    data: bytes
    weight: int = 1


Draw = Callable[[], Request]


@dataclass
class Round:
    """What some seconds of requests gave.

    Args:
        seconds: wall time from the first request to the last answer.
        times: milliseconds of each answered request, by kind.
        weights: sum of the weights of answered requests, by kind.
        failed: by kind and by what came instead of a 2xx answer.
    """

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    weights: Counter[str] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        """Requests that were answered."""
        return sum(map(len, self.times.values()))


def run_round(port: int, draws: Sequence[Draw], until: Callable[[float], bool]) -> Round:
    """One client for each of `draws`, asking what it draws.

    Args:
        until: told the seconds since the start before each request; the client stops where it says so.
    """
    return asyncio.run(_run(port, draws, until))


async def _run(port: int, draws: Sequence[Draw], until: Callable[[float], bool]) -> Round:
    found = Round()
    started = time.perf_counter()
    await asyncio.gather(*(_client(port, draw, until, (found, started)) for draw in draws))
    found.seconds = time.perf_counter() - started
    return found


async def _client(port: int, draw: Draw, until: Callable[[float], bool], into: tuple[Round, float]) -> None:
    found, started = into
    connection = await Connection.open(port)
    while not until(time.perf_counter() - started):
        request = draw()
        asked = time.perf_counter()
        try:
            answer = await connection.ask(request.data)
        except ConnectionError as error:
            found.failed[request.kind, type(error).__name__] += 1
            connection = await Connection.open(port)
            continue
        if answer.status // 100 == 2:
            found.times.setdefault(request.kind, []).append((time.perf_counter() - asked) * 1000)
            found.weights[request.kind] += request.weight
        else:
            found.failed[request.kind, str(answer.status)] += 1
    connection.close()
