"""The table of scores: one row an identity as of one day, and the history of what it was."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from api.changes.writing import tell_scores
from graph.basis import Basis
from graph.kept_basis import KeptBasis
from graph.policy_file import load_policy
from graph.risk import score_afresh, score_change
from graph.schema import GraphChange, NodeKind
from graph.store import EdgeReader, GraphScan

BASIS = "basis"
"""Folder of what is kept of the last scoring, to go on from."""
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE score (
        identity_id           TEXT PRIMARY KEY,
        score                 REAL NOT NULL,
        band                  TEXT NOT NULL,
        own                   REAL NOT NULL,
        linked                REAL NOT NULL,
        linked_band           TEXT NOT NULL,
        linked_with_possible  REAL NOT NULL,
        own_points            REAL NOT NULL,
        linked_points         REAL NOT NULL,
        as_of                 TEXT NOT NULL,
        policy                TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX score_by_rank ON score (score DESC, identity_id);

    CREATE TABLE score_history (
        identity_id  TEXT NOT NULL,
        run_id       INTEGER NOT NULL,
        score        REAL,
        own          REAL,
        linked       REAL,
        as_of        TEXT NOT NULL,
        policy       TEXT NOT NULL,
        PRIMARY KEY (identity_id, run_id)
    ) WITHOUT ROWID;
    """,
    # Every explanation asks for the day of the table: without this, 400,000 rows are read for each (32 ms).
    "CREATE INDEX score_by_day ON score (as_of);",
)
COLUMNS = (
    "identity_id",
    "score",
    "band",
    "own",
    "linked",
    "linked_band",
    "linked_with_possible",
    "own_points",
    "linked_points",
    "as_of",
    "policy",
)
SCHEMA = dict.fromkeys(COLUMNS, pl.String) | dict.fromkeys(
    ("score", "own", "linked", "linked_with_possible", "own_points", "linked_points"), pl.Float64
)


def read_scores(connection: apsw.Connection) -> pl.DataFrame:
    """All scores, highest first; equal ones by identity id."""
    rows = connection.execute("SELECT * FROM score ORDER BY score DESC, identity_id").fetchall()
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def as_of(connection: apsw.Connection) -> date | None:
    """The day the table of scores is for, or None before the first."""
    day = connection.execute("SELECT max(as_of) FROM score").get
    return date.fromisoformat(day) if day else None


def policy_of(connection: apsw.Connection) -> str | None:
    """Name of the policy that the table of scores follows, or None before the first."""
    named: str | None = connection.execute("SELECT max(policy) FROM score").get
    return named


def compute(reader: GraphScan, day: date) -> tuple[pl.DataFrame, Basis]:
    """Every identity's score as of `day`, as the table holds it, and what later changes are scored on."""
    table, basis = score_afresh(reader, load_policy(), day)
    return _as_held(table), basis


def recompute(
    reader: EdgeReader, change: GraphChange, scored: Collection[str], basis: Basis
) -> tuple[pl.DataFrame, Basis]:
    """The scores that a change of the graph can move, as the table holds them; all others stay as they are.

    Args:
        reader: the graph after the change.
        scored: identities that have a score; others get their first.
        basis: what the table rests on.

    Returns:
        The scores, and what the table rests on with them.
    """
    there = reader.nodes(NodeKind.IDENTITY)["key"]
    new = there.filter(~there.is_in(pl.Series(sorted(scored), dtype=pl.String).implode()))
    table, after = score_change(basis, change, reader, load_policy(), new.to_list())
    return _as_held(table), after


def write(connection: apsw.Connection, new: pl.DataFrame, run_id: int, gone: Collection[str] = ()) -> int:
    """The rows of `new` stand in the table; figures that changed are kept in the history under the run, and counted.

    Args:
        gone: identities that have no score any more.
    """
    old = read_scores(connection).join(new, on="identity_id", how="semi")
    changed = new.join(old, on=list(COLUMNS), how="anti")
    moved = new.join(old, on=["identity_id", "score", "own", "linked"], how="anti")
    connection.executemany("DELETE FROM score WHERE identity_id = ?", ((identity,) for identity in sorted(gone)))
    connection.executemany("INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changed.iter_rows())
    history = moved.select("identity_id", pl.lit(run_id).alias("run_id"), "score", "own", "linked", "as_of", "policy")
    connection.executemany("INSERT OR REPLACE INTO score_history VALUES (?, ?, ?, ?, ?, ?, ?)", history.iter_rows())
    tell_scores(connection, history)
    return moved.height


def scored_ids(connection: apsw.Connection) -> set[str]:
    """Identities that have a score."""
    return {str(row[0]) for row in connection.execute("SELECT identity_id FROM score")}


def kept_basis(folder: Path) -> KeptBasis:
    """Where a workspace keeps what its table of scores rests on."""
    return KeptBasis(folder / BASIS)


def _as_held(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(pl.col("as_of").cast(pl.String)).select(
        pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()
    )


def rescore(connection: apsw.Connection, reader: GraphScan, day: date, run_id: int) -> tuple[dict[str, Any], Basis]:
    """Every identity is scored as of `day`.

    Returns:
        The `rescore` document (scope, rescored, changed, seconds), and what the table rests on.
    """
    started = time.perf_counter()
    new, basis = compute(reader, day)
    changed = write(connection, new, run_id, scored_ids(connection).difference(new["identity_id"]))
    seconds = round(time.perf_counter() - started, 3)
    return {"scope": "all", "rescored": new.height, "changed": changed, "seconds": seconds}, basis
