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
from graph.store import GraphReader

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


def rescore(
    connection: apsw.Connection, reader: GraphReader, day: date, run_id: int, policy: RiskPolicy | None = None
) -> dict[str, Any]:
    """Every identity is scored as of `day`; what changed is kept in the history under the run.

    Returns:
        The `rescore` document: scope, rescored, changed, seconds.
    """
    started = time.perf_counter()
    new = score_all(reader, policy or load_policy(), day)
    new = new.with_columns(pl.col("as_of").cast(pl.String)).select(
        pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()
    )
    old = read_scores(connection)
    changed = new.join(old, on=list(COLUMNS), how="anti")
    gone = old.join(new, on="identity_id", how="anti")
    figures = ["identity_id", "score", "own", "linked"]
    moved = new.join(old, on=figures, how="anti")
    connection.executemany("DELETE FROM score WHERE identity_id = ?", gone.select("identity_id").iter_rows())
    marks = ", ".join("?" * len(COLUMNS))
    connection.executemany(f"INSERT OR REPLACE INTO score VALUES ({marks})", changed.iter_rows())  # noqa: S608
    connection.executemany(
        "INSERT OR REPLACE INTO score_history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            (row["identity_id"], run_id, row["score"], row["own"], row["linked"], row["as_of"], row["policy"])
            for row in moved.iter_rows(named=True)
        ),
    )
    return {
        "scope": "all",
        "rescored": new.height,
        "changed": moved.height,
        "seconds": round(time.perf_counter() - started, 3),
    }
