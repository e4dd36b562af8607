"""Rows of a partition in frames of bounded size, those that belong together in one of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl


def in_groups(frames: Iterator[pl.DataFrame], column: str) -> Iterator[pl.DataFrame]:
    """The frames cut so that rows with one value of the column, which stand together, are in one of them."""
    rest: pl.DataFrame | None = None
    for frame in frames:
        joined = frame if rest is None else pl.concat([rest, frame])
        is_last = joined[column] == joined[column][-1]
        whole, rest = joined.filter(~is_last), joined.filter(is_last)
        if len(whole):
            yield whole
    if rest is not None and len(rest):
        yield rest


def sizes(values: pl.Series) -> npt.NDArray[np.int64]:
    """How many of each value there are, equal ones standing together, in their order."""
    return values.rle().struct.field("len").cast(pl.Int64).to_numpy()
