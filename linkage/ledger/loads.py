"""The ledger's account of loads: files, counts, rejects and warnings."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw
import polars as pl

from linkage.schema import ISSUE


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One file of a load, with its counts; `rows == accepted + rejected`."""

    file: int
    path: str
    sha256: str
    rows: int
    accepted: int
    rejected: int
    warned: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One reject or warning; `file`, `line` and `place` order those of a load.

    Args:
        line: 0 where it is about none.
        place: number of its row.
    """

    file: int
    line: int
    place: int
    column: str | None
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One committed load.

    Args:
        options: everything the user declared that changes how the bytes are read.
        summary: the counts that the load reported, as JSON values.
    """

    load_id: int
    source: str
    manifest: str
    mode: str
    options: str
    today: str
    started_at: str
    finished_at: str
    actor: str
    summary: dict[str, Any]


@dataclass(frozen=True)
class LoadTables:
    """Reads and writes of load, load_file and issue on one connection."""

    connection: apsw.Connection

    def ids(self) -> list[int]:
        """All load ids, in order."""
        return [int(row[0]) for row in self.connection.execute("SELECT load_id FROM load ORDER BY load_id")]

    def latest(self) -> LoadRow | None:
        """The last load, or None in an empty workspace."""
        row = self.connection.execute("SELECT * FROM load ORDER BY load_id DESC LIMIT 1").fetchone()
        return _load_row(row) if row else None

    def get(self, load_id: int) -> LoadRow | None:
        """One load by its id."""
        row = self.connection.execute("SELECT * FROM load WHERE load_id = ?", (load_id,)).fetchone()
        return _load_row(row) if row else None

    def files(self, load_id: int) -> list[FileSummary]:
        """The files of a load, in the order given."""
        rows = self.connection.execute(
            "SELECT file, path, sha256, rows, accepted, rejected, warned FROM load_file WHERE load_id = ? "
            "ORDER BY file",
            (load_id,),
        )
        return [FileSummary(*row) for row in rows]

    def seen(self, sha256: str, manifest: str, mode: str, options: str) -> int | None:
        """The first load that brought the same bytes, read the same way; None where none did."""
        found = self.connection.execute(
            "SELECT min(load_id) FROM load_file JOIN load USING (load_id) "
            "WHERE sha256 = ? AND manifest = ? AND mode = ? AND options = ?",
            (sha256, manifest, mode, options),
        ).get
        return None if found is None else int(found)

    def issues_after(self, load_id: int, after: tuple[int, int, int], limit: int, *, rejected: bool) -> list[Issue]:
        """Rejects or warnings of a load by file and line, at most `limit` of them.

        Args:
            after: file, line and place of the last one before; the first are those after (-1, -1, -1).
        """
        rows = self.connection.execute(
            "SELECT file, coalesce(line, 0), rowid, column_, rule, message FROM issue "
            "WHERE load_id = ?1 AND rejected = ?2 AND (file, coalesce(line, 0), rowid) > (?3, ?4, ?5) "
            "ORDER BY file, coalesce(line, 0), rowid LIMIT ?6",
            (load_id, int(rejected), *after, limit),
        )
        return [Issue(*row) for row in rows]

    def insert(self, load: LoadRow, files: Sequence[FileSummary]) -> None:
        """The load and its files are recorded."""
        self.connection.execute(
            "INSERT INTO load VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                load.load_id,
                load.source,
                load.manifest,
                load.mode,
                load.options,
                load.today,
                load.started_at,
                load.finished_at,
                load.actor,
                json.dumps(load.summary, sort_keys=True),
            ),
        )
        self.connection.executemany(
            "INSERT INTO load_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(load.load_id, f.file, f.path, f.sha256, f.rows, f.accepted, f.rejected, f.warned) for f in files],
        )

    def insert_issues(self, load_id: int, rejected: pl.DataFrame, warned: pl.DataFrame) -> None:
        """Rejects and warnings (ISSUE frames) are recorded."""
        for frame, mark in ((rejected, 1), (warned, 0)):
            rows = ISSUE.check(frame).iter_rows()
            self.connection.executemany(
                "INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((load_id, *row, mark) for row in rows),
            )


def _load_row(row: tuple[Any, ...]) -> LoadRow:
    names = [field.name for field in dataclasses.fields(LoadRow)]
    return LoadRow(**dict(zip(names, [*row[:-1], json.loads(row[-1])], strict=True)))
