from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.resolve.groups import LARGEST, LINK, group


def grouped(size: int, links: list[tuple[int, int, float]], barred: set[tuple[int, int]] = frozenset()) -> list[int]:
    frame = pl.DataFrame(sorted(links), schema=LINK, orient="row")
    return group(
        size, frame, lambda a, b: np.array([(x, y) in barred for x, y in zip(a, b, strict=True)], dtype=bool)
    ).tolist()


def test_links_join_and_the_smallest_leads() -> None:
    assert grouped(5, [(1, 3, 1.0), (3, 4, 1.0)]) == [0, 1, 2, 1, 1]
    assert grouped(0, []) == []


def test_the_stronger_link_holds_where_two_are_barred() -> None:
    assert grouped(3, [(0, 1, 5.0), (1, 2, 3.0)], {(0, 2)}) == [0, 0, 2]


def test_one_that_fits_two_barred_equally_joins_neither() -> None:
    assert grouped(3, [(0, 2, 5.0), (1, 2, 5.0)], {(0, 1)}) == [0, 1, 2]


def test_a_chain_never_joins_what_is_barred() -> None:
    chain = [(0, 1, 9.0), (1, 2, 8.0), (2, 3, 9.0)]
    assert grouped(4, chain, {(0, 3)}) == [0, 0, 2, 2]


def test_a_hub_of_strangers_is_believed_in_nothing() -> None:
    size = LARGEST + 1
    assert grouped(size, [(0, n, 1.0) for n in range(1, size)]) == list(range(size))


pairs = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.dictionaries(pairs, st.sampled_from([1.0, 2.0, 3.0]), max_size=10), st.sets(pairs, max_size=5))
def test_no_group_holds_a_barred_pair_and_none_reaches_beyond_its_links(links: dict, barred: set) -> None:
    found = grouped(6, [(a, b, weight) for (a, b), weight in links.items()], barred)
    free = grouped(6, [(a, b, weight) for (a, b), weight in links.items()])
    for a in range(6):
        for b in range(a + 1, 6):
            if found[a] == found[b]:
                assert (a, b) not in barred
                assert free[a] == free[b]
