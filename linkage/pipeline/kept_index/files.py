"""Segments in files that processes map and share, so that none of them holds a million records in its own memory.

A folder is written under another name, synced and renamed; a pointer, replaced at once, names the folders that
belong together with a digest of every file. What a kill leaves behind is named by no pointer, is never read and is
swept by the next writing. A folder that does not fit its digests is as good as none: the index is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from linkage.disk import sync
from linkage.model import Model
from linkage.pipeline.kept_index.row_text import COLUMNS
from linkage.pipeline.kept_index.segment import Segment
from linkage.pipeline.kept_index.segment_files import SegmentWriter, mapped

POINTER = "current.json"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Pointed:
    """What the pointer says.

    Args:
        epoch: changes when everything was forgotten; what was read in another epoch must not be used.
        ledger: digest of the loads up to the last segment's.
        segments: name, loads and file digests of each segment, oldest first.
    """

    epoch: str
    ledger: str
    segments: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The folder that segments are kept in.

    Args:
        folder: made when first written.
    """

    folder: Path

    def token(self) -> tuple[int, int, int]:
        """Changes whenever the pointer does; costs one look at the disk."""
        try:
            found = (self.folder / POINTER).stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def pointed(self, model: Model) -> Pointed:
        """What is kept for this model and this installation; nothing where another made it."""
        try:
            said = orjson.loads((self.folder / POINTER).read_bytes())
            fits = said["made_by"] == _made_by(model)
            return Pointed(said["epoch"], said["ledger"] if fits else "", tuple(said["segments"]) if fits else ())
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            return Pointed("", "", ())

    def read(self, entry: Mapping[str, Any]) -> Segment | None:
        """A segment that the pointer names, mapped; None where it is not what was written."""
        try:
            return mapped(self.folder / str(entry["name"]), entry) if self.is_whole(entry) else None
        except (OSError, ValueError, KeyError):
            return None

    def is_whole(self, entry: Mapping[str, Any]) -> bool:
        """Whether every file of a segment is what was written."""
        place = self.folder / str(entry["name"])
        try:
            for name, digest in entry["files"].items():
                with (place / name).open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        return False
        except OSError:
            return False
        return True

    def write(
        self, loads: tuple[int, int], rows: pl.DataFrame, removed: tuple[str, ...], model: Model
    ) -> dict[str, Any]:
        """A segment is on disk, whole and synced, and no pointer names it yet; returns its entry.

        Args:
            rows: as for `Segment.of`.
        """
        name = f"{loads[0]}-{loads[1]}-{uuid.uuid4().hex[:12]}"
        partial = self.folder / f".{name}.partial"
        partial.mkdir(parents=True, mode=0o700)
        writer = SegmentWriter(partial)
        writer.fill(rows, removed, model)
        sync(partial)
        partial.rename(self.folder / name)
        sync(self.folder)
        return {"name": name, "first": loads[0], "last": loads[1], "rows": len(rows), "files": writer.digests}

    def point(self, model: Model, ledger: str, entries: Iterable[Mapping[str, Any]]) -> None:
        """The pointer names these segments; all other folders are gone."""
        entries = list(entries)
        epoch = self.pointed(model).epoch or uuid.uuid4().hex
        self._point({"made_by": _made_by(model), "epoch": epoch, "ledger": ledger, "segments": entries})
        self._sweep({str(entry["name"]) for entry in entries})

    def forget(self) -> None:
        """Nothing is kept, on disk now and in every process before its next answer."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._point({"made_by": {}, "epoch": uuid.uuid4().hex, "ledger": "", "segments": []})
        self._sweep(set())

    def _point(self, said: Mapping[str, Any]) -> None:
        new = self.folder / f".{POINTER}.{uuid.uuid4().hex}"
        with new.open("wb") as file:
            file.write(orjson.dumps(said))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / POINTER)
        sync(self.folder)

    def _sweep(self, keep: set[str]) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and entry.name not in keep:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name.startswith(f".{POINTER}."):
                entry.unlink(missing_ok=True)


def _made_by(model: Model) -> dict[str, Any]:
    # Hashes of another version of the frame library may differ.
    return {"format": FORMAT, "model": model.digest, "polars": pl.__version__, "columns": list(COLUMNS)}
