"""The table of scores: what every explanation asks of it is not a reading of all its rows."""

from __future__ import annotations

from pathlib import Path

from api import scores
from api.bootstrap import create_workspace

ROW = (10.0, "routine", 0.0, 10.0, "routine", 10.0, 0.0, 0.1)


def test_the_day_is_that_of_the_newest_row_and_is_read_from_an_index(tmp_path: Path) -> None:
    with create_workspace(tmp_path / "w").transaction() as connection:
        assert scores.as_of(connection) is None
        for identity, day in (("D-1", "2026-06-30"), ("D-2", "2026-06-30"), ("D-3", "2026-05-01")):
            connection.execute("INSERT INTO score VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'p')", (identity, *ROW, day))
        day = scores.as_of(connection)
        plan = str(connection.execute("EXPLAIN QUERY PLAN SELECT max(as_of) FROM score").fetchall())
    assert str(day) == "2026-06-30"
    assert "SEARCH score USING COVERING INDEX score_by_day" in plan
