"""The files of one segment: written a chunk at a time, read by mapping them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from linkage.model import Model
from linkage.pipeline.kept_index.key_runs import KeyRun, merged
from linkage.pipeline.kept_index.row_text import RowText
from linkage.pipeline.kept_index.segment import CHUNK, Chunk, Segment, chunks

_TYPES = {"keys": np.uint64, "starts": np.int64, "records": np.int32}
_RUNS = ("blocks", "shared", "names")
_RESIDENT: Mapping[str, tuple[Any, tuple[int, ...]]] = {"hash": (np.uint64, (-1,)), "date": (np.int32, (-1, 3))}
Array = npt.NDArray[Any]


class SegmentWriter:
    """Writes the files of one segment and keeps their digests; holds one chunk of it at a time."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.digests: dict[str, str] = {}

    def fill(self, rows: pl.DataFrame, removed: tuple[str, ...], model: Model) -> None:
        """All files are on disk."""
        names: list[str] = []
        for number, chunk in enumerate(chunks(rows, model)):
            names = self._append(number, chunk)
        count = max(-(-len(rows) // CHUNK), 1)
        for run in _RUNS:
            self._merge(run, count)
        self._rows(rows)
        (self._place / "removed.json").write_bytes(orjson.dumps(removed))
        self._close("removed.json")
        for name in names:
            self._close(f"{name}.bin")

    def _append(self, number: int, chunk: Chunk) -> list[str]:
        """The chunk's keys lie in files of their own until they are merged; all else is added to the segment's."""
        for run in _RUNS:
            part: KeyRun = getattr(chunk, run)
            for name in _TYPES:
                getattr(part, name).tofile(self._part(number, run, name))
        columns = {"kind": chunk.kind, **{_named(*held): held[1] for held in chunk.resident.items()}}
        for name, array in columns.items():
            with (self._place / f"{name}.bin").open("ab") as file:
                file.write(np.ascontiguousarray(array).tobytes())
        return list(columns)

    def _merge(self, run: str, count: int) -> None:
        parts = [
            KeyRun(*(_array(self._part(number, run, name), dtype) for name, dtype in _TYPES.items()))
            for number in range(count)
        ]
        total = 0
        files = {name: (self._place / f"{run}.{name}.bin").open("wb") for name in _TYPES}
        for part in merged(parts):
            files["keys"].write(part.keys.tobytes())
            files["starts"].write((part.starts[:-1] + total).tobytes())
            files["records"].write(part.records.tobytes())
            total += len(part.records)
        files["starts"].write(np.array([total], dtype=np.int64).tobytes())
        for name, file in files.items():
            file.close()
            self._close(f"{run}.{name}.bin")
        for number in range(count):
            for name in _TYPES:
                self._part(number, run, name).unlink()

    def _rows(self, rows: pl.DataFrame) -> None:
        end = 0
        with (self._place / "rows.text.bin").open("wb") as text, (self._place / "rows.starts.bin").open("wb") as starts:
            starts.write(np.zeros(1, dtype=np.int64).tobytes())
            for begin in range(0, len(rows), CHUNK):
                part = RowText.of(rows[begin : begin + CHUNK])
                text.write(part.text.tobytes())
                starts.write((part.starts[1:] + end).tobytes())
                end += int(part.starts[-1])
        self._close("rows.text.bin")
        self._close("rows.starts.bin")

    def _part(self, number: int, run: str, name: str) -> Path:
        return self._place / f"{run}.{name}.part{number}"

    def _close(self, name: str) -> None:
        """The file is on disk and its digest noted."""
        with (self._place / name).open("rb+") as file:
            os.fsync(file.fileno())
            self.digests[name] = hashlib.file_digest(file, "sha256").hexdigest()


def mapped(place: Path, entry: Mapping[str, Any]) -> Segment:
    """The segment in a folder, read where and when it is looked at.

    Args:
        entry: its name, loads and files.
    """
    resident = {}
    for file in entry["files"]:
        said, _, rest = file.partition(".")
        if said in _RESIDENT:
            dtype, shape = _RESIDENT[said]
            resident[rest.removesuffix(".bin")] = _array(place / file, dtype).reshape(shape)
    runs = {run: KeyRun(*(_array(place / f"{run}.{n}.bin", t) for n, t in _TYPES.items())) for run in _RUNS}
    return Segment(
        name=str(entry["name"]),
        first=int(entry["first"]),
        last=int(entry["last"]),
        rows=RowText(_array(place / "rows.starts.bin", np.int64), _array(place / "rows.text.bin", np.uint8)),
        removed=tuple(orjson.loads((place / "removed.json").read_bytes())),
        resident=resident,
        kind=_array(place / "kind.bin", np.uint64),
        **runs,
    )


def _named(name: str, array: Array) -> str:
    return f"{'date' if array.ndim == 2 else 'hash'}.{name}"


def _array(path: Path, dtype: Any) -> Array:
    """The file's numbers, mapped and never copied."""
    if not path.stat().st_size:
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, mode="r").view(np.ndarray)
