"""Writes of the account of changes: records that moved between identities, and scores that changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import apsw
import polars as pl

from linkage.identities import Move

MOVED = ("record_key", "from_id", "to_id")
_WAS = "SELECT j.value, identity_id FROM json_each(?) j LEFT JOIN membership ON record_key = j.value ORDER BY j.value"
_IDENTITY = (
    "INSERT INTO change (topic, what, run_id, from_id, to_id, records, day) VALUES ('identity', ?, ?, ?, ?, ?, ?)"
)
_SCORE = (
    "INSERT INTO change (topic, what, to_id, run_id, score, own, linked, day) "
    "VALUES ('score', 'score', ?, ?, ?, ?, ?, ?)"  # as the history has it
)


def records_moved(connection: apsw.Connection, memberships: pl.DataFrame, removed: Sequence[str]) -> pl.DataFrame:
    """Frame MOVED: the records that are about to be in another identity than now, or in none.

    Args:
        connection: sees the memberships as they are before.
        memberships: frame MEMBERSHIP as it will be, of the records that a run looked at.
        removed: records that will be nowhere.
    """
    gone = pl.DataFrame({"record_key": pl.Series(removed, dtype=pl.String)})
    after = pl.concat([memberships.select("record_key", to_id="identity_id"), gone], how="diagonal")
    rows = connection.execute(_WAS, (json.dumps(after["record_key"].to_list()),)).fetchall()
    before = pl.DataFrame(rows, schema={"record_key": pl.String, "from_id": pl.String}, orient="row")
    both = after.join(before, on="record_key", how="left")
    return both.filter(~pl.col("from_id").eq_missing(pl.col("to_id"))).select(*MOVED)


def tell_identities(
    connection: apsw.Connection, moved: pl.DataFrame, run: tuple[int, str], moves: Iterable[Move]
) -> None:
    """What a run did to identities is in the account: one change for all records that went the same way.

    Args:
        moved: frame MOVED.
        run: its number and day.
        moves: of the run; they say what each way is.
    """
    run_id, day = run
    named = {(move.from_id, move.to_id, move.kind) for move in moves}
    ways = moved.sort("record_key").group_by("to_id", "from_id", maintain_order=True).agg("record_key")
    connection.executemany(
        _IDENTITY,
        (
            (_kind(from_id, to_id, named), run_id, from_id, to_id, json.dumps(records), day)
            for to_id, from_id, records in ways.sort("to_id", "from_id", nulls_last=True).iter_rows()
        ),
    )


def tell_scores(connection: apsw.Connection, history: pl.DataFrame) -> None:
    """Scores that changed are in the account.

    Args:
        history: identity_id, run_id, score, own, linked and as_of of each.
    """
    rows = history.select("identity_id", "run_id", "score", "own", "linked", "as_of")
    connection.executemany(_SCORE, rows.iter_rows())


def _kind(from_id: str | None, to_id: str | None, named: set[tuple[str | None, str | None, str]]) -> str:
    if from_id is None:
        return "created" if (None, to_id, "mint") in named else "grown"
    if to_id is None:
        return "retired" if (from_id, None, "retire") in named else "shrunk"
    return "merged" if (from_id, to_id, "merge") in named else "split"
