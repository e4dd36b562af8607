"""u probabilities from all pairs of the records, with the true matches among them taken out.

Nearly all pairs of records are no matches, so levels counted over them give u; but a rare value agrees mostly
*because* two records are one person, and the few matches then make its u a hundred times too large. Two ways:

- A level that means "equal values" is counted exactly over all pairs by how often each value occurs
  (`equal_pairs`, `exact_u`). Use it for identifiers, dates and any exact level: it has no sampling error.
- Other levels (near, fuzzy, in conflict) are counted over random pairs (`random_pairs`) and corrected by
  `without_matches`. They are common enough among random pairs for a sample to meet them.

Both need the expected matches, which need u: `learn` finds the two in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.training.patterns import Counts

Ints = npt.NDArray[np.int64]
LEAST = 1.0
"""Pairs of no match that are always believed to agree, so that no u is 0."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs that have an attribute on both sides, and those of them whose values are equal."""

    agreeing: float
    pairs: float


def equal_pairs(codes: npt.NDArray[np.integer], other: npt.NDArray[np.integer] | None = None) -> Agreement:
    """Agreement over all pairs of records, from the frequencies of the values.

    Args:
        codes: one code a record; below 0 = missing.
        other: codes, in the same coding, of the other side where two files are linked; None = pairs within one file.
    """
    mine = np.bincount(codes[codes >= 0]).astype(np.float64)
    if other is None:
        total = mine.sum()
        return Agreement(float((mine * (mine - 1)).sum() / 2), float(total * (total - 1) / 2))
    theirs = np.bincount(other[other >= 0]).astype(np.float64)
    shared = min(len(mine), len(theirs))
    return Agreement(float(mine[:shared] @ theirs[:shared]), float(mine.sum() * theirs.sum()))


def exact_u(agreement: Agreement, agreeing: float, pairs: float) -> float:
    """Chance that two random records have equal values.

    Args:
        agreeing: expected matches (and household pairs, where they are a class of their own) with equal values.
        pairs: those that have the attribute on both sides.
    """
    others = max(agreement.pairs - pairs, 1.0)
    return min(max(agreement.agreeing - agreeing, LEAST) / others, 1.0)


def without_matches(counts: Counts, expected: Counts) -> Counts:
    """Table of u from level counts of random pairs.

    Args:
        counts: pairs at each level, [0] missing.
        expected: of these, the matches (and household pairs, where they are a class of their own).
    """
    left = np.maximum(counts[1:] - expected[1:], LEAST)
    return np.append(1.0, left / left.sum())


def with_exact(table: Counts, level: int, u: float) -> Counts:
    """The table with u of one level known from elsewhere; the others share the rest as they did."""
    shares = table.copy()
    rest = np.arange(1, len(table)) != level
    shares[1:][rest] *= (1.0 - u) / shares[1:][rest].sum()
    shares[level] = u
    return shares


def random_pairs(records: int, size: int, seed: int, others: int | None = None) -> tuple[Ints, Ints]:
    """Positions of `size` distinct pairs of records, each pair as likely as any other; all pairs if there are fewer.

    Args:
        records: number of records, or of those of the left file.
        others: number of records of the right file where two files are linked; None = pairs within one file, where
            left > right.
    """
    total = records * (records - 1) // 2 if others is None else records * others
    if total <= size:
        chosen = np.arange(total, dtype=np.int64)
    else:
        chosen = np.sort(np.random.default_rng(seed).choice(total, size, replace=False))
    if others is not None:
        left, right = np.divmod(chosen, max(others, 1))
        return left, right
    left = ((1.0 + np.sqrt(1.0 + 8.0 * chosen)) / 2.0).astype(np.int64)
    # The root of a large number may fall on the wrong side of a whole one.
    left -= left * (left - 1) // 2 > chosen
    left += left * (left + 1) // 2 <= chosen
    return left, chosen - left * (left - 1) // 2
