"""Rows made a part at a time are those made at once."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graph.patterns.reading import BestRows, in_parts

rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=30, unique=True)


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 12))
def test_parts_hold_every_thing_once_in_order_and_are_about_so_large(sizes: list[int], most: int) -> None:
    things = pl.DataFrame({"thing": range(len(sizes)), "rows": sizes}, schema={"thing": pl.Int64, "rows": pl.Int64})
    parts = list(in_parts(things, most))
    assert [thing for part in parts for thing in part["thing"]] == list(range(len(sizes)))
    assert all(part["rows"][:-1].sum() < most for part in parts)
    assert len(parts) <= sum(sizes) // most + 1


@given(rows, st.integers(1, 8), st.integers(1, 7), st.booleans())
def test_the_best_rows_of_parts_are_the_best_of_all(made, size: int, limit: int, descending: bool) -> None:
    every = pl.DataFrame(made, schema={"a": pl.Int64, "b": pl.Int64}, orient="row")
    best = BestRows(["a", "b"], [descending, False], limit)
    for start in range(0, len(made), size):
        best.add(every.slice(start, size))
    wanted = every.sort("a", "b", descending=[descending, False]).head(limit)
    assert best.rows().rows() == wanted.rows()
    assert best.is_cut == (len(made) > limit)
