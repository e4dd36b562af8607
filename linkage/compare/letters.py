"""Texts as arrays of code points, and which of two paths compares them.

Loops over many pairs are compiled by numba where it is installed and the number of pairs is worth its start-up; the
other path, numpy and rapidfuzz, gives the same levels. Which of the two runs is a question of speed alone.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

TOLERANCE = 1e-9
"""Similarities this near to a threshold count as reaching it, so that rounding cannot part the two paths."""
COMPILED_FROM = 50_000
"""Pairs from which the compiled loops repay their loading."""
HAS_NUMBA = importlib.util.find_spec("numba") is not None


@dataclass(frozen=True)
class Letters:
    """Texts as code points.

    Args:
        points: code points of all texts, one after the other.
        offsets: where each text begins, and where the last one ends.
        masks: which letters each text holds, a bit a letter (code point modulo 64).
    """

    points: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]
    masks: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, texts: pl.Series) -> Letters:
        """The letters of each text."""
        points = np.frombuffer("".join(texts.to_list()).encode("utf-32-le"), dtype=np.uint32)
        lengths = texts.str.len_chars().to_numpy().astype(np.int64)
        masks = np.zeros(len(lengths), dtype=np.uint64)
        bits = np.uint64(1) << (points.astype(np.uint64) & np.uint64(63))
        np.bitwise_or.at(masks, np.repeat(np.arange(len(lengths)), lengths), bits)
        return cls(points, np.append(0, np.cumsum(lengths)), masks)


def is_compiled(pairs: int) -> bool:
    """Whether so many pairs are compared by the compiled loops."""
    return HAS_NUMBA and pairs >= COMPILED_FROM
