"""A resolution on Spark in the place of one on this machine: the same change in, the same resolution out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from linkage import block, compare, score
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.resolve import NOTHING, Change, Previous, Resolution, Scored, concluded
from linkage.schema import PERSON, SCORED_PAIR
from linkage.spark.clusters import GROUPED
from linkage.spark.frames import Columns, from_arrow, to_arrow
from linkage.spark.pairs import PAIR
from linkage.spark.resolve import find
from linkage.spark.work import Report, Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

UPLOAD_ROWS = 200_000
"""Records handed to Spark at a time."""
PART_ROWS, MOST_PARTS = 50_000, 10_000
"""Records a task of a shuffle, and tasks at most: each fetches a piece from each before it. More records a task cost no
memory, as they come in batches."""
NAME_LETTERS = 16
LAYOUT = 2
"""Of the stages: one more whenever what they hold means something else, so that none of an earlier version is used."""
_PERSON: Columns = {"record_key": pl.String, "identity_id": pl.String}


@dataclass(frozen=True)
class SparkResolver:
    """Resolves all records from nothing on Spark.

    Args:
        folder: path or URL on a file system that all executors reach, for the stages of the work; those of one that
            was interrupted are gone on with, and all is gone once it is done.
        partitions: tasks that a shuffle is cut into; None = by the number of records.
        told: hears of each stage.
        output: path or URL under which `people` (record_key, identity_id) and `pairs` (SCORED_PAIR) are left in
            Parquet; None = nowhere.
    """

    spark: SparkSession
    folder: str
    told: Report
    partitions: int | None = None
    output: str | None = None

    def __call__(
        self,
        persons: pl.DataFrame,
        change: Change,
        previous: Previous,
        model: Model,
        report: Callable[[float], None] = lambda done: None,
    ) -> Resolution:
        """As `linkage.pipeline.resolve`."""
        if change.is_nothing:
            return NOTHING
        place = f"{self.folder}/{_name(persons, model, previous.decisions)}"
        work = Work(self.spark, place, self.partitions or self._partitions(persons.height), self.told)
        columns = _read_by(model)
        found = find(_uploaded(persons, columns, work), columns, model, previous.decisions, work)
        removed = change.removed(persons["key"])
        touched = [*persons["key"], *removed]
        scored = Scored(sorted(touched), _pairs(found.pairs, model), _compared(found.pairs))
        resolution = concluded(_groups(found.groups, persons["key"]), previous, removed, scored)
        if self.output is not None:
            _left(self.spark, resolution, self.output)
        work.drop()
        return resolution

    def _partitions(self, records: int) -> int:
        slots: int = self.spark.sparkContext.defaultParallelism
        return min(max(2 * slots, -(-records // PART_ROWS)), MOST_PARTS)


def _name(persons: pl.DataFrame, model: Model, decisions: Sequence[Decision]) -> str:
    """Equal for the same work, so that another run finds what this one finished."""
    found = hashlib.sha256(f"{LAYOUT} {model.digest}".encode())
    found.update(repr([(one.a, one.b, one.judgement) for one in decisions]).encode())
    for chunk in persons.select("key", "content").iter_slices(UPLOAD_ROWS):
        found.update(chunk.write_csv(include_header=False).encode())
    return found.hexdigest()[:NAME_LETTERS]


def _read_by(model: Model) -> Columns:
    """Columns of a person that a rule of the model reads: nothing else leaves this machine."""
    read = compare.columns_of(model) | block.columns_of(model.blocking)
    return {name: dtype for name, dtype in PERSON.columns.items() if name in read}


def _uploaded(persons: pl.DataFrame, columns: Columns, work: Work) -> DataFrame:
    """The records where all executors can read them."""
    places = []
    for number, chunk in enumerate(persons.iter_slices(UPLOAD_ROWS)):
        table = to_arrow(chunk, columns)
        work.kept(f"persons-{number}", lambda table=table: work.spark.createDataFrame(table))  # type: ignore[misc]
        places.append(work.place(f"persons-{number}"))
    return work.spark.read.parquet(*places)


def _left(spark: SparkSession, resolution: Resolution, output: str) -> None:
    identity_of = resolution.assignment.identity_of
    people = pl.DataFrame({"record_key": list(identity_of), "identity_id": list(identity_of.values())}, schema=_PERSON)
    for name, frame, columns in (("people", people, _PERSON), ("pairs", resolution.pairs, SCORED_PAIR.columns)):
        spark.createDataFrame(to_arrow(frame, columns)).write.mode("overwrite").parquet(f"{output}/{name}")


def _pairs(pairs: DataFrame, model: Model) -> pl.DataFrame:
    """SCORED_PAIR, ordered by record keys."""
    kept = ("record_l", "record_r", "match_weight")
    table = pairs.where("record_l IS NOT NULL").select(*kept).toArrow()
    frame = from_arrow(table, {name: PAIR[name] for name in kept})
    probability = score.probability(frame["match_weight"].to_numpy(), model)
    return SCORED_PAIR.conform(frame.with_columns(pl.Series("match_probability", probability))).sort(*kept[:2])


def _compared(pairs: DataFrame) -> int:
    row = pairs.selectExpr("sum(compared)").first()
    return int(row[0] or 0) if row else 0


def _groups(groups: DataFrame, keys: pl.Series) -> dict[tuple[str, ...], list[float]]:
    """Record keys of each identity with what each belongs there by; a record alone is certain of itself."""
    found = from_arrow(groups.toArrow(), GROUPED)
    joined = pl.DataFrame({"record_key": keys}).join(found, on="record_key", how="left").sort("record_key")
    rows = joined.with_columns(pl.col("first").fill_null(pl.col("record_key")), pl.col("confidence").fill_null(1.0))
    parts = rows.group_by("first", maintain_order=True).agg("record_key", "confidence")
    return {tuple(members): confidence for _, members, confidence in parts.iter_rows()}
