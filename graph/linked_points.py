"""Linked points of everybody at once, by compiled loops: the bits that `graph.association` gives, without its rows.

The millions of ties that make a table of scores are never held: memory grows with people and what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.association import GROUP, NO_LINK, Question, lend, pairs_of, rules_of
from graph.evidence import Evidence
from graph.holds import BOTH, FAR
from graph.incidents import Judged
from graph.policy import DAYS_A_YEAR, RiskPolicy

_RESULTS = 1_000_000
"""Results of the loops that are turned into points at a time, beyond one of each person."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinkedPoints:
    """Points by place in `Evidence.people`.

    Args:
        linked: what counts.
        possible: with possible links too.
    """

    linked: Floats
    possible: Floats


def linked_points(
    evidence: Evidence, judged: Judged, policy: RiskPolicy, only: pl.Series | None = None
) -> LinkedPoints:
    """Linked points of everybody, or of the places in `only`; the others have 0.

    Complexity: linear in the meetings of two people on a thing at a case; a thing above the limit of people costs that
    many steps a case.
    """
    from graph import loops  # noqa: PLC0415 - numba takes most of a second to load

    people = len(evidence.people)
    linked, possible = np.zeros(people), np.zeros(people)
    size = people + _RESULTS
    who, plain, lent = np.empty(size, np.uint32), np.empty(size), np.empty(size)
    given = (*_arrays(evidence, judged, policy, only), who, plain, lent)
    incident, end = 0, len(given[0].begins) - 1
    while incident < end:
        incident, count = loops.strongest_cases(incident, *given)
        # one incident after another, as `graph.risk` adds them up: equal inputs give equal bits
        np.add.at(linked, who[:count], -np.log1p(-plain[:count]))
        np.add.at(possible, who[:count], -np.log1p(-lent[:count]))
    return LinkedPoints(linked, possible)


def _arrays(evidence: Evidence, judged: Judged, policy: RiskPolicy, only: pl.Series | None) -> tuple[Any, ...]:
    """The evidence as the loops take it."""
    from graph import loops  # noqa: PLC0415

    own = pairs_of(evidence.holds)
    cases, holds = lend(evidence, judged, own, Question(only, with_possible=True))
    people, things = len(evidence.people), evidence.things.height
    incidents = cases.select("incident").unique().sort("incident").with_row_index("place")
    cases = cases.join(incidents, on="incident", maintain_order="left")
    thing = _array(holds, "thing", np.uint32)
    by_thing, thing_begins = _grouped(thing, things)
    links = _both_ways(evidence.possible)
    theirs = judged.events.join(incidents, on="incident").unique(["place", "person"])
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
        _index(cases, holds, links, (_array(theirs, "person", np.uint32)[own_order], own_begins), people),
        loops.Things(*(rules_of(evidence.things, policy)[name].to_numpy() for name in ("group", "r", "k0"))),
        _rules(evidence, cases, policy),
        _scratch(people, only),
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
    people: int,
) -> Any:
    """What each person holds who has a case, and whom each may be."""
    from graph import loops  # noqa: PLC0415

    has_case = np.zeros(people, np.bool_)
    has_case[_array(cases, "person", np.uint32)] = True
    person = _array(holds, "person", np.uint32)
    places = np.flatnonzero(has_case[person]).astype(np.uint32)
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


def _rules(evidence: Evidence, cases: pl.DataFrame, policy: RiskPolicy) -> Any:
    from graph import loops  # noqa: PLC0415

    limits = policy.limits
    far = pl.col("first") > -FAR, pl.col("last") < FAR
    dated = evidence.holds.select(
        low=pl.col("first").filter(far[0]).min(), high=pl.max_horizontal(*_latest(far)).fill_null(0)
    )
    days = [*dated.row(0), cases["day"].min(), cases["day"].max()]
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


def _scratch(people: int, only: pl.Series | None) -> Any:
    from graph import loops  # noqa: PLC0415

    asked = np.full(people, only is None)
    if only is not None:
        asked[only.to_numpy()] = True
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
