"""Records as arrays of integer codes, made once for all comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage.compare.names import NameCodes, encode_names
from linkage.model import Model

Ints = npt.NDArray[np.int32]

CODED = (
    "entity_type",
    "sex",
    "name_suffix",
    "curp",
    "fast_id",
    "licence",
    "licence_jurisdiction",
    "passport",
    "national_id",
    "ssn4",
    "rfc",
    "tax_id",
    "clave_elector",
    "alien_number",
    "uci",
    "email",
    "phone",
    "address_key",
    "address_near",
    "postal_code",
    "city_key",
)
SHARED = ("email", "phone", "address_key")
"""Columns whose common values stop being evidence (see `limits.sharing`)."""


@dataclass(frozen=True)
class Column:
    """One dictionary-encoded column.

    Args:
        codes: one code a record, -1 for missing.
        values: the text of each code.
    """

    codes: Ints
    values: pl.Series


@dataclass(frozen=True)
class CodedRecords:
    """Person records, ordered by key, as arrays.

    Args:
        keys: record key of each row.
        columns: coded column by name.
        dates: year, month, day of the birth date, one row a record, -1 for an unknown part; `dates_alt` likewise
            for the other reading.
        names: token codes of every reading of every name.
    """

    keys: pl.Series
    columns: Mapping[str, Column]
    dates: Ints
    dates_alt: Ints
    names: NameCodes

    def __len__(self) -> int:
        return len(self.keys)


def encode(persons: pl.DataFrame, model: Model, common: Mapping[str, frozenset[str]] | None = None) -> CodedRecords:
    """Person facts (PERSON, ordered by key) as arrays; suspect identifiers and common contacts are missing here.

    Args:
        common: values shared by too many records, a column; counted in `persons` itself where not given.
    """
    if common is None:
        common = common_values(persons, model.limits.sharing)
    suspect = pl.col("suspect")
    frame = persons.with_columns(
        *(
            pl.when(suspect.list.contains(name).fill_null(value=False)).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("curp", "rfc", "fast_id", "clave_elector", "tax_id", "national_id")
        ),
        *(
            pl.when(pl.col(name).is_in(sorted(common[name]))).then(None).otherwise(pl.col(name)).alias(name)
            for name in SHARED
        ),
    )
    return CodedRecords(
        keys=persons["key"],
        columns={name: _code(frame[name]) for name in CODED},
        dates=_date_parts(persons["birth_date"]),
        dates_alt=_date_parts(persons["birth_date_alt"]),
        names=encode_names(persons, model),
    )


def common_values(persons: pl.DataFrame, limit: int) -> dict[str, frozenset[str]]:
    """Values of each shared column that more than `limit` records hold."""
    return {
        name: frozenset(
            persons.group_by(name).len().filter((pl.col("len") > limit) & pl.col(name).is_not_null())[name].to_list()
        )
        for name in SHARED
    }


def _code(series: pl.Series) -> Column:
    frame = pl.DataFrame({"value": series.cast(pl.String)})
    values = frame["value"].drop_nulls().unique().sort()
    lookup = pl.DataFrame({"value": values, "code": np.arange(len(values), dtype=np.int32)})
    codes = frame.join(lookup, on="value", how="left", maintain_order="left")["code"].fill_null(-1)
    return Column(codes.to_numpy().astype(np.int32), values)


def _date_parts(series: pl.Series) -> Ints:
    parts = series.cast(pl.String).str.splitn("-", 3).struct.unnest()
    return np.column_stack(
        [parts[f"field_{i}"].cast(pl.Int32, strict=False).fill_null(-1).to_numpy() for i in range(3)]
    ).astype(np.int32)
