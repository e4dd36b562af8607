"""What merged, split and moved, on partitions small enough to see it."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from linkage.evaluate import PREDICTED, Changes, compare_partitions


def frame(partition: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(sorted(partition.items()), schema=PREDICTED.columns, orient="row")


def changes(before: dict[str, str], after: dict[str, str]) -> Changes:
    return compare_partitions(frame(before), frame(after))


def held(text: str) -> dict[str, str]:
    """ "ab c" under ids made of its groups' first letters: {a: A, b: A, c: C}."""
    return {key: group[0].upper() for group in text.split() for key in group}


def test_equal_partitions_differ_in_nothing_whatever_their_ids() -> None:
    found = changes(held("abc de f"), {key: f"x{value}" for key, value in held("abc de f").items()})
    assert (found.merged, found.split, found.moved, found.unchanged) == ((), (), (), 3)


def test_a_merge_a_split_and_a_move() -> None:
    merged = changes(held("ab c"), held("abc"))
    assert [(one.into, one.former, one.records) for one in merged.merged] == [
        ("A", ("A", "C"), {"A": ("a", "b"), "C": ("c",)})
    ]
    split = changes(held("abc"), held("ab c"))
    assert [(one.former, one.into, one.records) for one in split.split] == [
        ("A", ("A", "C"), {"A": ("a", "b"), "C": ("c",)})
    ]
    moved = changes(held("abc def"), {**held("ab"), **dict.fromkeys("cdef", "D")})
    assert [(one.record, one.former, one.now) for one in moved.moved] == [("c", "A", "D")]
    assert moved.merged == moved.split == ()


def test_added_and_removed_records_are_counted_and_change_nothing_else() -> None:
    found = changes(held("abx cd"), held("ab cdy z"))
    assert (found.added, found.removed, found.common) == (("y", "z"), ("x",), 4)
    assert (found.merged, found.split, found.moved, found.unchanged) == ((), (), (), 2)


partitions = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("1234"), max_size=8)


@given(partitions, partitions)
def test_every_record_that_changed_company_is_told_of_and_no_other(
    before: dict[str, str], after: dict[str, str]
) -> None:
    found = changes(before, after)
    told = {key for one in found.merged for keys in one.records.values() for key in keys}
    told |= {key for one in found.split for keys in one.records.values() for key in keys}
    told |= {one.record for one in found.moved}
    common = before.keys() & after.keys()

    def company(partition: dict[str, str], key: str) -> set[str]:
        return {other for other in common if partition[other] == partition[key]}

    changed = {key for key in common if company(before, key) != company(after, key)}
    assert told <= changed
    # Whoever stayed in the heir of an identity that only lost or gained a moved record is told of by that record.
    for key in changed - told:
        others = company(before, key) ^ company(after, key)
        assert others & told
    assert bool(changed) == bool(told)


@given(partitions, partitions)
def test_the_way_back_adds_what_was_removed(before: dict[str, str], after: dict[str, str]) -> None:
    there, back = changes(before, after), changes(after, before)
    assert (there.added, there.removed, there.unchanged) == (back.removed, back.added, back.unchanged)
