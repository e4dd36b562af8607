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

from graph.association import GROUP, NO_LINK, Question, lend, pairs_of, rules_of
from graph.basis import Basis
from graph.holds import BOTH, FAR
from graph.policy import DAYS_A_YEAR, Floats, RiskPolicy

_RESULTS = 250_000
"""Results of the loops that are turned into points at a time, beyond one of each person."""

_CASES_A_PART = 5_000

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
    given = _arrays(basis, policy, asked)
    threads = os.cpu_count() or 1
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


def _arrays(basis: Basis, policy: RiskPolicy, asked: np.ndarray) -> tuple[Any, ...]:
    """The basis as the loops take it."""
    from graph import loops  # noqa: PLC0415

    told, held = basis.everything_held()
    own = pairs_of(held)
    cases, holds = lend(basis.cases, own, basis.possible, Question(with_possible=True))
    things, rules = told.height, rules_of(told, policy)
    incidents = cases.select("incident").unique().sort("incident").with_row_index("place")
    cases = cases.join(incidents, on="incident", maintain_order="left")
    thing = _array(holds, "thing", np.uint32)
    by_thing, thing_begins = _grouped(thing, things)
    links = _both_ways(basis.possible)
    theirs = basis.events.join(incidents, on="incident").unique(["place", "person"])
    own_order, own_begins = _grouped(_array(theirs, "place", np.uint32), incidents.height)
    return (
        loops.Cases(
            **{name: _array(cases, name, kind) for name, kind in _CASES.items()},
            begins=_begins(_array(cases, "place", np.uint32), incidents.height),
        ),
        loops.Holds(
            **{name: _array(holds, name, kind) for name, kind in _HOLDS.items()},
            by_thing=by_thing,
            thing_begins=thing_begins,
        ),
        loops.Crowd(
            person=_array(own, "person", np.int32),
            first=_array(own, "first", np.int32),
            last=_array(own, "last", np.int32),
            thing_begins=_begins(_array(own, "thing", np.uint32), things),
            pair_begins=_begins(_array(own, "pair", np.uint32), own["pair"].n_unique()),
        ),
        _index(cases, holds, links, (_array(theirs, "person", np.uint32)[own_order], own_begins), asked),
        loops.Things(*(rules[name].to_numpy() for name in ("group", "r", "k0"))),
        _rules(basis, policy),
    )


_CASES: dict[str, Any] = {
    "person": np.uint32,
    "day": np.int64,
    "record": np.uint32,
    "confidence": np.float64,
    "owner": np.uint32,
    "link": np.int64,
    "probability": np.float64,
    "weight": np.float64,
}
_HOLDS: dict[str, Any] = {
    "person": np.uint32,
    "thing": np.uint32,
    "side": np.uint8,
    "first": np.int32,
    "last": np.int32,
    "record": np.uint32,
    "confidence": np.float64,
    "owner": np.uint32,
    "link": np.int32,
    "probability": np.float64,
    "pair": np.uint32,
}


def _index(
    cases: pl.DataFrame,
    holds: pl.DataFrame,
    links: pl.DataFrame,
    own: tuple[np.ndarray, np.ndarray],
    asked: np.ndarray,
) -> Any:
    """What each person holds who has a case, as far as somebody asked about is on it, and whom each may be."""
    from graph import loops  # noqa: PLC0415

    people = len(asked)
    has_case = np.zeros(people, np.bool_)
    has_case[_array(cases, "person", np.uint32)] = True
    person, thing = (_array(holds, name, np.uint32) for name in ("person", "thing"))
    is_asked = np.zeros(int(thing.max(initial=0)) + 1, np.bool_)
    is_asked[thing[asked[person]]] = True
    places = np.flatnonzero(has_case[person] & is_asked[thing]).astype(np.uint32)
    order, begins = _grouped(person[places], people)
    to, link_begins = _grouped(_array(links, "person", np.uint32), people)
    return loops.Index(
        holds=places[order],
        begins=begins,
        own=own[0],
        own_begins=own[1],
        links=_array(links, "other", np.uint32)[to],
        link_begins=link_begins,
        link_probability=_array(links, "probability", np.float64)[to],
    )


def _rules(basis: Basis, policy: RiskPolicy) -> Any:
    from graph import loops  # noqa: PLC0415

    limits = policy.limits
    far = pl.col("first") > -FAR, pl.col("last") < FAR
    dated = basis.holds.select(
        low=pl.col("first").filter(far[0]).min(), high=pl.max_horizontal(*_latest(far)).fill_null(0)
    )
    days = [*dated.row(0), basis.cases["day"].min(), basis.cases["day"].max()]
    known = [int(day) for day in days if day is not None]
    reach = np.arange(max(known, default=0) - min(known, default=0) + 1)
    return loops.Rules(
        gap=np.exp2(-reach / (limits.gap_half_life_years * DAYS_A_YEAR)),
        distance=np.exp2(-reach / (limits.distance_half_life_years * DAYS_A_YEAR)),
        window=limits.window_days,
        hub_degree=limits.hub_degree,
        threshold=limits.review_threshold,
        association=limits.association,
        strength=limits.strength,
        far=FAR,
        both=BOTH,
        no_link=NO_LINK,
        same_group=GROUP["same"],
    )


def _latest(far: tuple[pl.Expr, pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
    return pl.col("first").filter(far[0]).max(), pl.col("last").filter(far[1]).max()


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


def _both_ways(possible: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(
        [
            possible.select(pl.col(mine).alias("person"), pl.col(theirs).alias("other"), "probability")
            for mine, theirs in (("a", "b"), ("b", "a"))
        ]
    )


def _array(frame: pl.DataFrame, name: str, kind: Any) -> np.ndarray:
    return frame[name].to_numpy().astype(kind, copy=False)


def _begins(ordered: np.ndarray, groups: int) -> np.ndarray:
    """Where each group begins among ordered numbers, and the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(ordered, minlength=groups))]).astype(np.int64)


def _grouped(numbers: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Places in the order of their numbers, and where each number begins in it."""
    order = np.argsort(numbers, kind="stable").astype(np.uint32)
    return order, _begins(numbers, groups)
