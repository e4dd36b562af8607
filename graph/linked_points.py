"""Linked points of everybody at once, by compiled loops: the bits that `graph.association` gives, without its rows.

The millions of ties that make a table of scores are never held: memory grows with people and what they hold.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import numpy as np
import polars as pl

from graph.association import GROUP
from graph.basis import Basis
from graph.loop_arrays import loop_arrays
from graph.policy import Floats, RiskPolicy

_RESULTS = 250_000
"""Results of the loops that are turned into points at a time, beyond one of each person."""

_CASES_A_PART = 5_000
_THREADS = 4
"""At most: each has arrays of its own, of all people."""

_Results = tuple[np.ndarray, Floats, Floats]


@dataclass(frozen=True, slots=True)
class LinkedPoints:
    """Points by place in `Basis.people`.

    Args:
        linked: what counts.
        possible: with possible links too.
    """

    linked: Floats
    possible: Floats


def linked_points(basis: Basis, policy: RiskPolicy, only: pl.Series | None = None) -> LinkedPoints:
    """Linked points of everybody, or of the places in `only`; the others have 0.

    Complexity: linear in the meetings of two people on a thing at a case; a thing above the limit of people costs that
    many steps a case.
    """
    people = len(basis.people)
    linked, possible = np.zeros(people), np.zeros(people)
    asked = _asked(people, only)
    given = loop_arrays(basis, policy, asked)
    threads = min(_THREADS, os.cpu_count() or 1)
    spare: SimpleQueue[Any] = SimpleQueue()
    for _ in range(threads):
        spare.put(_Room.of(asked))
    # one incident after another, as `graph.risk` adds them up: equal inputs give equal bits
    for who, plain, lent in _in_turn(lambda part: _strongest(part, given, spare), _parts(given[0].begins), threads):
        np.add.at(linked, who, -np.log1p(-plain))
        np.add.at(possible, who, -np.log1p(-lent))
    return LinkedPoints(linked, possible)


@dataclass(frozen=True, slots=True)
class _Room:
    """What one thread works in.

    Args:
        scratch: `loops.Scratch`.
        results: person, and strength without and with possible links.
    """

    scratch: Any
    results: tuple[np.ndarray, Floats, Floats]

    @classmethod
    def of(cls, asked: np.ndarray) -> _Room:
        size = len(asked) + _RESULTS
        return cls(_scratch(asked), (np.empty(size, np.uint32), np.empty(size), np.empty(size)))


def _parts(begins: np.ndarray) -> list[tuple[int, int]]:
    """First and next-to-last incident of parts with about as many cases each."""
    cuts = np.unique(np.searchsorted(begins, np.arange(0, begins[-1], _CASES_A_PART)))
    return list(pairwise([*cuts.tolist(), len(begins) - 1]))


def _strongest(part: tuple[int, int], given: tuple[Any, ...], spare: SimpleQueue[Any]) -> _Results:
    """The strongest cases of a part of the incidents, in their order."""
    from graph import loops  # noqa: PLC0415 - numba takes most of a second to load

    room = spare.get()
    incident, stop = part
    found = [tuple(array[:0] for array in room.results)]
    while incident < stop:
        arguments = (incident, stop, *given, room.scratch, *room.results)
        incident, count = loops.strongest_cases(*arguments)
        found.append(tuple(array[:count].copy() for array in room.results))
    spare.put(room)
    who, plain, lent = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return who, plain, lent


def _in_turn(
    work: Callable[[tuple[int, int]], _Results], parts: Iterable[tuple[int, int]], threads: int
) -> Iterator[_Results]:
    """What the work gives for each part, in order; only a few parts are ahead of the one that is taken."""
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[_Results]] = deque()
        for part in parts:
            ahead.append(pool.submit(work, part))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _asked(people: int, only: pl.Series | None) -> np.ndarray:
    asked = np.full(people, only is None)
    if only is not None:
        asked[only.to_numpy()] = True
    return asked


def _scratch(asked: np.ndarray) -> Any:
    from graph import loops  # noqa: PLC0415

    people = len(asked)
    groups = len(set(GROUP.values()))
    return loops.Scratch(
        plain=np.zeros((people, groups)),
        possible=np.zeros((people, groups)),
        met=np.zeros(people, np.uint32),
        is_met=np.zeros(people, np.bool_),
        best=np.zeros(people),
        lent=np.zeros(people),
        reached=np.zeros(people, np.uint32),
        is_reached=np.zeros(people, np.bool_),
        is_own=np.zeros(people, np.bool_),
        asked=asked,
    )
