"""m and u probabilities: how often each level of agreement is met among matches and among other pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.training.patterns import Counts, Levels, Patterns

Table = tuple[npt.NDArray[np.float64], ...]
"""One array an attribute, indexed by level: [0] is 1 (missing says nothing), [1:] are shares that add up to 1."""

FIRST_GUESS = 0.9
"""Share of matches that agree exactly before anything is known (assumed)."""


@dataclass(frozen=True)
class Parameters:
    """What training estimates.

    Args:
        m: shares of levels among matches.
        u: shares of levels among random pairs.
        prior: share of matches among the counted pairs.
        household: shares of levels among pairs of two people of one household; None = no such class.
        household_share: share of household pairs among the counted pairs.
    """

    m: Table
    u: Table
    prior: float
    household: Table | None = None
    household_share: float = 0.0

    def bits(self) -> Table:
        """log2(m/u) of each level of each attribute; 0 for missing."""
        return tuple(np.log2(m / u) for m, u in zip(self.m, self.u, strict=True))

    def weight(self, levels: Levels) -> Counts:
        """Match weight in bits (log2 odds of a match, prior included) of each row of levels.

        Args:
            levels: int8, (rows, attributes).
        """
        logs = class_logs(self, levels)
        return np.asarray((logs[0] - np.logaddexp.reduce(logs[1:], axis=0)) / np.log(2.0), dtype=np.float64)

    def probability(self, levels: Levels) -> Counts:
        """Probability of a match for each row of levels, as the model sees it."""
        return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(self.weight(levels), -60.0, 60.0))))


def class_tables(parameters: Parameters) -> list[Table]:
    """Tables of all classes: match, random, and household where there is one."""
    tables = [parameters.m, parameters.u]
    return tables if parameters.household is None else [*tables, parameters.household]


def class_shares(parameters: Parameters) -> npt.NDArray[np.float64]:
    """Shares of all classes among the counted pairs, in the order of `class_tables`; they add up to 1."""
    shares = [parameters.prior, 1.0 - parameters.prior - parameters.household_share, parameters.household_share]
    return np.array(shares if parameters.household is not None else shares[:2])


def class_logs(parameters: Parameters, levels: Levels) -> npt.NDArray[np.float64]:
    """Natural log of share times likelihood: (classes, rows)."""
    logs = np.log(class_shares(parameters))[:, None] + np.zeros((1, len(levels)))
    for place, table in enumerate(class_tables(parameters)):
        for attribute, shares in enumerate(table):
            logs[place] += np.log(shares)[levels[:, attribute]]
    return logs


def first_guess(patterns: Patterns, prior: float, u: Table | None = None) -> Parameters:
    """Parameters to start from: nine matches in ten agree exactly, each further level is half as common.

    Args:
        patterns: the pairs that will be counted.
        prior: share of matches that is expected among them.
        u: where it is known; else the shares of levels among all the pairs, since few of them are matches.
    """
    return Parameters(
        m=tuple(_falling(size) for size in patterns.sizes), u=u or tuple(observed_shares(patterns)), prior=prior
    )


def observed_shares(patterns: Patterns) -> list[npt.NDArray[np.float64]]:
    """Share of each level among the pairs that have the attribute; half a pair is added to each level."""
    tables = []
    for attribute, size in enumerate(patterns.sizes):
        table = np.asarray(np.bincount(patterns.levels[:, attribute], patterns.counts, minlength=size), np.float64)
        tables.append(table_of(table[1:] + 0.5))
    return tables


def table_of(counts: Sequence[float] | Counts) -> npt.NDArray[np.float64]:
    """Counts of the levels but for missing as one array of a `Table`."""
    shares = np.asarray(counts, dtype=np.float64)
    return np.append(1.0, shares / shares.sum())


def _falling(size: int) -> npt.NDArray[np.float64]:
    if size <= 2:
        return np.ones(size)
    tail = 0.5 ** np.arange(size - 2)
    return np.concatenate([[1.0, FIRST_GUESS], (1.0 - FIRST_GUESS) * tail / tail.sum()])
