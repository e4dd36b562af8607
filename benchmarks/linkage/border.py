"""A border world as one table of standardised person records, flat enough for engines that know no lists.

Each record keeps all columns of `linkage.schema.PERSON`; the columns of `flat` repeat them in a form that any engine
can compare. Values that more than `SHARED` records hold (a dispatcher's phone, a yard) are left out of those.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.levels import persons_of
from fixtures.world import WorldSettings, generate

SHARED = 15


def write(settings: WorldSettings, folder: Path) -> None:
    """`input/records.parquet` and `truth.parquet` (key, entity_id, group, country) of one world."""
    world = folder / "world"
    generate(settings, world)
    facts = persons_of(world, settings.today)
    (folder / "input").mkdir(parents=True, exist_ok=True)
    flat(facts.drop("entity", "group", "family")).write_parquet(folder / "input" / "records.parquet")
    truth = facts.select("key", naming_group("group"), "country", entity_id="entity")
    truth.write_parquet(folder / "truth.parquet")


def naming_group(column: str) -> pl.Expr:
    """The four groups that figures are compared between."""
    group = pl.col(column)
    return (
        pl.when(group.str.starts_with("hispanic"))
        .then(pl.lit("hispanic"))
        .when(group.is_in(["french", "punjabi"]))
        .then(group)
        .otherwise(pl.lit("other"))
        .alias(column)
    )


def flat(facts: pl.DataFrame) -> pl.DataFrame:
    """`facts` with single-valued columns beside its own, the record's name first."""
    given, surname = pl.col("name_given").str.split(" "), pl.col("name_surname").str.split(" ")
    born = pl.col("birth_date")
    return facts.select(
        pl.col("key").alias("record"),
        pl.all(),
        given1=given.list.get(0, null_on_oob=True),
        given2=given.list.get(1, null_on_oob=True),
        surname1=surname.list.get(0, null_on_oob=True),
        surname2=surname.list.get(1, null_on_oob=True),
        born=pl.when(born.str.len_chars() == 10).then(born),
        curp_valid=pl.when(~pl.col("suspect").list.contains("curp")).then(pl.col("curp")),
        own_phone=_rare("phone"),
        own_address=_rare("address_key"),
    )


def _rare(column: str) -> pl.Expr:
    return pl.when(pl.len().over(column) <= SHARED).then(pl.col(column))


def exact_join(folder: Path) -> pl.DataFrame:
    """Clusters (record, cluster) of a join on exact standardised name and birth date: how hard the world is."""
    records = pl.read_parquet(folder / "input" / "records.parquet")
    name = pl.concat_str("name_given", "name_surname", "born", separator="|")
    return records.select("record", cluster=pl.coalesce(name, pl.concat_str(pl.lit("alone:"), "record")))
