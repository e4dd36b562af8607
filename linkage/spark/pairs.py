"""Records of a block compared where they meet; a pair that several blocks make is compared in one of them only."""

from __future__ import annotations

import copyreg
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.model import Model
from linkage.pipeline.components import pairs_inside
from linkage.pipeline.engine import CHUNK, Engine
from linkage.spark.groups import in_groups, sizes

PAIR = {
    "left": pl.Int64,
    "right": pl.Int64,
    "record_l": pl.String,
    "record_r": pl.String,
    "match_weight": pl.Float64,
    "compared": pl.Int64,
}
"""A kept pair by ids and keys, `left < right`; or, in a row without them, how many were compared in some blocks."""
Ints = npt.NDArray[np.int64]


def _read_only(held: dict[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType(held)


copyreg.pickle(MappingProxyType, lambda view: (_read_only, (dict(view),)))  # a model is sent to every task


@dataclass(frozen=True)
class Scoring:
    """What every task that compares needs.

    Args:
        common: values shared by too many records, a column.
    """

    model: Model
    common: Mapping[str, frozenset[str]]

    def engine(self, records: pl.DataFrame) -> Engine:
        """Some records, ordered by key, ready to be compared."""
        return Engine(records, self.model, self.common, threads=1)


def pairs_of(frames: Iterator[pl.DataFrame], scoring: Scoring) -> Iterator[pl.DataFrame]:
    """PAIR rows of a partition's blocks.

    Args:
        frames: records with `id`, the `block` that they stand in there and all `blocks` that they are in, ascending;
            ordered by block and id.
    """
    for frame in in_groups(frames, "block"):
        left, right = _met_here(frame)
        records = frame.drop("block", "blocks").unique("id").sort("id")
        ids = records["id"].to_numpy()
        low, high = (np.searchsorted(ids, frame["id"].to_numpy()[side]).astype(np.int32) for side in (left, right))
        engine, compared = scoring.engine(records), 0
        for start in range(0, len(low), CHUNK):
            part = slice(start, start + CHUNK)
            met = engine.may_meet(low[part], high[part])
            compared += int(met.sum())
            kept = engine.weigh(low[part][met], high[part][met])
            yield pl.DataFrame(
                {
                    "left": ids[kept.left],
                    "right": ids[kept.right],
                    "record_l": records["key"].gather(kept.left),
                    "record_r": records["key"].gather(kept.right),
                    "match_weight": kept.weight,
                    "compared": pl.Series([None] * len(kept.left), dtype=pl.Int64),
                },
                schema=PAIR,
            )
        yield pl.DataFrame({"compared": [compared]}).select(
            pl.col(name) if name == "compared" else pl.lit(None, dtype).alias(name) for name, dtype in PAIR.items()
        )


def _met_here(frame: pl.DataFrame) -> tuple[Ints, Ints]:
    """Rows of each pair for which this is the first block that both records are in."""
    left, right = pairs_inside(sizes(frame["block"]))
    earlier = (
        frame.select(pl.int_range(pl.len()).alias("row"), "block", other="blocks")
        .explode("other")
        .filter(pl.col("other") < pl.col("block"))
    )
    pairs = pl.DataFrame({"left": left, "right": right}).with_row_index("pair")
    met_before = pairs.join(earlier.select("row", "other"), left_on="left", right_on="row").join(
        earlier, left_on=["right", "other"], right_on=["row", "other"], how="semi"
    )
    here = np.ones(len(left), dtype=np.bool_)
    here[met_before["pair"].to_numpy()] = False
    return left[here], right[here]
