"""Damage to files at rest: `doctor` has to name it, and a backup has to mend it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import apsw

from api.backups import backup, restore
from api.bootstrap import open_workspace
from faults.trials import Trial, copy_of
from faults.twin import complaints, state_of

PRECISE = "restore"
"""A complaint says what to do about it."""


def torn_rows(whole: Path, kept: Path, folder: Path, rng: random.Random) -> Trial:
    """A Parquet file of rows ends early."""
    place = copy_of(whole, folder)
    file = rng.choice(sorted((place / "records").rglob("*.parquet")))
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.truncate(rng.randrange(size))
    return _judged("torn rows", place, kept, whole, is_harmless=False)


def changed_page(whole: Path, kept: Path, folder: Path, rng: random.Random) -> Trial:
    """A page of the ledger holds other bytes."""
    place = copy_of(whole, folder)
    with apsw.Connection(str(place / "ledger.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size, pages = int(connection.pragma("page_size")), int(connection.pragma("page_count"))
    connection.close()
    page = rng.randrange(pages)
    with (place / "ledger.db").open("r+b") as opened:
        opened.seek(page * size)
        held = opened.read(size)
        opened.seek(page * size)
        opened.write(bytes(rng.randrange(256) for _ in range(size)))
    return _judged(f"page {page} of the ledger", place, kept, whole, is_harmless=not any(held))


def lost_file(whole: Path, kept: Path, folder: Path, rng: random.Random) -> Trial:
    """The rows of a load are gone."""
    place = copy_of(whole, folder)
    shutil.rmtree(rng.choice([entry for entry in (place / "records").iterdir() if entry.is_dir()]))
    return _judged("rows of a load gone", place, kept, whole, is_harmless=False)


def _judged(name: str, place: Path, kept: Path, whole: Path, *, is_harmless: bool) -> Trial:
    """Whether the damage was named with its remedy, and the remedy works."""
    found = complaints(place)
    lost = []
    if not found and not is_harmless:
        lost.append(f"{name}: doctor finds nothing")
    lost += [f"{name}: doctor does not say how to mend it: {one}" for one in found if PRECISE not in one]
    shutil.rmtree(place)
    restore(kept, place)
    if state_of(place) != state_of(whole) or complaints(place):
        lost.append(f"{name}: the backup does not bring it back")
    shutil.rmtree(place)
    return Trial(name, bool(found), tuple(lost))


def kept_of(whole: Path, folder: Path) -> Path:
    """A backup of the workspace."""
    backup(open_workspace(whole), folder / "kept")
    return folder / "kept"
