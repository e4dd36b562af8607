from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from linkage.errors import LinkageError, TrainingError
from linkage.training.em import Fit, Options, PairClass, fit
from linkage.training.guard import Attribute, Limits, Rule, average_bits, findings, require
from linkage.training.parameters import Parameters, first_guess, table_of
from linkage.training.patterns import Patterns

NAMES = ("missing", "exact", "near", "conflict")
ATTRIBUTES = (Attribute("surname", NAMES), Attribute("date", NAMES), Attribute("licence", NAMES))
SOUND = Parameters(
    m=(table_of([0.9, 0.05, 0.05]), table_of([0.9, 0.05, 0.05]), table_of([0.8, 0.1, 0.1])),
    u=(table_of([0.01, 0.04, 0.95]), table_of([0.001, 0.02, 0.979]), table_of([0.0001, 0.001, 0.9989])),
    prior=0.02,
)
FIT = Fit(SOUND, 40, True, (-2.0, -1.0), (0.02,), 4000.0, (3900.0, 3000.0, 900.0))


def _rules(fit: Fit, attributes: tuple[Attribute, ...] = ATTRIBUTES) -> list[tuple[Rule, str | None]]:
    return [(finding.rule, finding.attribute) for finding in findings(fit, attributes)]


def _with_table(m: list[float], u: list[float], place: int = 0) -> Fit:
    tables_m, tables_u = list(SOUND.m), list(SOUND.u)
    tables_m[place], tables_u[place] = table_of(m), table_of(u)
    return replace(FIT, parameters=replace(SOUND, m=tuple(tables_m), u=tuple(tables_u)))


def test_a_sound_fit_passes() -> None:
    assert findings(FIT, ATTRIBUTES) == []
    assert require(FIT, ATTRIBUTES) is FIT


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (replace(FIT, converged=False), (Rule.NOT_CONVERGED, None)),
        (replace(FIT, parameters=replace(SOUND, prior=0.6)), (Rule.PRIOR, None)),
        (replace(FIT, parameters=replace(SOUND, prior=float("nan"))), (Rule.PRIOR, None)),
        (replace(FIT, matches=12.0), (Rule.FEW_MATCHES, None)),
        (replace(FIT, present=(3900.0, 0.0, 900.0)), (Rule.NO_INFORMATION, "date")),
        (_with_table([0.05, 0.05, 0.9], [0.1, 0.1, 0.8]), (Rule.AGAINST, "surname")),
        (_with_table([0.5, 0.4, 0.1], [0.1, 0.01, 0.89]), (Rule.ORDER, "surname")),
    ],
)
def test_each_fault_is_named(broken: Fit, expected: tuple[Rule, str | None]) -> None:
    assert expected in _rules(broken)
    with pytest.raises(TrainingError) as refused:
        require(broken, ATTRIBUTES)
    assert isinstance(refused.value, LinkageError)
    assert all(reason.endswith(".") for reason in refused.value.reasons)


def test_one_attribute_that_is_everything_is_named() -> None:
    flat = [table_of([0.3, 0.3, 0.4])] * 2
    parameters = Parameters((*flat, SOUND.m[2]), (*flat, SOUND.u[2]), 0.02)
    assert (Rule.DOMINATED, "licence") in _rules(replace(FIT, parameters=parameters))


def test_a_household_class_that_is_a_part_of_the_matches_is_named() -> None:
    alike = replace(SOUND, household=SOUND.m, household_share=0.01)
    assert (Rule.HOUSEHOLD, None) in _rules(replace(FIT, parameters=alike))
    family = (SOUND.m[0], SOUND.u[1], SOUND.u[2])
    assert _rules(replace(FIT, parameters=replace(alike, household=family))) == []


def test_levels_of_another_kind_are_not_ranked() -> None:
    attributes = (Attribute("surname", NAMES, ranked=(1, 3)), *ATTRIBUTES[1:])
    assert _rules(_with_table([0.5, 0.4, 0.1], [0.1, 0.01, 0.89]), attributes) == []


def test_a_small_inversion_is_let_pass() -> None:
    nearly = _with_table([0.6, 0.3, 0.1], [0.1, 0.04, 0.86])
    assert _rules(nearly) == []
    assert (Rule.ORDER, "surname") in [(f.rule, f.attribute) for f in findings(nearly, ATTRIBUTES, Limits(slack=0.1))]


def test_pairs_without_any_structure_are_refused(draw: Callable[..., np.ndarray]) -> None:
    """Attributes of random pairs alone: EM finds two classes in noise, the guard does not believe it."""
    tables = [[0.1, 0.1, 0.8], [0.05, 0.15, 0.8], [0.02, 0.08, 0.9]]
    patterns = Patterns.of(draw(20_000, tables, 1), (4, 4, 4))
    free = Options(estimated=frozenset({PairClass.MATCH, PairClass.RANDOM}))
    assert findings(fit(patterns, first_guess(patterns, 0.05), free), ATTRIBUTES)
    assert findings(fit(patterns, first_guess(patterns, 0.05)), ATTRIBUTES)


def test_average_bits_are_those_of_the_levels() -> None:
    bits = SOUND.bits()[0]
    assert average_bits(SOUND)[0] == pytest.approx(0.9 * bits[1] + 0.05 * bits[2] + 0.05 * bits[3])
