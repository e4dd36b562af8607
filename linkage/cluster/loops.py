"""Average linkage of many components, compiled by numba; the twin of `linkage.partition`, pair by pair the same."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def best_groups(total, pairs, barred, torn, alive, cut):
    """The two groups that fit best and may be joined; (-1, -1) for none. Ties go to the first in row order."""
    found, first, second = -np.inf, -1, -1
    for i in range(len(alive)):
        if not alive[i]:
            continue
        for j in range(i + 1, len(alive)):
            if alive[j] and not barred[i, j] and not torn[i, j]:
                average = total[i, j] / max(pairs[i, j], 1.0)
                if average >= cut and average > found:
                    found, first, second = average, i, j
    return first, second


@njit(cache=True, nogil=True)
def rival_of(total, pairs, barred, alive, first, second, rules):
    """One of the two with a third group that fits it nearly as well though it contradicts the other; or (-1, -1)."""
    cut, margin, apart = rules
    reached = total[first, second] / max(pairs[first, second], 1.0)
    for torn, other in ((first, second), (second, first)):
        best, place = -np.inf, -1
        for k in range(len(alive)):
            if not alive[k] or k == first or k == second or barred[torn, k]:
                continue
            fit = total[torn, k] / max(pairs[torn, k], 1.0)
            if fit < cut or fit < reached - margin or fit <= best:
                continue
            if barred[other, k] or total[other, k] / max(pairs[other, k], 1.0) < apart:
                best, place = fit, k
        if place >= 0:
            return torn, place
    return -1, -1


@njit(cache=True, nogil=True)
def join_groups(total, pairs, barred, torn, alive, i, j):
    """Group j is part of group i."""
    alive[j] = False
    for k in range(len(alive)):
        if k != i:
            total[i, k] += total[j, k]
            pairs[i, k] += pairs[j, k]
            barred[i, k] = barred[i, k] or barred[j, k]
            torn[i, k] = torn[i, k] or torn[j, k]
            total[k, i], pairs[k, i] = total[i, k], pairs[i, k]
            barred[k, i], torn[k, i] = barred[i, k], torn[i, k]


@njit(cache=True, nogil=True)
def agglomerate(weights, size, bar, clip, rules, root):
    """Place of the first record of each record's group, for one component.

    Args:
        weights: of its pairs, the upper triangle in row order; NaN where a pair says nothing, `bar` or less for a bar.
        rules: cut, margin, apart.
    """
    total = np.zeros((size, size))
    pairs = np.zeros((size, size))
    barred = np.zeros((size, size), np.bool_)
    torn = np.zeros((size, size), np.bool_)
    alive = np.ones(size, np.bool_)
    at = 0
    for i in range(size):
        root[i] = i
        for j in range(i + 1, size):
            if not np.isnan(weights[at]):
                total[i, j] = total[j, i] = min(max(weights[at], -clip), clip)
                pairs[i, j] = pairs[j, i] = 1.0
                barred[i, j] = barred[j, i] = weights[at] <= bar
            at += 1
    while True:
        first, second = best_groups(total, pairs, barred, torn, alive, rules[0])
        if first < 0:
            return
        whose, other = rival_of(total, pairs, barred, alive, first, second, rules)
        if whose < 0:
            join_groups(total, pairs, barred, torn, alive, first, second)
            for k in range(size):
                if root[k] == second:
                    root[k] = first
        else:
            torn[first, second] = torn[second, first] = True
            torn[whose, other] = torn[other, whose] = True


@njit(cache=True, nogil=True)
def settle(weights, starts, first, chosen, bar, clip, rules, root, average):
    """Groups of the chosen components, and what each record's pairs inside its group say on average.

    Args:
        starts: where each component's pairs begin in `weights`; `first` likewise for its members.
        root: place, among all members, of the first record of each one's group; `average` in bits.
    """
    for number in chosen:
        size = first[number + 1] - first[number]
        own = weights[starts[number] : starts[number + 1]]
        place = np.zeros(size, np.int64)
        agglomerate(own, size, bar, clip, rules, place)
        said = np.zeros(size)
        count = np.zeros(size)
        at = 0
        for i in range(size):
            root[first[number] + i] = first[number] + place[i]
            for j in range(i + 1, size):
                if place[i] == place[j] and not np.isnan(own[at]):
                    weight = min(max(own[at], -clip), clip)
                    said[i] += weight
                    said[j] += weight
                    count[i] += 1
                    count[j] += 1
                at += 1
        for i in range(size):
            average[first[number] + i] = said[i] / max(count[i], 1.0)
