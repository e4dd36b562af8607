"""Stable ids: survive, mint, merge, split, and coming back."""

from __future__ import annotations

from linkage.identities import Assignment, Move, assign


def _first(*clusters: list[str]) -> Assignment:
    return assign(clusters, {}, frozenset(), frozenset())


def _next(before: Assignment, *clusters: list[str], known: frozenset[str] | None = None) -> Assignment:
    ids = frozenset(before.identity_of.values())
    return assign(clusters, before.identity_of, known or ids, frozenset())


def test_an_identity_keeps_its_id_when_an_earlier_key_joins() -> None:
    before = _first(["MX/m1", "US/u1"])
    after = _next(before, ["CA/c9", "MX/m1", "US/u1"])
    identity = before.identity_of["MX/m1"]
    assert after.identity_of["CA/c9"] == identity
    assert after.moves == [Move("grow", identity, identity)]
    assert after.minted == []


def test_a_merge_redirects_and_its_undoing_brings_the_id_back() -> None:
    before = _first(["A/1", "A/2"], ["B/1"])
    swallowed = before.identity_of["B/1"]
    merged = _next(before, ["A/1", "A/2", "B/1"])
    assert merged.redirects == {
        swallowed: before.identity_of["A/1"],
        before.identity_of["A/1"]: before.identity_of["A/1"],
    }
    assert Move("merge", swallowed, before.identity_of["A/1"]) in merged.moves
    known = frozenset(before.identity_of.values())
    parted = _next(merged, ["A/1", "A/2"], ["B/1"], known=known)
    assert parted.identity_of == before.identity_of
    assert parted.redirects[swallowed] == swallowed
    assert parted.minted == []


def test_a_swallowed_identity_comes_back_under_its_id_though_it_had_grown_a_new_first_record() -> None:
    before = _next(_first(["M/2"], ["B/9"]), ["A/1", "M/2"], ["B/9", "B/1"])
    known = frozenset(before.identity_of.values())
    merged = _next(before, ["A/1", "M/2", "B/1", "B/9"], known=known)
    parted = _next(merged, ["A/1", "M/2"], ["B/1", "B/9"], known=known)
    assert parted.identity_of == before.identity_of


def test_the_larger_part_of_a_split_keeps_the_id() -> None:
    before = _first(["A/1", "A/2", "A/3"])
    identity = before.identity_of["A/1"]
    after = _next(before, ["A/1"], ["A/2", "A/3"])
    assert after.identity_of["A/2"] == identity
    assert after.identity_of["A/1"] != identity
    assert [move.kind for move in after.moves] == ["shrink", "split"]


def test_an_id_in_use_elsewhere_is_never_taken() -> None:
    taken = _first(["A/1"]).identity_of["A/1"]
    other = assign([["A/1"]], {}, frozenset({taken}), frozenset({taken}))
    assert other.identity_of["A/1"] != taken


def test_an_identity_without_records_left_is_retired() -> None:
    before = _first(["A/1"])
    after = assign([], before.identity_of, frozenset(before.identity_of.values()), frozenset())
    assert after.moves == [Move("retire", before.identity_of["A/1"], None)]
