"""What people's judgements of pairs add to training: pairs of known class, and a calibration of the weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import score
from linkage.model import Model
from linkage.pipeline import blocking_plan as plan
from linkage.pipeline.engine import Engine
from linkage.training import em
from linkage.training.calibrate import platt
from linkage.training.patterns import Patterns
from linkage.training.reliability import Reliability, reliability


def sample_of(levels: npt.NDArray[np.int8], sizes: tuple[int, ...], judged: npt.NDArray[np.int8]) -> em.Sample:
    """The pairs of one rule, those that people judged being of known class.

    Args:
        judged: 1 for a match, 0 for none, -1 for a pair nobody judged.
    """
    patterns = Patterns.of(levels, sizes)
    if not (judged >= 0).any():
        return em.Sample(patterns)
    return em.Sample(patterns, patterns.count(levels[judged == 1]), patterns.count(levels[judged == 0]))


def judgements(sample: plan.PairSample, keys: pl.Series, labels: pl.DataFrame | None) -> npt.NDArray[np.int8]:
    """Of each pair of the sample: 1 judged a match, 0 judged none, -1 not judged.

    Args:
        keys: record key of each position.
        labels: JUDGED_PAIR.
    """
    if labels is None:
        return np.full(len(sample.left), -1, dtype=np.int8)
    pairs = pl.DataFrame({"record_l": keys.gather(sample.left), "record_r": keys.gather(sample.right)})
    known = pairs.join(labels, on=["record_l", "record_r"], how="left", maintain_order="left")["is_match"]
    return known.cast(pl.Int8).fill_null(-1).to_numpy()


def calibrated(engine: Engine, labels: pl.DataFrame | None) -> tuple[Model, Reliability | None]:
    """The model with the calibration that the labels allow, and how far its probabilities then are from them."""
    model = engine.model
    if labels is None:
        return model, None
    place = pl.DataFrame({"key": engine.records.keys, "at": np.arange(len(engine.records), dtype=np.int32)})
    ends = labels.join(place, left_on="record_l", right_on="key").join(
        place, left_on="record_r", right_on="key", suffix="_r"
    )
    is_match = ends["is_match"].to_numpy()
    if is_match.all() or not is_match.any():
        return model, None
    weight = engine.compare(ends["at"].to_numpy(), ends["at_r"].to_numpy())[1].weight
    found = platt(weight, is_match)
    model = replace(model, slope=found.slope, intercept=found.intercept, is_calibrated=True)
    return model, reliability(score.probability(weight, model), is_match)
