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
    """One request.

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
        times: milliseconds of each request that was answered with 2xx, by kind.
        weights: sum of the weights of those, by kind.
        failed: by kind and by what came instead.
    """

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    weights: Counter[str] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)


def run_round(port: int, draws: Sequence[Draw], is_over: Callable[[float], bool]) -> Round:
    """One client for each of `draws`, asking what it draws.

    Args:
        is_over: told the seconds since the start before each request; the client stops where it says so.
    """
    return asyncio.run(_run(port, draws, is_over))


async def _run(port: int, draws: Sequence[Draw], is_over: Callable[[float], bool]) -> Round:
    found = Round()
    connections = [await Connection.open(port) for _ in draws]
    started = time.perf_counter()
    clients = (
        _client(connection, draw, lambda: is_over(time.perf_counter() - started), found)
        for connection, draw in zip(connections, draws, strict=True)
    )
    await asyncio.gather(*clients)
    found.seconds = time.perf_counter() - started
    return found


async def _client(connection: Connection, draw: Draw, is_over: Callable[[], bool], found: Round) -> None:
    while not is_over():
        request = draw()
        asked = time.perf_counter()
        try:
            answer = await connection.ask(request.data)
        except ConnectionError as error:
            found.failed[request.kind, type(error).__name__] += 1
            connection = await Connection.open(connection.port)
            continue
        if answer.status // 100 == 2:
            found.times.setdefault(request.kind, []).append((time.perf_counter() - asked) * 1000)
            found.weights[request.kind] += request.weight
        else:
            found.failed[request.kind, str(answer.status)] += 1
    connection.close()
