"""Rows of runs of loads together, so that what holds now is not read from a file a load.

A workspace that takes a few files a day has thousands of loads after a year, nearly all of them small. A run is a
folder like that of a load: of each kind the newest version of each key that its loads tell of, withdrawals among them.
What it says, the loads say too, and it is made of them again where it is missing.

Source: the logarithmic method of Bentley and Saxe 1980, "Decomposable searching problems I": a run is merged with what
came after it once that has grown to half of it, so that a row is written again a logarithmic number of times.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from linkage.disk import sync
from linkage.ledger.whole import damaged, seal
from linkage.unreadable import UNREADABLE

MOST_PARTS, FEW_PARTS = 16, 8
"""Folders that what holds now is read from at most, and how many are left when there were more."""


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of rows: of one load, or of a run of loads.

    Args:
        first: id of its first load; `last` of its last one.
    """

    folder: Path
    first: int
    last: int

    def file(self, kind: str) -> Path:
        """Where its rows of a kind are, if it has any."""
        return self.folder / f"{kind}.parquet"

    def rows(self) -> int:
        """Of all kinds, as the files' ends tell."""
        files = self.folder.glob("*.parquet")
        return sum(int(pl.scan_parquet(file).select(pl.len()).collect().item()) for file in files)


@dataclass(frozen=True)
class Merged:
    """The folder of runs.

    Args:
        path: the folder; it need not be there.
        records: that of the loads.
    """

    path: Path
    records: Path

    def parts(self, loads: Sequence[int]) -> list[Part]:
        """Folders that hold all rows of these loads and no others, in their order."""
        runs = self._runs()
        asked = set(loads)
        found: list[Part] = []
        for load in loads:
            if found and load <= found[-1].last:
                continue
            fitting = (run for run in runs.get(load, ()) if asked.issuperset(range(run.first, run.last + 1)))
            found.append(max(fitting, key=lambda run: run.last, default=Part(self.records / str(load), load, load)))
        return found

    def runs(self) -> list[Part]:
        """All runs there are, in order."""
        return [run for _, runs in sorted(self._runs().items()) for run in sorted(runs, key=lambda one: one.last)]

    def merge(self, loads: Sequence[int]) -> Part | None:
        """The newest parts are one run where there were too many; returns it. What a killed process left goes.

        A run of rows that are damaged or gone would outlive their mending, so there is none of those; nor is there one
        where the disk does not take it. The loads are read instead, as before.

        Args:
            loads: all of them, in order.
        """
        self._sweep()
        parts = self.parts(loads)
        if len(parts) <= MOST_PARTS:
            return None
        try:
            made = self._written(_newest(parts))
        except UNREADABLE:
            self._sweep()
            return None
        for run in self.runs():
            if made is not None and made.first <= run.first and run.last <= made.last and run != made:
                shutil.rmtree(run.folder)
        return made

    def forget(self) -> None:
        """There is no run; all is read from the loads."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _sweep(self) -> None:
        for left in self.path.glob(".*.partial"):
            shutil.rmtree(left)

    def _written(self, parts: Sequence[Part]) -> Part | None:
        if not all(part.folder.is_dir() and not any(damaged(part.folder)) for part in parts):
            return None
        first, last = parts[0].first, parts[-1].last
        partial, final = self.path / f".{first}-{last}.partial", self.path / f"{first}-{last}"
        partial.mkdir(parents=True)
        for name in sorted({file.name for part in parts for file in part.folder.glob("*.parquet")}):
            held = [file for part in parts if (file := part.folder / name).exists()]
            # A load of an earlier version lacks the columns that came later.
            rows = pl.concat([pl.read_parquet(file) for file in held], how="diagonal")
            rows.unique("key", keep="last", maintain_order=True).write_parquet(partial / name, compression="zstd")
            sync(partial / name)
        seal(partial)
        partial.rename(final)
        sync(self.path)
        return Part(final, first, last)

    def _runs(self) -> dict[int, list[Part]]:
        found: dict[int, list[Part]] = {}
        for folder in self._folders():
            first, _, last = folder.name.partition("-")
            if first.isdigit() and last.isdigit():
                found.setdefault(int(first), []).append(Part(folder, int(first), int(last)))
        return found

    def _folders(self) -> Iterator[Path]:
        try:
            yield from self.path.iterdir()
        except FileNotFoundError:
            return


def _newest(parts: Sequence[Part]) -> list[Part]:
    """The parts at the end that are to be one: few are left, and the last of them has more than twice their rows."""
    left, rows = list(parts), 0
    chosen: list[Part] = []
    while left and (not chosen or len(left) >= FEW_PARTS or left[-1].rows() <= 2 * rows):
        chosen.insert(0, left.pop())
        rows += chosen[0].rows()
    return chosen
