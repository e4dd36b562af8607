"""Which blocking rules are worth their pairs, and totals over a sample."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from linkage.model import Field
from linkage.pipeline import blocking_plan as plan


def _records() -> pl.DataFrame:
    rng = np.random.default_rng(2)
    size = 3000
    person = np.concatenate([np.arange(size), np.arange(0, size, 3)])
    phone = np.where(rng.random(len(person)) < 0.1, -1, person)
    city = person % 40
    return pl.DataFrame(
        {
            "key": [str(i) for i in range(len(person))],
            "phone": [str(p) if p >= 0 else None for p in phone],
            "city": [str(c) for c in city],
            "street": [str(p // 5) for p in person],
            "person": person,
        }
    )


def test_totals_over_a_sample_are_those_of_all_pairs() -> None:
    records = _records()
    blocks = list(plan.rule_blocks(records, [("phone",), ("street",), ("city", "street")], 200))
    person = records["person"].to_numpy()
    whole = plan.draw(blocks, None, len(records), 1 << 30)
    part = plan.draw(blocks, None, len(records), 1500)
    assert len(part.left) < len(whole.left) / 2
    for sample in (whole, part):
        assert sample.weight.sum() == pytest.approx(len(whole.left), rel=0.1)
        same = (person[sample.left] == person[sample.right]).astype(float)
        assert (sample.weight * same).sum() == pytest.approx(1000, rel=0.1)


def test_a_rule_that_brings_nothing_new_is_not_chosen() -> None:
    records = _records()
    blocks = list(plan.rule_blocks(records, [("street",), ("city", "street"), ("phone",)], 200))
    sample = plan.draw(blocks, None, len(records), 1 << 30)
    person = records["person"].to_numpy()
    reports = plan.choose(blocks, sample, (person[sample.left] == person[sample.right]).astype(float))
    assert [(r.rule, r.is_chosen) for r in reports] == [
        (("street",), True),
        (("city", "street"), False),
        (("phone",), False),
    ]
    assert reports[0].matches == pytest.approx(1000)


def test_two_files_make_pairs_across_only() -> None:
    records = _records()
    side = (np.arange(len(records)) >= 3000).astype(np.int8)
    blocks = list(plan.rule_blocks(records, [("phone",)], 200))
    sample = plan.draw(blocks, side, len(records), 1 << 30)
    assert (side[sample.left] != side[sample.right]).all()


def test_candidate_rules_name_every_field_and_no_field_twice() -> None:
    fields = {
        "given_name": Field("given_name", "text"),
        "city": Field("city", "text"),
        "birth_date": Field("birth_date", "date"),
        "tokens": Field("tokens", "tokens", ("given_name",)),
    }
    rules = plan.candidate_rules(fields)
    columns = [[term.partition(".")[0] for term in rule] for rule in rules]
    assert {name for rule in columns for name in rule} == {"city", "birth_date", "tokens"}
    assert all(len(set(rule)) == len(rule) for rule in columns)
