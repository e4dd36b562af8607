"""Agreement beyond chance: a published example, the ends of the scale, and what cannot be told."""

from __future__ import annotations

import pytest

from eligibility.reviews.agreement import agreement_of


def test_a_worked_example() -> None:
    # 50 cases: both yes 20, yes/no 5, no/yes 10, both no 15: po 0.7, pe 0.5, kappa 0.4.
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    found = agreement_of(pairs)
    assert (found.pairs, found.agreed) == (50, 0.7)
    assert found.kappa == pytest.approx(0.4, abs=1e-12)
    assert (found.low, found.high) == (pytest.approx(0.151, abs=5e-4), pytest.approx(0.649, abs=5e-4))
    assert found.table == {"a": {"a": 20, "b": 5}, "b": {"a": 10, "b": 15}}


def test_the_ends_of_the_scale() -> None:
    assert agreement_of([("a", "a"), ("b", "b")]).kappa == 1.0
    assert agreement_of([("a", "b"), ("b", "a")]).kappa == -1.0
    assert agreement_of([("a", "b"), ("a", "b"), ("a", "b")]).kappa == 0.0


def test_what_chance_alone_explains_has_no_kappa() -> None:
    assert agreement_of([("a", "a")] * 3).kappa is None
    assert agreement_of([]).agreed is None
