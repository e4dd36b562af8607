"""m and u in turn: u needs the number of matches to take them out, m needs u.

Each turn takes the matches (and families) that are expected by now out of u, fits the samples under that u, and
counts the matches among all pairs of records, compared or not. Candidates alone would not do for that: they were
chosen because they agree in something, so under the u of random pairs too many of them look like matches. The number
of matches settles within a few turns.

A household class in the start is learned with the matches, or kept as it is. Files whose candidates share homes and
phones need it: with two classes only, a family is neither a random pair nor told from a match, and EM takes it for
one. It can be learned where families are as common among the samples as matches; where they are few, EM makes a kind
of match of it, which the guard refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.training.em import Fit, Options, PairClass, Sample, fit, fit_samples
from linkage.training.parameters import Parameters, Table, class_logs
from linkage.training.patterns import Patterns
from linkage.training.u import Agreement, exact_u, with_exact, without_matches

EXACT = 1
"""Level that means equal values, where an `Agreement` is given."""
TURNS = 10
SETTLED = 1e-3
"""Relative change of the expected matches within which they have settled."""


@dataclass(frozen=True)
class Evidence:
    """What there is to learn from.

    Args:
        samples: pairs that m is fitted on, one sample a blocking rule, without what the rule made agree; or one
            sample of all candidates.
        candidates: every compared pair once, nothing left out.
        random: random pairs of the records.
        equal: for each attribute the pairs with equal values, from their frequencies, where its first level means
            just that; else None.
        pairs: number of pairs of records there are, compared or not.
    """

    samples: Sequence[Sample]
    candidates: Patterns
    random: Patterns
    equal: Sequence[Agreement | None]
    pairs: float


@dataclass(frozen=True)
class Learned:
    """What was learned.

    Args:
        fit: of the samples, for the guard.
        parameters: m, u and household, with their shares among all pairs of records: the prior of two records about
            which nothing is known. Matches that no candidate reached are not in it.
        matches: expected matches among the candidates.
        turns: turns made; `settled` whether the matches did within them.
    """

    fit: Fit
    parameters: Parameters
    matches: float
    turns: int
    settled: bool


def learn(evidence: Evidence, start: Parameters, options: Options | None = None) -> Learned:
    """Learns m (and household, where the start has one) from the samples, and u from all pairs without the matches.

    Args:
        start: its u is not used. See `first_guess`.
        options: of the fits, which never estimate u; m and household both where not given. With few families the
            guard will refuse an estimated household; then keep the one in `start` fixed.

    Raises:
        TrainingError: see `fit_samples`.
    """
    options = options or Options(estimated=frozenset({PairClass.MATCH, PairClass.HOUSEHOLD}))
    options = replace(options, estimated=options.estimated - {PairClass.RANDOM})
    counting = replace(options, estimated=frozenset())
    likely, matches = start, 0.0
    expected: Table = tuple(np.zeros(size) for size in evidence.random.sizes)
    turns, settled = 0, False
    while turns < TURNS and not settled:
        begin = replace(likely, u=_u(evidence, expected), prior=start.prior, household_share=start.household_share)
        found = fit_samples(evidence.samples, begin, options)
        likely = replace(found.parameters, prior=start.prior, household_share=start.household_share)
        whole = _all_pairs(evidence, likely.u)
        counted = fit(whole, likely, counting)
        settled = abs(counted.matches - matches) <= SETTLED * max(matches, 1.0)
        matches, likely = counted.matches, counted.parameters
        expected = _expected(whole, likely)
        turns += 1
    return Learned(found, likely, matches, turns, settled)


def _all_pairs(evidence: Evidence, u: Table) -> Patterns:
    """The candidates, and every other pair of records as what two random records mostly look like."""
    candidates = evidence.candidates
    plain = np.array([1 + int(np.argmax(table[1:])) for table in u], dtype=np.int8)
    others = max(evidence.pairs - candidates.pairs, 0.0)
    return Patterns.of(np.vstack([candidates.levels, plain]), candidates.sizes, np.append(candidates.counts, others))


def _expected(patterns: Patterns, parameters: Parameters) -> Table:
    """Expected pairs of the classes other than random at each level of each attribute, all patterns together."""
    logs = class_logs(parameters, patterns.levels)
    share = np.exp(np.delete(logs, PairClass.RANDOM, axis=0) - np.logaddexp.reduce(logs, axis=0))
    pairs = share.sum(axis=0) * patterns.counts
    return tuple(
        np.asarray(np.bincount(patterns.levels[:, place], pairs, minlength=size), dtype=np.float64)
        for place, size in enumerate(patterns.sizes)
    )


def _u(evidence: Evidence, expected: Table) -> Table:
    """Table of u, given the expected pairs of other classes at each level.

    Random pairs hold as large a part of them as they are of all pairs.
    """
    tables = []
    part = evidence.random.pairs / evidence.pairs
    for place, size in enumerate(evidence.random.sizes):
        counts = np.bincount(evidence.random.levels[:, place], evidence.random.counts, minlength=size)
        others = expected[place]
        table = without_matches(np.asarray(counts, dtype=np.float64), others * part)
        agreement = evidence.equal[place]
        if agreement is not None:
            table = with_exact(table, EXACT, exact_u(agreement, float(others[EXACT]), float(others[1:].sum())))
        tables.append(table)
    return tuple(tables)
