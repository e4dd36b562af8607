"""m and u probabilities without labels: expectation-maximisation over patterns of agreement.

Attributes are taken as independent within a class of pairs; a missing attribute is left out of a pair's likelihood.
Several samples from different blocking rules are fitted together: they share m (and u), each has its own share of
matches, and each leaves out the attributes that its own rule made agree. Every sample so counts by the matches it
is expected to hold.

Source: Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969); Winkler, "Using the EM Algorithm for
Weight Computation in the Fellegi-Sunter Model of Record Linkage", ASA Section on Survey Research Methods (1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from linkage.errors import TrainingError
from linkage.training.parameters import Parameters, Table, class_shares, class_tables
from linkage.training.patterns import Counts, Levels, Patterns, encode

Floats = npt.NDArray[np.float64]
SMALLEST_SHARE = 1e-12
"""Floor of the share of a class, so that a vanishing one stays a number; the guard refuses it."""


class PairClass(IntEnum):
    """What a pair of records may be; the number is the place of its table."""

    MATCH = 0
    RANDOM = 1
    HOUSEHOLD = 2


MATCH, RANDOM, HOUSEHOLD = PairClass


@dataclass(frozen=True)
class Sample:
    """Pairs of one blocking rule, of which some may have been judged by a person.

    Judged pairs are pairs of the sample whose class is known, so that choosing them by what they look like (as
    `active` does) does not bias what is learned from all pairs together.

    Args:
        patterns: all the pairs; attributes that the rule made agree are missing (`Patterns.without`).
        matches: of each pattern's pairs, those judged to be matches; None = none.
        non_matches: those judged not to be.
    """

    patterns: Patterns
    matches: Counts | None = None
    non_matches: Counts | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to fit.

    Args:
        estimated: classes whose tables are estimated; the others stay as they start. Shares are always estimated.
        floor: smallest m or u that is estimated.
        smoothing: pairs added to each level of each estimated table; 0 gives maximum likelihood.
        rounds: most rounds of expectation and maximisation.
        tolerance: the fit has converged when no probability moves by more than this in a round.
    """

    estimated: frozenset[PairClass] = frozenset({PairClass.MATCH})
    floor: float = 1e-6
    smoothing: float = 0.0
    rounds: int = 5000
    tolerance: float = 1e-7


@dataclass(frozen=True)
class Fit:
    """What was found.

    Args:
        parameters: with the share of matches over all samples together as prior.
        rounds: rounds made.
        converged: whether the last round moved nothing by more than the tolerance.
        log_likelihood: after each round, in natural logs, smoothing included; it never falls.
        priors: share of matches in each sample.
        matches: expected matches over all samples; a pair met in two samples counts twice.
        present: of these, the ones that have each attribute: what m of the attribute rests on.
    """

    parameters: Parameters
    rounds: int
    converged: bool
    log_likelihood: tuple[float, ...]
    priors: tuple[float, ...]
    matches: float
    present: tuple[float, ...]


def fit(patterns: Patterns, start: Parameters, options: Options | None = None) -> Fit:
    """Parameters of one sample without judged pairs; see `fit_samples`."""
    return fit_samples([Sample(patterns)], start, options)


def fit_samples(samples: Sequence[Sample], start: Parameters, options: Options | None = None) -> Fit:
    """Parameters under which the samples are most likely, near `start`; the order of patterns has no say.

    Args:
        start: where to begin; see `first_guess`. A household class in it is estimated as a third class of pairs.

    Raises:
        TrainingError: a starting probability is not above 0, or more pairs of a pattern were judged than it has.

    Complexity: rounds x patterns x attributes.
    """
    options = options or Options()
    problem = _Problem([_Encoded.of(sample) for sample in samples], samples[0].patterns.sizes, options)
    state = problem.begin(start)
    likelihood: list[float] = []
    converged = False
    rounds = 0
    while rounds < options.rounds and not converged:
        following, reached = problem.round(state)
        likelihood.append(reached)
        converged = following.is_near(state, options.tolerance)
        state = following
        rounds += 1
    expected, reached = problem.expect(state)
    return problem.result(state, expected, start, (rounds, converged, (*likelihood, reached)))


@dataclass(frozen=True)
class _Encoded:
    """A sample in canonical order: levels, pairs of unknown class, judged pairs."""

    levels: Levels
    free: Counts
    matches: Counts
    non_matches: Counts

    @classmethod
    def of(cls, sample: Sample) -> _Encoded:
        patterns = sample.patterns
        order = np.argsort(encode(patterns.levels, patterns.sizes)[0], kind="stable")
        nothing = np.zeros(len(order))
        matches, others = (nothing if c is None else c[order] for c in (sample.matches, sample.non_matches))
        free = patterns.counts[order] - matches - others
        if (free < 0).any():
            raise TrainingError(("More pairs of a pattern are judged than the sample has.",))
        return cls(patterns.levels[order], free, matches, others)


@dataclass(frozen=True)
class _State:
    """Tables of all classes side by side, (classes, levels of all attributes), and shares, (samples, classes)."""

    tables: Floats
    shares: Floats

    def is_near(self, other: _State, tolerance: float) -> bool:
        moved = max(np.abs(self.tables - other.tables).max(), np.abs(self.shares - other.shares).max())
        return bool(moved <= tolerance)


