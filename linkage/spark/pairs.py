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
from linkage.spark.entries import home_of
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
        frames: records with `id`, the `home` for whose blocks they are there, and all `blocks` that they are in up to
            those; ordered by home and id.
    """
    for frame in in_groups(frames, "home"):
        left, right = _met_here(frame.select("home", "blocks"))
        records = frame.drop("home", "blocks").unique("id").sort("id")
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
    """Rows of each pair that is in a block here, and in none of an earlier home."""
    held = frame.select(pl.int_range(pl.len()).alias("row"), "home", block="blocks").explode("block")
    is_here = home_of(pl.col("block")) == pl.col("home")
    here, earlier = held.filter(is_here).sort("block", "row"), held.filter(~is_here).select("row", "block")
    rows = here["row"].to_numpy()
    left, right = (rows[side] for side in pairs_inside(sizes(here["block"])))
    pairs = pl.DataFrame({"left": left, "right": right}).unique().sort("left", "right").with_row_index("pair")
    met_before = pairs.join(earlier, left_on="left", right_on="row").join(
        earlier, left_on=["right", "block"], right_on=["row", "block"], how="semi"
    )
    met = pairs.join(met_before, on="pair", how="anti", maintain_order="left")
    return met["left"].to_numpy(), met["right"].to_numpy()
