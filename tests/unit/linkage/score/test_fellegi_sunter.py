"""Match weights: sums of bits, weighed against random pairs and households."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from linkage.compare import Agreement, attribute_levels
from linkage.errors import ModelError
from linkage.model import Level, Model
from linkage.score import Scorer, probability


def _weight(model: Model, **levels: str) -> float:
    names = attribute_levels(model)
    codes = {name: names[name].index(levels.get(name, "missing")) for name in names}
    agreements = {
        name: Agreement(
            np.array([code], dtype=np.int8),
            np.array([10.0], dtype=np.float32) if name in ("given_name", "surname") and code else None,
        )
        for name, code in codes.items()
    }
    return float(Scorer(model, names).score(agreements).weight[0])


def test_nothing_known_leaves_the_prior(model: Model) -> None:
    expected = -np.logaddexp2(-model.prior_random, -model.prior_household)
    assert _weight(model) == pytest.approx(expected)


def test_names_and_full_date_make_a_match_and_contacts_alone_do_not(model: Model) -> None:
    assert _weight(model, given_name="exact", surname="exact", birth_date="exact") >= model.thresholds.same
    assert _weight(model, surname="exact", contact="both") < model.thresholds.same


def test_a_household_is_no_match_however_much_it_shares(model: Model) -> None:
    brothers = _weight(model, given_name="conflict", surname="exact", birth_date="exact", contact="both")
    father_and_son = _weight(
        model, given_name="exact", surname="exact", birth_date="generation", contact="both", licence="exact"
    )
    assert brothers < model.thresholds.same
    assert father_and_son < model.thresholds.same


def test_a_better_level_never_lowers_the_weight(model: Model) -> None:
    for attribute, order in {
        "birth_date": ("generation", "conflict", "near", "swapped", "exact"),
        "licence": ("conflict", "near", "exact"),
        "given_name": ("conflict", "partial", "subset", "exact"),
        "contact": ("conflict", "city", "postal", "near", "address", "both"),
    }.items():
        weights = [_weight(model, surname="exact", **{attribute: level}) for level in order]
        assert weights == sorted(weights), attribute


def test_probability_is_of_the_posterior_odds() -> None:
    assert probability(np.array([0.0, 1.0, -2000.0, 2000.0])) == pytest.approx([0.5, 2 / 3, 0.0, 1.0])


def test_a_model_with_an_unknown_level_is_refused(model: Model) -> None:
    sex = replace(model.attributes["sex"], levels=MappingProxyType({"agre": Level(1.0, 1.0)}))
    with pytest.raises(ModelError, match="sex has no level agre"):
        attribute_levels(replace(model, attributes=dict(model.attributes) | {"sex": sex}))
