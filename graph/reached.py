"""Whose score can differ between two bases: followed backwards from the rows in which they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.basis import CASE_COLUMNS, EVENT_COLUMNS, HOLD_COLUMNS, Basis
from graph.holds import UNDATED_TIES

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Step:
    """Two bases, the second of which only adds places.

    Args:
        gone: places of people whose rows were taken out of the first.
        come: places of people whose rows were put into the second.
    """

    before: Basis
    after: Basis
    gone: pl.Series
    come: pl.Series


@dataclass(frozen=True, slots=True)
class _Differences:
    """What the two bases do not share.

    Args:
        holds: frame person, thing of holds that came, left or changed.
        lost: frame person, thing of those that left.
        cases: people whose events or cases differ, or who may be one with somebody else than before.
        followed: carriers whose successions differ.
    """

    holds: pl.DataFrame
    lost: pl.DataFrame
    cases: Mask
    followed: pl.Series


def reached_by(step: Step, hub_degree: int) -> Mask:
    """True at each person whose score can differ.

    Args:
        hub_degree: above so many people an undated thing ties nobody.
    """
    people, things = len(step.after.people), step.after.things.height
    changed = _differences(step)
    links = _links(step)
    cases = _with_doubles(changed.cases, links)
    holder, held = (
        np.concatenate([step.after.holds[name].to_numpy(), changed.lost[name].to_numpy()])
        for name in ("person", "thing")
    )
    touched = np.zeros(things, np.bool_)
    touched[held[cases[holder]]] = True
    touched |= _things_that_matter(step, changed, (holder, held, links), hub_degree)
    touched = _with_followers(touched, step, changed.followed)
    found = cases.copy()
    found[holder[touched[held]]] = True
    found[changed.holds["person"].to_numpy()] = True
    return _with_doubles(found[:people], links)


def _differences(step: Step) -> _Differences:
    """Only people who were taken out or put in can have rows that differ."""
    holds_out, holds_in = _both(step, "holds", HOLD_COLUMNS)
    lost, gained = _unlike(holds_out, holds_in), _unlike(holds_in, holds_out)
    mask = np.zeros(len(step.after.people), np.bool_)
    for name, columns in (("events", EVENT_COLUMNS), ("cases", CASE_COLUMNS)):
        out, come = _both(step, name, columns)
        for rows in (_unlike(out, come), _unlike(come, out)):
            mask[rows["person"].to_numpy()] = True
    for rows in _changed_both_ways(step.before.possible, step.after.possible):
        for end in ("a", "b"):
            mask[rows[end].to_numpy()] = True
    followed = [
        rows[end].rename("key")
        for rows in _changed_both_ways(step.before.successions, step.after.successions)
        for end in ("key", "other")
    ]
    pairs = pl.concat([lost, gained]).select("person", "thing").unique()
    return _Differences(pairs, lost.select("person", "thing"), mask, pl.concat(followed).unique())


def _both(step: Step, name: str, columns: Iterable[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    frames = []
    for basis, people in ((step.before, step.gone), (step.after, step.come)):
        rows: pl.DataFrame = getattr(basis, name)
        chosen = np.zeros(len(step.after.people), np.bool_)
        chosen[people.to_numpy()] = True
        frames.append(rows.filter(pl.Series(chosen[rows["person"].to_numpy()])).select(*columns))
    return frames[0], frames[1]


def _unlike(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)


def _changed_both_ways(before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return _unlike(before, after), _unlike(after, before)


def _links(step: Step) -> pl.DataFrame:
    """Frame a, b: people who may be one, before or after, both ways round."""
    pairs = pl.concat([step.before.possible, step.after.possible])
    return pl.concat([pairs.select("a", "b"), pairs.select(a="b", b="a")])


def _with_doubles(people: Mask, links: pl.DataFrame) -> Mask:
    """The people, and whom each may be the same as."""
    found = people.copy()
    a, b = links["a"].to_numpy(), links["b"].to_numpy()
    found[b[people[a]]] = True
    return found


def _things_that_matter(
    step: Step, changed: _Differences, ties: tuple[np.ndarray, np.ndarray, pl.DataFrame], hub_degree: int
) -> Mask:
    """Things that somebody came to, left or held otherwise, as far as that can matter to the others on them.

    It cannot where nobody on the thing has an event, nor where an undated thing was a hub and is one.
    """
    holder, held, links = ties
    offenders = np.zeros(len(step.after.people), np.bool_)
    for basis in (step.before, step.after):
        offenders[basis.events["person"].to_numpy()] = True
    offenders = _with_doubles(offenders, links)
    matters = np.zeros(step.after.things.height, np.bool_)
    matters[held[offenders[holder]]] = True
    matters[_carriers(step)["thing"].to_numpy()] = True
    came = np.zeros(step.after.things.height, np.bool_)
    came[changed.holds["thing"].to_numpy()] = True
    return came & matters & ~_lasting_hubs(step, came, changed.holds, hub_degree)


def _lasting_hubs(step: Step, came: Mask, changed: pl.DataFrame, hub_degree: int) -> Mask:
    """Undated things that more people hold, before and after alike, than can tie anybody."""
    undated = step.after.things["tie"].is_in(list(UNDATED_TIES)).to_numpy()
    on_them = step.after.holds.filter(pl.Series((came & undated)[step.after.holds["thing"].to_numpy()]))
    lasting = on_them.select("person", "thing").unique().join(changed, on=["person", "thing"], how="anti")
    crowded = lasting.group_by("thing").len("people").filter(pl.col("people") > hub_degree)
    hubs = np.zeros(step.after.things.height, np.bool_)
    hubs[crowded["thing"].to_numpy()] = True
    return hubs


def _carriers(step: Step) -> pl.DataFrame:
    """Frame thing, key: carriers in a succession, before or after."""
    keys = [basis.successions[end].rename("key") for basis in (step.before, step.after) for end in ("key", "other")]
    named = pl.DataFrame({"key": pl.concat(keys).unique()})
    things = step.after.things.with_row_index("thing").filter(pl.col("tie") == "carrier")
    return things.join(named, on="key", how="semi").select("thing", "key")


def _with_followers(touched: Mask, step: Step, followed: pl.Series) -> Mask:
    """The things, and the carriers that a succession joins to one of them or that another one joins than before."""
    carriers = _carriers(step)
    here = carriers.filter(pl.Series(touched[carriers["thing"].to_numpy()]) | pl.col("key").is_in(followed.implode()))
    pairs = pl.concat([basis.successions.select("key", "other") for basis in (step.before, step.after)])
    both = pl.concat([pairs, pairs.select(key="other", other="key")])
    further = both.join(here, on="key", how="semi")["other"]
    names = pl.concat([here["key"], further.rename("key")]).unique()
    found = touched.copy()
    found[carriers.filter(pl.col("key").is_in(names.implode()))["thing"].to_numpy()] = True
    return found
