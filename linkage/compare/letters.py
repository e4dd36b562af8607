"""Texts as arrays of code points, for the compiled loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

FEW = 1000
"""Texts below which plain Python is faster than starting the vectorised work."""
TOLERANCE = 1e-9
"""Similarities this near to a threshold count as reaching it, so that rounding cannot part the two paths."""


@dataclass(frozen=True)
class Letters:
    """Texts as code points.

    Args:
        points: code points of all texts, one after the other.
        offsets: where each text begins, and where the last one ends.
        masks: which letters each text holds, a bit a letter (code point modulo 64).
    """

    points: npt.NDArray[np.uint8] | npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.int64]
    masks: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, texts: pl.Series) -> Letters:
        """The letters of each text; no text is empty."""
        if len(texts) < FEW:
            few = texts.to_list()
            whole, lengths = "".join(few), np.fromiter(map(len, few), dtype=np.int64, count=len(few))
        else:
            whole, lengths = texts.str.join("").item(), texts.str.len_chars().to_numpy().astype(np.int64)
        points: npt.NDArray[np.uint8] | npt.NDArray[np.uint32]
        if whole.isascii():
            points = np.frombuffer(whole.encode("ascii"), dtype=np.uint8)
        else:
            points = np.frombuffer(whole.encode("utf-32-le"), dtype=np.uint32)
        offsets = np.append(0, np.cumsum(lengths))
        bits = np.uint64(1) << (points & np.array(63, dtype=points.dtype)).astype(np.uint64)
        masks = np.bitwise_or.reduceat(bits, offsets[:-1]) if len(texts) else np.zeros(0, dtype=np.uint64)
        return cls(points, offsets, masks)
