"""Whether the files of a load are what was written: by their ends, which is quick, or byte for byte.

A folder of rows never changes once it has its name. Its list of sums is made with it, so whatever a disk does to a file
later is told: a third of all single bits that flip in a Parquet file make other rows of it and no error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from linkage.disk import sync
from linkage.errors import FileDamaged
from linkage.ledger.lookup import LOOKUP
from linkage.sums import SUMS, hashed, listed, read_sums
from linkage.unreadable import UNREADABLE

_RESTORE = "restore the workspace, or this file alone, from a backup"
_AGAIN = f"{_RESTORE}, or delete it: crosslane serve makes it again from the rows beside it"

_NO_LIST = "is not the list of sums that was written"


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what was written.

    Args:
        what: is wrong with it.
    """

    file: Path
    what: str

    def __str__(self) -> str:
        return f"{self.file} {self.what}; {_AGAIN if self.file.name == LOOKUP else _RESTORE}"


def seal(folder: Path, anew: Mapping[str, Path] | None = None) -> None:
    """The sums of the folder's files are beside them, on disk.

    Args:
        anew: where the bytes lie of files that were made since the list was; a sum of any other is never changed.

    Raises:
        FileDamaged: the list that is there is not what was written, so that the files may not be either.
    """
    sums = sums_of(folder)
    given = {file.name: file for file in _files(folder) if file.name not in sums} | dict(anew or {})
    sums |= {name: hashed(file) for name, file in given.items()}
    partial = folder / f".{SUMS}.partial"
    partial.write_text(listed(sums), "utf-8")
    sync(partial)
    partial.rename(folder / SUMS)
    sync(folder)


def is_sealed(folder: Path) -> bool:
    """Whether the folder has sums; one that an earlier version wrote has none."""
    return (folder / SUMS).exists()


def sums_of(folder: Path) -> dict[str, str]:
    """The sum of each file when it was written; none where the folder has no list of them.

    Raises:
        FileDamaged: the list is not what was written.
    """
    if not is_sealed(folder):
        return {}
    if (sums := read_sums(folder / SUMS)) is None:
        raise FileDamaged(folder / SUMS)
    return sums


def damaged_ends(folder: Path) -> Iterator[Damage]:
    """Files that are gone, or whose end is not that of a Parquet file; what lies between is not read."""
    try:
        named = sums_of(folder).keys()
    except FileDamaged as error:
        yield Damage(error.file, _NO_LIST)
        return
    for name in sorted(named - {file.name for file in _files(folder)}):
        yield Damage(folder / name, "is gone")
    for file in sorted(folder.glob("*.parquet")):
        try:
            pl.read_parquet_schema(file)
        except UNREADABLE:
            yield Damage(file, "cannot be read")


def damaged(folder: Path) -> Iterator[Damage]:
    """Files that are gone, came since, or have another byte than was written; of every file the whole is read.

    A folder without sums is read as well as that goes: what its reader does not refuse is not told.
    """
    if not is_sealed(folder):
        yield from _unreadable(folder)
        return
    try:
        sums = sums_of(folder)
    except FileDamaged as error:
        yield Damage(error.file, _NO_LIST)
        return
    there = {file.name: file for file in _files(folder)}
    for name in sorted(sums.keys() | there.keys()):
        if name not in there:
            yield Damage(folder / name, "is gone")
        elif name not in sums:
            yield Damage(there[name], "is not of the load")
        elif _sum_of(there[name]) != sums[name]:
            yield Damage(there[name], "is not what was written")


def _unreadable(folder: Path) -> Iterator[Damage]:
    for file in sorted(folder.glob("*.parquet")):
        try:
            pl.read_parquet(file)
        except UNREADABLE:
            yield Damage(file, "cannot be read")


def _files(folder: Path) -> list[Path]:
    """What the folder holds beside its sums; what begins with a dot is on its way, and no reader looks at it."""
    return sorted(file for file in folder.iterdir() if file.name != SUMS and not file.name.startswith("."))


def _sum_of(file: Path) -> str | None:
    try:
        return hashed(file)
    except OSError:
        return None
