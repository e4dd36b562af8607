"""Standardised rows on disk: one folder a load, one Parquet file a kind, written once and never changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from linkage.disk import sync
from linkage.errors import FileDamaged
from linkage.ledger.lookup import LOOKED_UP, LOOKUP, WITHDRAWN, marks_in, write_lookup
from linkage.ledger.merged import Merged, Part
from linkage.ledger.whole import damaged, is_sealed, seal
from linkage.schema import FACTS, Kind
from linkage.unreadable import UNREADABLE


@dataclass(frozen=True)
class FactStore:
    """The `records/` folder of a workspace.

    A folder that no load of the ledger names is an interrupted load: it is never read, and `sweep` removes it.

    Args:
        path: the folder.
        merged: runs of loads, to read what holds now from.
    """

    path: Path
    merged: Merged | None = None

    def write(self, load_id: int, facts: Mapping[Kind, pl.DataFrame], withdrawn: Mapping[Kind, pl.Series]) -> None:
        """The load's rows are on disk, whole and synced, before this returns.

        Args:
            load_id: names the folder.
            facts: rows a kind, in that kind's schema.
            withdrawn: keys a kind that no longer hold from this load on.
        """
        partial = self.path / f".{load_id}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        written = {}
        for kind in sorted({*facts, *withdrawn}):
            schema = FACTS[kind]
            frame = schema.conform(facts.get(kind, schema.empty())).with_columns(
                pl.lit(False).alias(WITHDRAWN)  # noqa: FBT003
            )
            gone = withdrawn.get(kind)
            if gone is not None and len(gone):
                marks = schema.conform(pl.DataFrame({"key": gone})).with_columns(pl.lit(True).alias(WITHDRAWN))  # noqa: FBT003
                frame = pl.concat([frame, marks])
            _write(frame, partial / f"{kind}.parquet")
            written[kind] = frame
        write_lookup(partial / LOOKUP, written)
        sync(partial / LOOKUP)
        seal(partial)
        final = self.path / str(load_id)
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
        sync(self.path)

    def marks(self, load_id: int) -> list[int] | None:
        """Marks of the keys that the load tells of, for the list of them; None where its rows have no lookup."""
        file = self.path / str(load_id) / LOOKUP
        return marks_in(file) if file.exists() else None

    def replace(self, load_id: int, rows: Mapping[Kind, pl.DataFrame]) -> None:
        """The load's rows of these kinds are others from now on: for what is taken out for good, and for nothing else.

        Each file is the old one or the new one at any moment. The sums and the lookup come first: a process that is
        killed in between leaves a Parquet file that still differs from what it is to be, and so is seen to have been
        killed.

        Args:
            rows: what is left of each kind, with its withdrawals, as `rows` reads them.
        """
        if self.merged is not None:
            self.merged.forget()
        folder = self.path / str(load_id)
        coming: dict[str, Path] = {}
        if (folder / LOOKUP).exists() and set(rows) & set(LOOKED_UP):
            held = {kind: file for kind in LOOKED_UP if (file := folder / f"{kind}.parquet").exists()}
            coming[LOOKUP] = _looked_up(folder, {kind: rows.get(kind, _read(held[kind])) for kind in held})
        for kind, frame in rows.items():
            name = f"{kind}.parquet"
            coming[name] = folder / f".{name}.{os.getpid()}"
            _write(frame, coming[name])
        if is_sealed(folder):
            seal(folder, coming)
        for name, partial in coming.items():
            partial.rename(folder / name)
        sync(folder)

    def rows(self, load_id: int, kind: Kind, columns: Sequence[str] | None = None) -> pl.DataFrame | None:
        """All that the load wrote of a kind, withdrawals among it, or None where it wrote nothing of it."""
        file = self.path / str(load_id) / f"{kind}.parquet"
        if not file.exists():
            return None
        return pl.read_parquet(file) if columns is None else _read(file, columns)

    def incomplete(self, loads: Sequence[int]) -> list[int]:
        """Loads that an earlier version wrote: they lack what their rows are read by key with, or their sums."""
        folders = {load: self.path / str(load) for load in loads}
        return [load for load, place in folders.items() if not ((place / LOOKUP).exists() and is_sealed(place))]

    def complete(self, loads: Sequence[int]) -> int:
        """Loads that an earlier version wrote can be looked up by key too, and have sums; returns how many had not.

        What is damaged gets no other sums, so that it goes on being told.

        Raises:
            FileDamaged: rows of a load without a lookup cannot be read.
        """
        lacking = self.incomplete(loads)
        for load in lacking:
            folder = self.path / str(load)
            made = {} if (folder / LOOKUP).exists() else {LOOKUP: self._look_up(folder)}
            if not any(found.file.name not in made for found in damaged(folder)):
                seal(folder, made)
        return len(lacking)

    def _look_up(self, folder: Path) -> Path:
        held = {kind: file for kind in LOOKED_UP if (file := folder / f"{kind}.parquet").exists()}
        made = _looked_up(folder, {kind: _read(file) for kind, file in held.items()}).rename(folder / LOOKUP)
        sync(folder)
        return made

    def current(self, kind: Kind, loads: Sequence[int], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The newest version of each key over the loads in order, without withdrawn ones, ordered by key."""
        schema = FACTS[kind]
        wanted = list(columns) if columns is not None else list(schema.columns)
        read = list(dict.fromkeys([*wanted, "key", WITHDRAWN]))
        frames = self._told(kind, loads, read)
        if not frames:
            return schema.empty().select(wanted)
        # A load of an earlier version lacks the columns that came later.
        frame = pl.concat(frames, how="diagonal")
        frame = frame.with_columns(
            pl.lit(None, schema.columns[name]).alias(name) for name in read if name not in frame.columns
        )
        newest = frame.unique("key", keep="last", maintain_order=True) if len(frame) else frame
        return newest.filter(~pl.col(WITHDRAWN)).sort("key").select(wanted)

    def _told(self, kind: Kind, loads: Sequence[int], columns: Sequence[str]) -> list[pl.DataFrame]:
        """What the loads say of a kind, in order, some versions that were corrected since left out."""
        while True:
            parts = self._parts(loads)
            runs = [part.folder for part in parts if part.first < part.last]
            try:
                frames = [_read(file, columns) for part in parts if (file := part.file(kind)).exists()]
            except FileDamaged:
                if all(run.exists() for run in runs):
                    raise
                continue
            if all(run.exists() for run in runs):
                return frames
            # A run was merged into another one meanwhile, and its rows may have been missed.

    def _parts(self, loads: Sequence[int]) -> Sequence[Part]:
        if self.merged is not None:
            return self.merged.parts(loads)
        return [Part(self.path / str(load), load, load) for load in loads]

    def withdrawn(self, kind: Kind, loads: Sequence[int]) -> list[str]:
        """Keys that the loads, taken in order, leave withdrawn; ordered."""
        files = [file for load in loads if (file := self.path / str(load) / f"{kind}.parquet").exists()]
        if not files:
            return []
        frame = pl.concat([_read(file, ["key", WITHDRAWN]) for file in files])
        newest = frame.unique("key", keep="last", maintain_order=True)
        return newest.filter(WITHDRAWN)["key"].sort().to_list()

    def count(self, kind: Kind, loads: Sequence[int]) -> int:
        """Rows of the kind that the loads wrote; told by the files' ends, without reading them."""
        files = [file for load in loads if (file := self.path / str(load) / f"{kind}.parquet").exists()]
        return sum(_rows(file) for file in files)

    def covered(self, kind: Kind, loads: Sequence[int], days: Sequence[str]) -> tuple[int, date | None, date | None]:
        """Rows that the loads wrote of a kind, without withdrawals, and the first and last day in the given columns."""
        files = [file for load in loads if (file := self.path / str(load) / f"{kind}.parquet").exists()]
        if not files:
            return 0, None, None
        frame = pl.concat([_read(file, [*days, WITHDRAWN]) for file in files], how="diagonal").filter(
            ~pl.col(WITHDRAWN)
        )
        named = [frame[name] for name in days if name in frame.columns]
        firsts, lasts = ([day for day in (getattr(one, end)() for one in named) if day] for end in ("min", "max"))
        return frame.height, min(firsts, default=None), max(lasts, default=None)

    def countries(self, kind: Kind, loads: Sequence[int]) -> set[str]:
        """Countries that the rows of a kind name, in the loads."""
        files = [file for load in loads if (file := self.path / str(load) / f"{kind}.parquet").exists()]
        frames = [_read(file, ["country"]) for file in files]
        return {str(one) for frame in frames for one in frame["country"].unique().drop_nulls()}

    def sweep(self, loads: Sequence[int]) -> list[str]:
        """Folders of interrupted loads are gone, and so is what a killed process was making in others.

        Returns:
            The names of the folders.
        """
        keep = {str(load) for load in loads}
        strays = [entry for entry in self.path.iterdir() if entry.is_dir() and entry.name not in keep]
        for entry in strays:
            shutil.rmtree(entry)
        for passing in self.path.glob("*/.*"):
            passing.unlink()
        return sorted(entry.name for entry in strays)


def _looked_up(folder: Path, rows: Mapping[Kind, pl.DataFrame]) -> Path:
    """A lookup of the rows, on disk under a passing name."""
    partial = folder / f".{LOOKUP}.{os.getpid()}"
    partial.unlink(missing_ok=True)
    write_lookup(partial, rows)
    sync(partial)
    return partial


def _write(frame: pl.DataFrame, file: Path) -> None:
    frame.write_parquet(file, compression="zstd")
    sync(file)


def _read(file: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The columns that the file has, all by default.

    Raises:
        FileDamaged: it cannot be read.
    """
    try:
        if columns is None:
            return pl.read_parquet(file)
        held = pl.read_parquet_schema(file)
        return pl.read_parquet(file, columns=[name for name in columns if name in held])
    except UNREADABLE:
        raise FileDamaged(file) from None


def _rows(file: Path) -> int:
    try:
        return int(pl.scan_parquet(file).select(pl.len()).collect().item())
    except UNREADABLE:
        raise FileDamaged(file) from None
