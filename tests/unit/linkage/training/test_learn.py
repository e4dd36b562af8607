from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from linkage.training.em import Sample
from linkage.training.guard import Attribute, Limits, Rule, findings
from linkage.training.learn import Evidence, learn
from linkage.training.parameters import Parameters, first_guess, table_of
from linkage.training.patterns import Patterns

# given name, surname, birth date, home, licence
MATCH = [[0.85, 0.1, 0.05], [0.9, 0.1], [0.95, 0.05], [0.6, 0.4], [0.9, 0.1]]
OTHER = [[0.01, 0.02, 0.97], [0.005, 0.995], [0.0003, 0.9997], [0.0005, 0.9995], [0.00001, 0.99999]]
FAMILY = [[0.04, 0.06, 0.9], [0.9, 0.1], [0.01, 0.99], [0.8, 0.2], [0.0005, 0.9995]]
SIZES = (4, 3, 3, 3, 3)
ATTRIBUTES = tuple(
    Attribute(name, (*("missing", "exact", "near")[: size - 1], "conflict"))
    for name, size in zip(("given", "surname", "date", "home", "licence"), SIZES, strict=True)
)
RULES = {"surname": 1, "date": 2, "home": 3, "licence": 4}
MATCHES, FAMILIES, OTHERS = 4000, 3000, 2_000_000


def _evidence(draw: Callable[..., np.ndarray]) -> Evidence:
    """All pairs of a file; the candidates are those that share a surname, a birth date, a home or a licence."""
    levels = np.concatenate([draw(MATCHES, MATCH, 1, 0.1), draw(FAMILIES, FAMILY, 2, 0.1), draw(OTHERS, OTHER, 3, 0.1)])
    candidates = Patterns.of(levels[(levels[:, 1:] == 1).any(axis=1)], SIZES)
    rule = {name: Patterns.of(levels[levels[:, place] == 1], SIZES).without([place]) for name, place in RULES.items()}
    some = np.random.default_rng(4).choice(len(levels), 400_000, replace=False)
    return Evidence(
        samples=[Sample(patterns) for patterns in rule.values()],
        candidates=candidates,
        random=Patterns.of(levels[some], SIZES),
        equal=[None] * len(SIZES),
        pairs=float(len(levels)),
    )


@pytest.fixture(scope="module")
def evidence(draw: Callable[..., np.ndarray]) -> Evidence:
    return _evidence(draw)


def _family() -> tuple[np.ndarray, ...]:
    guess = [[0.1, 0.1, 0.8], [0.8, 0.2], [0.05, 0.95], [0.6, 0.4], [0.01, 0.99]]
    return tuple(table_of(shares) for shares in guess)


def _with_family(start: Parameters) -> Parameters:
    return replace(start, household=_family(), household_share=0.2)


def test_m_and_u_are_found_in_turn(evidence: Evidence) -> None:
    found = learn(evidence, _with_family(first_guess(evidence.random, 0.2)))
    assert found.settled
    assert found.matches == pytest.approx(MATCHES, rel=0.03)
    assert found.parameters.prior == pytest.approx(MATCHES / evidence.pairs, rel=0.03)
    for place, shares in enumerate(MATCH):
        assert found.parameters.m[place][1:] == pytest.approx(shares, abs=0.03)
    # Neither matches nor families bend u; a fifth of the pairs were sampled for it.
    for place in range(4):
        assert abs(np.log2(found.parameters.u[place][1] / OTHER[place][0])) < 0.25
    limits = Limits(largest_prior=1.0)
    assert findings(found.fit, ATTRIBUTES, limits) == []


def test_siblings_are_no_match_where_households_are_a_class(evidence: Evidence) -> None:
    start = first_guess(evidence.random, 0.2)
    siblings = np.array([[3, 1, 2, 1, 0]], dtype=np.int8)
    with_class, without = learn(evidence, _with_family(start)), learn(evidence, start)
    assert with_class.parameters.weight(siblings)[0] < -4
    assert without.parameters.weight(siblings)[0] > 0
    assert without.matches > 1.4 * MATCHES


def test_candidates_taken_for_one_sample_are_refused(evidence: Evidence) -> None:
    """They were chosen for agreeing in something, so under the u of random pairs all of them look like matches."""
    whole = replace(evidence, samples=[Sample(evidence.candidates)])
    found = learn(whole, first_guess(evidence.random, 0.2))
    assert Rule.PRIOR in [finding.rule for finding in findings(found.fit, ATTRIBUTES, Limits(largest_prior=0.99))]
