"""Planes weigh as pairs do, and vague values give way to precise ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from linkage.compare import attribute_levels
from linkage.model import Model
from linkage.score import SILENT, PlaneScorer, Scorer


@dataclass(frozen=True)
class Agreement:
    levels: npt.NDArray[np.int8]
    information: npt.NDArray[np.float32] | None = None


def _agreements(model: Model, **levels: str) -> dict[str, Agreement]:
    names = attribute_levels(model)
    return {
        name: Agreement(np.array([known.index(levels.get(name, "missing"))], dtype=np.int8))
        for name, known in names.items()
    }


@given(data=st.data())
def test_planes_of_one_pair_weigh_what_the_pair_weighs(model: Model, data: st.DataObject) -> None:
    names = attribute_levels(model)
    chosen = {name: data.draw(st.sampled_from(levels)) for name, levels in names.items()}
    agreements = _agreements(model, **chosen)
    information = data.draw(st.integers(0, 40)) / 2
    agreements["surname"] = Agreement(agreements["surname"].levels, np.array([information], dtype=np.float32))
    planes = PlaneScorer(model, names)
    for has_household in (np.array([True]), np.array([False])):
        pair = Scorer(model, names).score(agreements, has_household).weight
        assert planes.weigh(planes.planes(agreements), has_household=has_household) == pair


def test_a_clipped_date_counts_only_where_no_full_dates_meet(model: Model) -> None:
    planes = PlaneScorer(model, attribute_levels(model))
    clipped = planes.planes(_agreements(model, birth_date="exact_clipped"))
    conflict = planes.planes(_agreements(model, birth_date="conflict"))
    nothing = planes.planes(_agreements(model))
    weigh = planes.weigh
    assert (nothing == SILENT).all()
    assert weigh(np.maximum(clipped, nothing)) == weigh(clipped)
    assert weigh(np.maximum(clipped, conflict)) == weigh(conflict) < weigh(clipped)


def test_the_best_agreeing_pair_speaks_for_an_attribute(model: Model) -> None:
    planes = PlaneScorer(model, attribute_levels(model))
    equal = planes.planes(_agreements(model, licence="exact"))
    other = planes.planes(_agreements(model, licence="conflict"))
    assert planes.weigh(np.maximum(equal, other)) == planes.weigh(equal)


def test_a_slip_says_nothing_for_two_groups_that_each_confirm_a_date(model: Model) -> None:
    planes = PlaneScorer(model, attribute_levels(model))
    near = planes.planes(_agreements(model, birth_date="near"))
    exact = planes.planes(_agreements(model, birth_date="exact"))
    nothing = planes.planes(_agreements(model))
    weigh = planes.weigh
    own = planes.averaged[: len(planes.averaged) // 2]
    confirmed = np.ones((len(own), 1), dtype=np.bool_)
    assert weigh(near, confirmed=confirmed) == weigh(nothing) < weigh(near)
    assert weigh(np.maximum(near, exact), confirmed=confirmed) == weigh(exact)
    assert (exact[0, own] > 0).all()
    assert not (near[0, own] > 0).any()
