"""Candidate pairs: each once, common keys left out, whatever the chunk size."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from linkage.block import active_entries, stream
from linkage.block.keys import KEYS

entries = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 9)), max_size=60)


@given(entries=entries, limit=st.integers(2, 6), chunk=st.integers(1, 50), marks=st.sets(st.integers(0, 11)))
def test_pairs_are_those_of_a_plain_double_loop(
    entries: set[tuple[int, int]], limit: int, chunk: int, marks: set[int]
) -> None:
    keys = pl.DataFrame(sorted(entries), schema=KEYS, orient="row")
    touched = np.isin(np.arange(12), sorted(marks))
    found = [
        pair
        for part in stream(active_entries(keys, touched, limit), touched, chunk)
        for pair in zip(part.left, part.right, strict=True)
    ]
    holders: dict[int, list[int]] = {}
    for record, key in entries:
        holders.setdefault(key, []).append(record)
    expected = {
        (a, b)
        for records in holders.values()
        if len(records) <= limit
        for a in records
        for b in records
        if a < b and (a in marks or b in marks)
    }
    assert len(found) == len(set(found)), "a pair comes once"
    assert {(int(a), int(b)) for a, b in found} == expected
