"""A basis as the compiled loops take it: arrays, and where each thing, person and incident begins in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from graph.association import GROUP, NO_LINK, Question, lend, pairs_of, rules_of
from graph.basis import Basis
from graph.holds import BOTH, FAR
from graph.policy import DAYS_A_YEAR, RiskPolicy


def loop_arrays(basis: Basis, policy: RiskPolicy, asked: np.ndarray) -> tuple[Any, ...]:
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
