"""What happens to the ties of a partition while connected components are found.

Source: Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii 2014, "Connected Components in MapReduce and Beyond":
large-star and small-star in turn until nothing changes, which takes O(log^2 n) rounds and in practice a few. Ties of
one partition are first replaced by stars of their own components, which saves most of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from linkage import cluster
from linkage.spark.groups import in_groups

TIE = {"node": pl.Int64, "other": pl.Int64}


def stars_of(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The ties of a partition as stars: each node of a component with the smallest one."""
    ties = pl.concat([pl.DataFrame(schema=TIE), *frames])
    nodes, place = np.unique(np.concatenate([ties["node"].to_numpy(), ties["other"].to_numpy()]), return_inverse=True)
    left, right = place[: len(ties)].astype(np.int32), place[len(ties) :].astype(np.int32)
    labels = cluster.components(len(nodes), left, right)
    # Nodes are ordered, so the first of each component is its smallest.
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    stars = pl.DataFrame({"node": nodes, "other": nodes[first][label]}, schema=TIE)
    yield stars.filter(pl.col("node") != pl.col("other"))


def large_star(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Larger neighbours of each node are tied to the smallest of its neighbours and itself.

    Args:
        frames: ties both ways round, by node.
    """
    for frame in in_groups(frames, "node"):
        smallest = pl.min_horizontal(pl.col("other").min().over("node"), "node")
        larger = frame.with_columns(smallest=smallest).filter(pl.col("other") > pl.col("node"))
        yield larger.select(node="other", other="smallest").unique()


def small_star(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Each node and its smaller neighbours are tied to the smallest of these.

    Args:
        frames: ties from larger to smaller nodes, by node.
    """
    for frame in in_groups(frames, "node"):
        tied = frame.with_columns(smallest=pl.col("other").min().over("node"))
        others = tied.select(node="other", other="smallest").filter(pl.col("node") != pl.col("other"))
        yield pl.concat([others, tied.select("node", other="smallest")]).unique()