class _Problem:
    """The samples as arrays ready for the rounds."""

    def __init__(self, samples: Sequence[_Encoded], sizes: tuple[int, ...], options: Options) -> None:
        self._samples = samples
        self._options = options
        self._sizes = sizes
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._index = [sample.levels + self._starts[:-1] for sample in samples]

    def begin(self, start: Parameters) -> _State:
        tables = np.stack([np.concatenate(table) for table in class_tables(start)])
        shares = class_shares(start)
        if not ((tables > 0).all() and (shares > 0).all()):
            raise TrainingError(("Every probability to start from must be above 0.",))
        for place in self._estimated(len(tables)):
            tables[place] = self._shares_of(tables[place], tables[place])
        return _State(tables, np.tile(shares, (len(self._samples), 1)))

    def round(self, state: _State) -> tuple[_State, float]:
        """The next state, and the log-likelihood of this one."""
        expected, likelihood = self.expect(state)
        tables = state.tables.copy()
        totals = self._totals(expected)
        for place in self._estimated(len(tables)):
            tables[place] = self._shares_of(totals[place] + self._options.smoothing, tables[place])
        shares = np.stack([floored(part.sum(axis=1), SMALLEST_SHARE) for part in expected])
        return _State(tables, shares), likelihood

    def expect(self, state: _State) -> tuple[list[Floats], float]:
        """Expected pairs of each class by pattern, (classes, patterns) a sample, and the log-likelihood."""
        logs = np.log(state.tables)
        expected = []
        likelihood = 0.0
        for sample, index, shares in zip(self._samples, self._index, state.shares, strict=True):
            joint = np.log(shares)[:, None] + logs[:, index].sum(axis=2)
            other = np.logaddexp.reduce(joint[RANDOM:], axis=0)
            total = np.logaddexp(joint[MATCH], other)
            pairs = sample.free * np.exp(joint - total)
            pairs[MATCH] += sample.matches
            pairs[RANDOM:] += sample.non_matches * np.exp(joint[RANDOM:] - other)
            expected.append(pairs)
            known = sample.matches * joint[MATCH] + sample.non_matches * other
            likelihood += float((sample.free * total + known).sum())
        for place in self._estimated(len(logs)):
            likelihood += self._options.smoothing * float(logs[place].sum())
        return expected, likelihood

    def result(
        self, state: _State, expected: Sequence[Floats], start: Parameters, course: tuple[int, bool, tuple[float, ...]]
    ) -> Fit:
        classes = np.sum([part.sum(axis=1) for part in expected], axis=0)
        shares = floored(np.asarray(classes, dtype=np.float64), SMALLEST_SHARE)
        totals = self._totals(expected)[MATCH]
        found = replace(start, m=self._table(state, MATCH), u=self._table(state, RANDOM), prior=float(shares[MATCH]))
        if start.household is not None:
            found = replace(found, household=self._table(state, HOUSEHOLD), household_share=float(shares[HOUSEHOLD]))
        present = (totals[self._starts[a] + 1 : self._starts[a + 1]].sum() for a in range(len(self._sizes)))
        return Fit(
            parameters=found,
            rounds=course[0],
            converged=course[1],
            log_likelihood=course[2],
            priors=tuple(float(share) for share in state.shares[:, MATCH]),
            matches=float(classes[MATCH]),
            present=tuple(float(pairs) for pairs in present),
        )

    def _estimated(self, classes: int) -> list[int]:
        """Places of the tables that are estimated."""
        return sorted(place for place in self._options.estimated if place < classes)

    def _totals(self, expected: Sequence[Floats]) -> Floats:
        """Expected pairs of each class at each level, over all samples."""
        totals = [
            [np.bincount(index.ravel(), np.repeat(row, index.shape[1]), self._starts[-1]) for row in part]
            for part, index in zip(expected, self._index, strict=True)
        ]
        return np.asarray(np.sum(totals, axis=0), dtype=np.float64)

    def _shares_of(self, totals: Floats, former: Floats) -> Floats:
        """Shares within each attribute; one without any pair keeps what it had."""
        shares = former.copy()
        for begin, end in zip(self._starts[:-1], self._starts[1:], strict=True):
            if totals[begin + 1 : end].sum() > 0:
                shares[begin + 1 : end] = floored(totals[begin + 1 : end], self._options.floor)
        return shares

    def _table(self, state: _State, place: int) -> Table:
        return tuple(np.split(state.tables[place].copy(), self._starts[1:-1]))


def floored(counts: Floats, floor: float) -> Floats:
    """The shares, none below `floor`, that make the counts most likely; so a round with a floor is still a maximum.

    Args:
        counts: not negative, at least one of them above 0.
        floor: below 1 / number of counts.
    """
    shares: Floats = counts / counts.sum()
    low = np.zeros(len(shares), dtype=np.bool_)
    while (sunk := (shares < floor) & ~low).any():
        low |= sunk
        rest = np.where(low, 0.0, counts)
        shares = np.where(low, floor, rest * (1.0 - floor * low.sum()) / rest.sum())
    return shares
