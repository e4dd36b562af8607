"""Some entities of a table that one machine does not hold, whole, so that a model can be trained on them there.

Records drawn one by one would seldom hold both sides of a match. Components of the general model's ties are drawn
whole, records that nothing ties among them; so matches stand to records as in the table, and random pairs are random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from linkage.errors import SettingsError
from linkage.model import Model
from linkage.pipeline.blocking_plan import rules_for
from linkage.pipeline.frames import FEW, for_columns
from linkage.pipeline.frequencies import frequencies
from linkage.spark.frames import Columns, Task, ddl, faultless, from_arrow, to_arrow
from linkage.spark.resolve import find
from linkage.spark.work import Work
from linkage.standardise.plain import key_column, plain_records, usual_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PARTS = 1 << 20
"""Of which a share is drawn."""


@dataclass(frozen=True)
class Sampled:
    """Records of some entities of a table.

    Args:
        records: `key` and the model's fields, ordered by key.
        total: records in the whole table.
    """

    records: pl.DataFrame
    total: int


def sample(table: DataFrame, model: Model, columns: Mapping[str, str], work: Work, most: int) -> Sampled:
    """About `most` records of whole entities, as far as the model tells them; all where the table has no more.

    Args:
        columns: field name to column, as `plain_records` takes it.

    Raises:
        SettingsError: no column is a key, or a key is missing or there twice.
    """
    fields, total = _fields(table.columns, model, columns), table.count()
    key = columns.get("key") or key_column(usual_names(table.columns))
    if key is None:
        raise SettingsError("the table has no key; say which column is: --column key=COLUMN")
    if table.select(key).dropna().distinct().count() != total:
        raise SettingsError(f"column {key} is no key: a value is missing or there twice")
    plain = work.kept("plain", lambda: table.mapInArrow(_plain_task(model, columns, fields), ddl(fields)))
    if total <= most:
        return Sampled(_collected(plain, fields), total)
    share = most / total
    few = _collected(plain.sample(fraction=share, seed=1), fields)
    restricted = for_columns(model, few)
    rough = replace(restricted, frequencies=frequencies(few, restricted, FEW), blocking=rules_for(few, restricted))
    found = find(plain, fields, rough, (), work)
    labels = found.labels.withColumnRenamed("node", "id")
    rooted = found.records.join(labels, "id", "left").selectExpr("*", "coalesce(root, id) AS entity")
    drawn = rooted.where(f"pmod(xxhash64(entity), {PARTS}) < {int(share * PARTS)}")
    return Sampled(_collected(drawn, fields), total)


def _fields(names: list[str], model: Model, columns: Mapping[str, str]) -> Columns:
    """The key and the model's fields that the table has columns for; all are text."""
    empty = plain_records(pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in names}), model.fields, columns)
    return dict.fromkeys(empty.columns, pl.String)


def _plain_task(model: Model, columns: Mapping[str, str], fields: Columns) -> Task:
    wanted, given = dict(model.fields), dict(columns)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame), "a batch was given"
                yield from to_arrow(plain_records(frame, wanted, given), fields).to_batches()

    return faultless(run)


def _collected(rows: DataFrame, fields: Columns) -> pl.DataFrame:
    return from_arrow(rows.select(*fields).toArrow(), fields).sort("key")
