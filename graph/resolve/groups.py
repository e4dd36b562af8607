"""From links between mentions to things, where some mentions can never be one thing.

A group is what links hold together. Where two of its members bar each other it falls apart: the strongest links hold
first, no link joins what is barred, and a mention that fits two barred ones equally well joins neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bars = Callable[[Ints, Ints], Mask]

LINK = {"left": pl.Int64, "right": pl.Int64, "weight": pl.Float64}
"""One link: positions of two mentions, left < right, and how strong it is."""

LARGEST = 1000
"""Members of a group beyond which no link of it is believed; a hub has joined strangers. Assumed."""


def components(size: int, links: pl.DataFrame) -> Ints:
    """Number of the component of each of `size` mentions under frame LINK."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - a fifth of a command's start
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not size:
        return np.zeros(0, np.int64)
    left, right = links["left"].to_numpy(), links["right"].to_numpy()
    matrix = coo_matrix((np.ones(len(left), np.int32), (left, right)), shape=(size, size))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def group(size: int, links: pl.DataFrame, bars: Bars) -> Ints:
    """The smallest position in the group of each mention.

    Args:
        size: number of mentions.
        links: frame LINK, each pair once.
        bars: whether the mentions at two arrays of positions can never be one thing.

    Complexity: all pairs within a component are asked for bars once.
    """
    labels = components(size, links)
    labels = np.where(
        np.bincount(labels, minlength=1)[labels] > LARGEST, labels.max(initial=0) + 1 + np.arange(size), labels
    )
    left, right = _pairs_within(labels)
    barred = bars(left, right)
    first = _first(labels)
    torn = np.unique(labels[left[barred]])
    if len(torn):
        against: dict[int, set[int]] = defaultdict(set)
        for a, b in zip(left[barred].tolist(), right[barred].tolist(), strict=True):
            against[a].add(b)
            against[b].add(a)
        inside = links.filter(pl.Series(np.isin(labels[links["left"].to_numpy()], torn)))
        members = np.flatnonzero(np.isin(labels, torn))
        first[members] = members
        for position, leader in _settle(_believed(inside.iter_rows(), against), against).items():
            first[position] = leader
    return first


def _pairs_within(labels: Ints) -> tuple[Ints, Ints]:
    rows = pl.DataFrame({"at": np.arange(len(labels)), "label": labels}).filter(pl.len().over("label") > 1)
    pairs = rows.join(rows, on="label", suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    return pairs["at"].to_numpy(), pairs["at_r"].to_numpy()


def _first(labels: Ints) -> Ints:
    first = np.full(int(labels.max(initial=-1)) + 1, len(labels), dtype=np.int64)
    np.minimum.at(first, labels, np.arange(len(labels)))
    return first[labels]


def _believed(links: Iterable[tuple[int, int, float]], against: dict[int, set[int]]) -> list[tuple[float, int, int]]:
    """Links but for those of a mention that another, barred from the first, fits as well or better; strongest first."""
    listed = list(links)
    near: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, b, weight in listed:
        near[a].append((b, weight))
        near[b].append((a, weight))

    def is_torn(here: int, there: int, weight: float) -> bool:
        return any(other in against[there] and rival >= weight for other, rival in near[here])

    kept = [(-w, a, b) for a, b, w in listed if not (is_torn(a, b, w) or is_torn(b, a, w) or b in against[a])]
    return sorted(kept)


def _settle(links: list[tuple[float, int, int]], against: dict[int, set[int]]) -> dict[int, int]:
    """Position to the smallest position of its group."""
    held: dict[int, set[int]] = {}
    for _, a, b in links:
        left, right = held.setdefault(a, {a}), held.setdefault(b, {b})
        if left is right or any(not against[member].isdisjoint(right) for member in left):
            continue
        left |= right
        for member in right:
            held[member] = left
    return {position: min(members) for position, members in held.items()}
