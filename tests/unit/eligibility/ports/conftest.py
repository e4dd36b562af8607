"""Crossings and strata by a few words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from eligibility.ports.cells import CELL
from eligibility.ports.ratio import PAIRED
from linkage.schema import CROSSING

QUARTER = date(2026, 1, 1)


@pytest.fixture(scope="session")
def pairs() -> Callable[..., pl.DataFrame]:
    """Strata from rows of port, FAST found, FAST exams, other found, other exams."""

    def build(*rows: tuple[Any, ...], load: str = "laden", quarter: date = QUARTER) -> pl.DataFrame:
        names = ("fast_found", "fast_exams", "other_found", "other_exams")
        made = [
            {"port_code": row[0], "load": load, "commodity": "x", "quarter": quarter}
            | dict(zip(names, row[1:], strict=True))
            for row in rows
        ]
        return PAIRED.conform(pl.DataFrame(made, schema=PAIRED.columns))

    return build


@pytest.fixture(scope="session")
def cells() -> Callable[..., pl.DataFrame]:
    """Cells from rows of port, quarter, is FAST, found, random examinations."""

    def build(*rows: tuple[Any, ...]) -> pl.DataFrame:
        made = [
            {
                "port_code": port,
                "quarter": quarter,
                "load": "laden",
                "commodity": "x",
                "is_fast": is_fast,
                "crossings": 50 * exams,
                "random": exams,
                "random_found": found,
            }
            for port, quarter, is_fast, found, exams in rows
        ]
        return CELL.conform(pl.DataFrame(made)).with_columns(pl.col(pl.Int64).fill_null(0))

    return build


@pytest.fixture(scope="session")
def crossings() -> Callable[..., pl.DataFrame]:
    """CROSSING rows, each random, laden and clear on a day of 2026 at 2304 unless told otherwise."""

    def build(*rows: dict[str, Any]) -> pl.DataFrame:
        usual = {
            "date": date(2026, 2, 1),
            "port_code": "2304",
            "is_fast": True,
            "exam": "random",
            "result": "clear",
            "is_laden": True,
        }
        made = [{"key": f"CBP/{n}", **usual, **row} for n, row in enumerate(rows)]
        names = sorted({name for row in made for name in row})
        frame = pl.DataFrame({n: pl.Series([r.get(n) for r in made], dtype=CROSSING.columns[n]) for n in names})
        return CROSSING.conform(frame)

    return build
