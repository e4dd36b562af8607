"""A basis in files beside the ledger, good for one state of the graph, one day and one policy.

It can always be made anew, so a file that is missing, torn, of another state or with one other bit only costs time. It
holds the ids of people and things and no more, and is as protected as the ledger it lies beside.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from graph.basis import Basis
from graph.store import Mark
from linkage.sums import hashed
from linkage.unreadable import UNREADABLE

_POINTER = "current.json"
_FORMAT = 1
_FRAMES = ("people", "records", "things", "holds", "events", "cases", "possible", "successions")


@dataclass(frozen=True, slots=True)
class KeptBasis:
    """The basis of one ledger.

    Args:
        folder: where it is kept; made when first written.
    """

    folder: Path

    def read(self, mark: Mark, as_of: dt.date, policy: str) -> Basis | None:
        """The basis of that state, day and policy; None where another or none is kept."""
        said = self._pointer()
        if said is None or said["good_for"] != _good_for(mark, as_of, policy):
            return None
        files = {name: self.folder / said["at"] / f"{name}.arrow" for name in _FRAMES}
        try:
            if any(hashed(file) != said["sums"].get(name) for name, file in files.items()):
                return None
            parts = {name: pl.read_ipc(file) for name, file in files.items()}
        except UNREADABLE:
            return None
        people, records = (parts.pop(name).to_series() for name in ("people", "records"))
        return Basis(as_of, policy, people, records, **parts)

    def write(self, basis: Basis, mark: Mark) -> None:
        """The basis is kept for that state, in place of any other; where the disk refuses, nothing is."""
        try:
            self._write(basis, mark)
        except OSError:
            self.drop()

    def _write(self, basis: Basis, mark: Mark) -> None:
        at = uuid.uuid4().hex
        place = self.folder / at
        place.mkdir(parents=True, mode=0o700)
        sums = {}
        for name in _FRAMES:
            part = getattr(basis, name)
            frame = part.to_frame() if isinstance(part, pl.Series) else part
            with (place / f"{name}.arrow").open("wb") as file:
                frame.write_ipc(file)
                file.flush()
                os.fsync(file.fileno())
            sums[name] = hashed(place / f"{name}.arrow")
        self._point({"at": at, "sums": sums, "good_for": _good_for(mark, basis.as_of, basis.policy)})
        for entry in self.folder.iterdir():
            if entry.is_dir() and entry.name != at:
                shutil.rmtree(entry)

    def stand(self, before: Mark, after: Mark) -> None:
        """What was kept for one state is good for a later one, in which nothing that scores rest on changed."""
        said = self._pointer()
        if said is not None and {**said["good_for"], **_named(before)} == said["good_for"]:
            self._point({**said, "good_for": {**said["good_for"], **_named(after)}})

    def drop(self) -> None:
        """Nothing is kept."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pointer(self) -> dict[str, Any] | None:
        try:
            said: dict[str, Any] = orjson.loads((self.folder / _POINTER).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return said if said.keys() == {"at", "sums", "good_for"} else None

    def _point(self, said: Mapping[str, Any]) -> None:
        """The pointer names the folder, the whole of it or not at all."""
        new = self.folder / f"{_POINTER}.new"
        with new.open("wb") as file:
            file.write(orjson.dumps(said))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / _POINTER)


def _good_for(mark: Mark, as_of: dt.date, policy: str) -> dict[str, Any]:
    columns = [field.name for field in fields(Basis)]
    made_by = {"format": _FORMAT, "columns": columns, "polars": pl.__version__}
    return {**_named(mark), **made_by, "as_of": as_of.isoformat(), "policy": policy}


def _named(mark: Mark) -> dict[str, Any]:
    return {name: value for name, value in asdict(mark).items() if name != "step"}
