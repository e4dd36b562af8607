"""Components to identities, each component whole in one task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from linkage.ledger import Decision
from linkage.spark.groups import in_groups
from linkage.spark.pairs import Scoring

GROUPED = {"record_key": pl.String, "first": pl.String, "confidence": pl.Float64}
"""A record, the first record of its identity, and the probability that it belongs there."""


def groups_of(
    frames: Iterator[pl.DataFrame], scoring: Scoring, decisions: Sequence[Decision]
) -> Iterator[pl.DataFrame]:
    """GROUPED rows of a partition's components.

    Args:
        frames: records with `id` and the `root` of their component, ordered by root.
        decisions: those that stand.
    """
    for frame in in_groups(frames, "root"):
        records = frame.sort("id")
        labels = np.unique(records["root"].to_numpy(), return_inverse=True)[1].astype(np.int32)
        keys = records["key"]
        inside = set(keys)
        judged = [one for one in decisions if one.a in inside and one.b in inside]
        partition = scoring.engine(records.drop("id", "root")).settle(labels, judged)
        yield pl.DataFrame(
            {"record_key": keys, "first": keys.gather(partition.root), "confidence": partition.confidence},
            schema=GROUPED,
        )
