"""Two processes give what one gives."""

from __future__ import annotations

from datetime import date

import polars as pl

from linkage.schema import Kind
from linkage.standardise import Context, standardise
from linkage.standardise.parallel import ENOUGH_ROWS, standardise_on_all_cores

CONTEXT = Context(today=date(2026, 6, 30), date_order="YMD", columns={}, country="US", is_derogatory=False)


def test_a_large_frame_comes_out_as_from_one_process() -> None:
    count = ENOUGH_ROWS + 1
    raw = pl.DataFrame(
        {
            "file": pl.Series([0] * count, dtype=pl.Int32),
            "line": pl.Series(range(2, count + 2), dtype=pl.Int64),
            "source": ["US"] * count,
            "record_id": [str(i) for i in range(count)],
            "given_name": ["Ulises", "José", "", "Wendell P Jr"] * (count // 4) + ["Ulises"] * (count % 4),
            "surname": [("Quintanar", "", "Núñez")[i % 3] for i in range(count)],
            "birth_date": [f"19{50 + i % 50}-{1 + i % 13:02d}-11" for i in range(count)],
        }
    )
    one, two = standardise(Kind.PERSON, raw, CONTEXT), standardise_on_all_cores(Kind.PERSON, raw, CONTEXT)
    assert two.facts.equals(one.facts)
    assert two.rejected.equals(one.rejected)
    assert one.rejected.height > 0
    assert two.warned.equals(one.warned)
    assert one.warned.height > 0
