"""Records of this project's own sources as one table of standardised values, flat for engines that know no lists.

Each record keeps what `linkage.schema.PERSON` says of a person; the columns that `flat` adds repeat some of it in a
form that any engine can compare. A phone or address of more than `SHARED` records (a dispatcher's, a yard's) is left
out of those. Every engine gets exactly these records.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from api.intake import intake
from benchmarks.levels import persons_of
from fixtures.world import WorldSettings, generate
from linkage.schema import FACT, PERSON, Kind
from linkage.sources import ReadOptions, load_manifest

SHARED = 15
_SENZING = Path(__file__).resolve().parents[2] / "fixtures" / "senzing_truthset"
_SENZING_DAY = date(2024, 1, 1)
_BOOKKEEPING = [name for name in (*FACT, "record_id") if name != "source"]


def write_border(settings: WorldSettings, folder: Path) -> None:
    """`input/records.parquet` and `truth.parquet` (key, entity_id, group, country) of one border world."""
    world = folder / "world"
    generate(settings, world)
    facts = persons_of(world, settings.today)
    flat(facts.drop("entity", "group", "family")).write_parquet(folder / "input" / "records.parquet")
    truth = facts.select("key", naming_group("group"), "country", entity_id="entity")
    truth.write_parquet(folder / "truth.parquet")


def write_senzing(folder: Path) -> None:
    """The same of the Senzing truth set, without groups."""
    manifest = load_manifest("senzing")
    files = [_SENZING / f"{name}.csv" for name in ("customers", "reference", "watchlist")]
    found = [intake(path, manifest, ReadOptions(), (number, _SENZING_DAY)) for number, path in enumerate(files)]
    facts = pl.concat([file.facts[Kind.PERSON] for file in found])
    flat(PERSON.conform(facts)).write_parquet(folder / "input" / "records.parquet")
    truth = pl.read_csv(_SENZING / "truth.csv", infer_schema=False)
    keys = truth.select(key=pl.concat_str("source", "record_id", separator="/"), entity_id="entity_id")
    keys.write_parquet(folder / "truth.parquet")


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
    """`facts` under the record's name, without bookkeeping, single-valued columns beside its own."""
    given, surname = pl.col("name_given").str.split(" "), pl.col("name_surname").str.split(" ")
    born = pl.col("birth_date")
    return facts.select(
        pl.col("key").alias("record"),
        pl.exclude(_BOOKKEEPING),
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
