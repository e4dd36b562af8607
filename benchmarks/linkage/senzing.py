"""The Senzing truth set as one flat table: the columns of its three files, with the first value of each attribute.

`raw` columns stay as received; the peers get names, dates, phones and addresses in one spelling each.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

SOURCE = Path(__file__).resolve().parents[2] / "fixtures" / "senzing_truthset"
FILES = ("customers.csv", "reference.csv", "watchlist.csv")


def write(folder: Path) -> None:
    """`input/records.parquet` and `truth.parquet`."""
    (folder / "input").mkdir(parents=True, exist_ok=True)
    frames = [pl.read_csv(SOURCE / name, infer_schema=False) for name in FILES]
    flat(pl.concat(frames, how="diagonal")).write_parquet(folder / "input" / "records.parquet")
    truth = pl.read_csv(SOURCE / "truth.csv", infer_schema=False)
    keys = truth.select(key=pl.concat_str("source", "record_id", separator="/"), entity_id="entity_id")
    keys.write_parquet(folder / "truth.parquet")


def flat(raw: pl.DataFrame) -> pl.DataFrame:
    """One row a record: record, name, given, surname, dob, phone, email, address, postcode, identifier."""
    parts = pl.concat_str("PRIMARY_NAME_FIRST", "PRIMARY_NAME_LAST", separator=" ", ignore_nulls=True)
    names = pl.coalesce("PRIMARY_NAME_FULL", "PRIMARY_NAME_ORG", _given(parts), "NATIVE_NAME_FULL")
    name = names.str.to_lowercase()
    words = name.str.extract_all(r"\w+")
    lines = pl.concat_str("ADDR_LINE1", "ADDR_CITY", "ADDR_STATE", separator=" ", ignore_nulls=True)
    identifiers = ("PASSPORT_NUMBER", "DRIVERS_LICENSE_NUMBER", "NATIONAL_ID_NUMBER", "TAX_ID_NUMBER", "LEI_NUMBER")
    born = pl.col("DATE_OF_BIRTH")
    return raw.select(
        pl.concat_str("DATA_SOURCE", "RECORD_ID", separator="/").alias("record"),
        pl.all(),
        name=words.list.join(" "),
        given=pl.coalesce(pl.col("PRIMARY_NAME_FIRST").str.to_lowercase(), words.list.first()),
        surname=pl.coalesce(pl.col("PRIMARY_NAME_LAST").str.to_lowercase(), words.list.last()),
        dob=pl.coalesce(born.str.to_date(form, strict=False) for form in ("%m/%d/%Y", "%Y-%m-%d")).cast(pl.String),
        phone=pl.col("PHONE_NUMBER").str.replace_all(r"\D", "").str.tail(10),
        email=pl.col("EMAIL_ADDRESS").str.to_lowercase(),
        address=_given(pl.coalesce("ADDR_FULL", lines).str.to_lowercase().str.extract_all(r"\w+").list.join(" ")),
        postcode=pl.col("ADDR_POSTAL_CODE"),
        identifier=pl.coalesce(*identifiers),
    )


def _given(text: pl.Expr) -> pl.Expr:
    """The text, null where it is empty."""
    return pl.when(text != "").then(text)
