"""A world as it comes to be known: what was known at the start, and the files of each month after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from benchmarks.risk_lift.cut import cut
from fixtures.world.layout import SOURCES, loads

MONTHS = 12
DAYS = 365
SKIPPED = frozenset({"crossings.csv"})
"""Files that no screening reads; they are loaded at the start only where everything is."""


@dataclass(frozen=True, slots=True)
class Month:
    """What is loaded together.

    Args:
        day: the load day.
        files: each with the source it is loaded as.
    """

    day: date
    files: tuple[tuple[Path, str], ...]


def write_months(whole: Path, folder: Path, today: date) -> list[Month]:
    """The state a year before `today`, then what became new or changed in each month, in files under `folder`.

    The FAST register says that a membership has expired in the month after it did.
    """
    days = [today - timedelta(days=DAYS - round(DAYS * number / MONTHS)) for number in range(MONTHS + 1)]
    months, before = [], None
    for number, day in enumerate(days):
        known = folder / f"known-{number:02d}"
        cut(whole, known, day)
        _leave_out(known / "checks.csv", day)
        _say_later(known / "us_fast.csv", days[number - 1] if number else day - timedelta(days=31))
        new = known if before is None else _new(before, known, folder / f"new-{number:02d}")
        files = [(path, source) for path, source in loads(new) if path.exists() and path.name not in SKIPPED]
        months.append(Month(day, tuple(files)))
        before = known
    return months


def _say_later(path: Path, register_day: date) -> None:
    """Memberships that expired after the register was written are still active in it."""
    frame = pl.read_csv(path, infer_schema=False)
    unsaid = (pl.col("status") == "expired") & (pl.col("expires_on").str.to_date() >= register_day)
    status = pl.when(unsaid).then(pl.lit("active")).otherwise("status")
    frame.with_columns(status.alias("status")).write_csv(path)


def _leave_out(path: Path, day: date) -> None:
    """Answers that came after the day are not there: the cut goes by the day of the check."""
    frame = pl.read_csv(path, infer_schema=False)
    frame.filter(pl.col("received_on").str.to_date() <= day).write_csv(path)


def _new(before: Path, after: Path, folder: Path) -> Path:
    """The rows of each file that were not there as they are; files without one are left out."""
    folder.mkdir()
    for name in SOURCES:
        if (before / name).read_bytes() == (after / name).read_bytes():
            continue
        old, frame = (pl.read_csv(place / name, infer_schema=False) for place in (before, after))
        rows = frame.join(old, on=frame.columns, how="anti", nulls_equal=True, maintain_order="left")
        if rows.height:
            rows.write_csv(folder / name)
    return folder
