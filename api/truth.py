"""Truth files: which record is which entity, for people and for each other kind of thing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import polars as pl

from linkage.errors import SourceError
from linkage.unreadable import UNREADABLE

GROUP = "group"
ENTITY = "entity_id"


class EntityKind(StrEnum):
    """What a truth can be about."""

    PERSON = "person"
    CARRIER = "carrier"
    VEHICLE = "vehicle"
    ADDRESS = "address"


KEYS: dict[EntityKind, tuple[str, ...]] = {
    EntityKind.PERSON: ("record_id",),
    EntityKind.CARRIER: ("carrier_id",),
    EntityKind.VEHICLE: ("vin", "plate"),
    EntityKind.ADDRESS: ("record_id", "carrier_id"),
}
"""Columns that can name a mention of each kind, beside its source; each row needs one of them."""

JURISDICTION = "plate_jurisdiction"


def read_truth(path: Path, kind: EntityKind = EntityKind.PERSON) -> pl.DataFrame:
    """Truth rows as text: source, entity_id, the key columns that the file has and, where it has it, group.

    Raises:
        SourceError: the file cannot be read, lacks a column, leaves one blank, or names a record twice differently.
    """
    frame = _read(path, kind)
    keys = [name for name in KEYS[kind] if name in frame.columns]
    if not keys:
        raise SourceError(
            path, "column-missing", f"the truth needs a column {' or '.join(KEYS[kind])}", 1, KEYS[kind][0]
        )
    for name in ("source", ENTITY):
        if name not in frame.columns:
            raise SourceError(path, "column-missing", f"the truth needs a column {name}", 1, name)
        _refuse_blank(path, frame[name].fill_null("") == "", name)
    blank = frame.select(pl.all_horizontal(pl.col(name).fill_null("") == "" for name in keys)).to_series()
    _refuse_blank(path, blank, keys[0])
    more = [name for name in (GROUP, JURISDICTION) if name in frame.columns]
    frame = frame.select("source", *keys, ENTITY, *more).unique(maintain_order=True)
    doubled = frame.select(pl.struct("source", *keys, *set(more) - {GROUP}).is_duplicated()).to_series()
    if doubled.any():
        raise SourceError(
            path, "record-twice", f"{int(doubled.sum())} rows name one record with different entities or groups"
        )
    return frame


def _read(path: Path, kind: EntityKind) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise SourceError(path, "file-missing", "there is no such file") from None
    except UNREADABLE:
        wanted = f"source,{KEYS[kind][0]},{ENTITY}"
        raise SourceError(path, "not-readable", f"this is no UTF-8 CSV file of {wanted}") from None
    return frame.rename({name: name.strip().lstrip("\ufeff") for name in frame.columns})


def _refuse_blank(path: Path, blank: pl.Series, column: str) -> None:
    if blank.any():
        row = blank.arg_max() or 0
        raise SourceError(path, "value-missing", "every row needs a value here", row + 2, column)
