"""The table of scores: one row an identity as of one day, and the history of what it was."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import apsw
import polars as pl

from graph.policy import RiskPolicy
from graph.policy_file import load_policy
from graph.risk import score_all
from graph.store import GraphScan

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


def compute(reader: GraphScan, day: date, policy: RiskPolicy | None = None) -> pl.DataFrame:
    """Every identity's score as of `day`, as the table holds it."""
    found = score_all(reader, policy or load_policy(), day).with_columns(pl.col("as_of").cast(pl.String))
    return found.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def write(connection: apsw.Connection, new: pl.DataFrame, run_id: int) -> int:
    """The table is `new`; figures that changed are kept in the history under the run, and counted."""
    old = read_scores(connection)
    changed = new.join(old, on=list(COLUMNS), how="anti")
    gone = old.join(new, on="identity_id", how="anti")
    moved = new.join(old, on=["identity_id", "score", "own", "linked"], how="anti")
    connection.executemany("DELETE FROM score WHERE identity_id = ?", gone.select("identity_id").iter_rows())
    connection.executemany("INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", changed.iter_rows())
    history = moved.select("identity_id", pl.lit(run_id).alias("run_id"), "score", "own", "linked", "as_of", "policy")
    connection.executemany("INSERT OR REPLACE INTO score_history VALUES (?, ?, ?, ?, ?, ?, ?)", history.iter_rows())
    return moved.height


def rescore(connection: apsw.Connection, reader: GraphScan, day: date, run_id: int) -> dict[str, Any]:
    """Every identity is scored as of `day`.

    Returns:
        The `rescore` document: scope, rescored, changed, seconds.
    """
    started = time.perf_counter()
    new = compute(reader, day)
    changed = write(connection, new, run_id)
    seconds = round(time.perf_counter() - started, 3)
    return {"scope": "all", "rescored": new.height, "changed": changed, "seconds": seconds}
