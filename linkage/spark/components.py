"""Connected components of more ties than one machine holds: rounds of stars, see `linkage.spark.stars`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import polars as pl

from linkage.spark.frames import ddl, task
from linkage.spark.stars import TIE, large_star, small_star, stars_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from linkage.spark.work import Work


def components(ties: DataFrame, work: Work, name: str) -> DataFrame:
    """`node` and `root` (bigint), the smallest node of its component, for every node that is not that itself.

    Args:
        ties: TIE rows; which end is which is of no meaning.
        work: keeps each round.
        name: of these components, among those that the work keeps.
    """
    stars = work.kept(f"{name}-0", lambda: ties.mapInArrow(task(stars_of, TIE, TIE), ddl(TIE)).distinct())
    mark = _mark(stars)
    for number in count(1):
        stars = work.kept(f"{name}-{number}", lambda before=stars: _round(before, work.partitions))  # type: ignore[misc]
        former, mark = mark, _mark(stars)
        if mark == former:
            break
    return stars.withColumnRenamed("other", "root")


def _round(stars: DataFrame, partitions: int) -> DataFrame:
    each_way = stars.union(stars.selectExpr("other AS node", "node AS other"))
    large = _by_node(each_way, large_star, partitions)
    return _by_node(large, small_star, partitions).distinct()


def _by_node(
    ties: DataFrame, star: Callable[[Iterator[pl.DataFrame]], Iterator[pl.DataFrame]], partitions: int
) -> DataFrame:
    grouped = ties.repartition(partitions, "node").sortWithinPartitions("node")
    return grouped.mapInArrow(task(star, TIE, TIE), ddl(TIE))


def _mark(ties: DataFrame) -> tuple[int, int | None]:
    """Equal for equal sets of ties, and in practice for no others."""
    row = ties.selectExpr("count(*)", "bit_xor(xxhash64(node, other))").first()
    assert row is not None, "an aggregate has a row"
    return int(row[0]), row[1]
