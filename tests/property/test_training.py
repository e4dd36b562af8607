"""Whatever the pairs: a round of EM never makes them less likely, and their order has no say."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.training.em import Options, PairClass, Sample, fit, fit_samples
from linkage.training.parameters import Parameters, first_guess, table_of
from linkage.training.patterns import Patterns

SIZES = (3, 4, 3)
rows = st.lists(st.tuples(*(st.integers(0, size - 1) for size in SIZES), st.integers(1, 500)), min_size=2, max_size=40)
options = st.builds(
    Options,
    estimated=st.frozensets(st.sampled_from(PairClass)),
    floor=st.sampled_from([1e-6, 0.01, 0.1]),
    smoothing=st.sampled_from([0.0, 0.5]),
    rounds=st.just(60),
)


def _sample(drawn: list[tuple[int, ...]]) -> Patterns:
    table = np.array(drawn)
    return Patterns.of(table[:, :-1].astype(np.int8), SIZES, table[:, -1].astype(np.float64))


def _start(patterns: Patterns, *, has_household: bool) -> Parameters:
    start = first_guess(patterns, 0.1)
    if not has_household:
        return start
    family = tuple(table_of(np.linspace(2.0, 1.0, size - 1)) for size in SIZES)
    return replace(start, household=family, household_share=0.2)


@settings(max_examples=60)
@given(parts=st.lists(rows, min_size=1, max_size=3), has_household=st.booleans(), options=options, data=st.data())
def test_the_log_likelihood_never_falls(
    parts: list[list[tuple[int, ...]]], has_household: bool, options: Options, data: st.DataObject
) -> None:
    samples = []
    for part in parts:
        patterns = _sample(part)
        shares = np.array(
            data.draw(st.lists(st.integers(0, 3), min_size=len(patterns.counts), max_size=len(patterns.counts)))
        )
        samples.append(Sample(patterns, np.floor(patterns.counts * (shares == 1) / 2), patterns.counts * (shares == 2)))
    found = fit_samples(samples, _start(samples[0].patterns, has_household=has_household), options)
    scale = max(abs(found.log_likelihood[0]), 1.0)
    assert all(after >= before - 1e-10 * scale for before, after in itertools.pairwise(found.log_likelihood))
    for table in (found.parameters.m, found.parameters.u):
        assert all(abs(shares[1:].sum() - 1) < 1e-9 and shares[0] == 1.0 for shares in table)


@settings(max_examples=40)
@given(drawn=rows, seed=st.integers(0, 1000), options=options)
def test_the_order_of_pairs_and_patterns_has_no_say(drawn: list[tuple[int, ...]], seed: int, options: Options) -> None:
    patterns = _sample(drawn)
    start = first_guess(patterns, 0.1)
    found = fit(patterns, start, options)
    order = np.random.default_rng(seed).permutation(len(patterns.counts))
    mixed = Patterns(patterns.levels[order], patterns.counts[order], SIZES)
    again = fit(mixed, start, options)
    assert again.log_likelihood == found.log_likelihood
    assert all((a == b).all() for a, b in zip(again.parameters.m, found.parameters.m, strict=True))
    pairs = np.repeat(patterns.levels, patterns.counts.astype(int), axis=0)
    shuffled = np.random.default_rng(seed).permutation(pairs)
    assert fit(Patterns.of(shuffled, SIZES), start, options).log_likelihood == found.log_likelihood
