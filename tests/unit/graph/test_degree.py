import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.degree import Degrees

spans = st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(-50, 50), st.integers(0, 40))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(spans, max_size=20), st.integers(0, 10), st.integers(-80, 120))
def test_counts_each_person_once_as_loops_do(rows, window, day):
    frame = pl.DataFrame(
        [(thing, person, first, first + length) for thing, person, first, length in rows],
        schema={"thing": pl.UInt32, "person": pl.UInt32, "first": pl.Int32, "last": pl.Int32},
        orient="row",
    )
    found = Degrees(frame, window).around(np.arange(3), np.full(3, day))
    for thing in range(3):
        near = {
            person
            for at, person, first, length in rows
            if at == thing and first - window <= day <= first + length + window
        }
        assert found[thing] == len(near)
