"""A world as it was known on a past day, and what came to be known afterwards."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from fixtures.world import Mix, WorldSettings, generate
from fixtures.world.layout import SOURCES, TRUTH

CAUGHT_LATER = 0.4
"""Chance a year, assumed, that a ring member who went free is caught; the same for all and whatever the day."""

DAYS_AFTER = 365

_KNOWN_FROM = {
    "us_fast.csv": ("enrolled_on", "%Y-%m-%d"),
    "us_inspections.csv": ("LOADED_ON", "%m/%d/%Y"),
    "court.csv": ("filed_on", "%Y-%m-%d"),
    "seizures.csv": ("received_on", "%Y-%m-%d"),
    "carrier_links.csv": ("since", "%Y-%m-%d"),
    "employment.csv": ("start_date", "%Y-%m-%d"),
    "driving.csv": ("date", "%Y-%m-%d"),
    "events.csv": ("received_on", "%Y-%m-%d"),
    "checks.csv": ("checked_on", "%Y-%m-%d"),
    "crossings.csv": ("date", "%Y-%m-%d"),
}
"""Column that says from when on a row was known; registers without a day (licences, carriers, trucks) stay whole."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The truth about a world.

    Args:
        persons: frame record_key, entity, group: every person record of the world.
        caught: entities with a seizure that came to be known after the cut.
        members: entities that belong to a ring.
    """

    persons: pl.DataFrame
    caught: frozenset[str]
    members: frozenset[str]


def make_world(people: int, seed: int, folder: Path) -> tuple[Path, date, Outcomes]:
    """A fresh world, cut: the folder of what was known, the day, and what happened later."""
    settings = WorldSettings(people, seed, mix=Mix(caught_later=CAUGHT_LATER))
    whole, known = folder / "whole", folder / "known"
    generate(settings, whole)
    day = date.fromordinal(settings.today.toordinal() - DAYS_AFTER)
    cut(whole, known, day)
    return known, day, _outcomes(whole, known)


def cut(whole: Path, known: Path, day: date) -> None:
    """Every file of the world without the rows, ends of jobs and revocations of carriers of later days."""
    known.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        if name not in _KNOWN_FROM and name != "carriers.csv":
            shutil.copy(whole / name, known / name)
            continue
        frame = _read(whole / name)
        if name in _KNOWN_FROM:
            column, form = _KNOWN_FROM[name]
            frame = frame.filter(pl.col(column).str.to_date(form) <= day)
        if name == "employment.csv":
            frame = _unsaid(frame, "end_date", day)
        if name == "carriers.csv":
            later = pl.col("revoked_on").str.to_date() > day
            frame = frame.with_columns(status=pl.when(later).then(pl.lit("active")).otherwise("status"))
            frame = _unsaid(frame, "revoked_on", day)
        frame.write_csv(known / name)


def _unsaid(frame: pl.DataFrame, column: str, day: date) -> pl.DataFrame:
    """The column blank where its day was still to come."""
    kept = pl.when(pl.col(column).str.to_date() <= day).then(column)
    return frame.with_columns(kept.alias(column))


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _outcomes(whole: Path, known: Path) -> Outcomes:
    truth = _read(whole / TRUTH[0]).select(
        record_key=pl.concat_str("source", "record_id", separator="/"), entity="entity_id", group="group"
    )
    then, after = (_read(folder / "seizures.csv")["seizure_id"] for folder in (known, whole))
    new = pl.DataFrame({"record_key": "CBP/" + after.filter(~after.is_in(then.implode()))})
    members = _read(whole / "truth_rings.csv")["entity_id"]
    return Outcomes(truth, frozenset(truth.join(new, on="record_key")["entity"]), frozenset(members))
