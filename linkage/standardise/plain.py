"""Any table to the fields of a model: folded text, bare codes, ISO dates, or plain.

For tables that come without a manifest. What a column is, its name or the caller says; every distinct value is
standardised once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import polars as pl

from linkage.errors import SettingsError
from linkage.model import Field
from linkage.standardise.fold import fold

KEYS = ("key", "record", "unique_id", "record_id", "rec_id", "id")
"""Names under which a table's own key is looked for; without any, rows are numbered."""

FEW = 100
"""Rows below which plain Python is faster than starting the vectorised work."""
_DATES = (
    r"^(?<y>[0-9]{4})-(?<m>[0-9]{1,2})-(?<d>[0-9]{1,2})",
    r"^(?<y>[0-9]{4})[/.]?(?<m>[0-9]{2})[/.]?(?<d>[0-9]{2})$",
    r"^(?<d>[0-9]{1,2})[/.-](?<m>[0-9]{1,2})[/.-](?<y>[0-9]{4})$",
    r"^(?<m>[0-9]{1,2})[/.-](?<d>[0-9]{1,2})[/.-](?<y>[0-9]{4})$",
)
"""Full dates, tried in this order: with the year last, month first only where it cannot be day first."""
_PARTIAL = r"^([0-9]{4}(?:-[0-9]{2})?)$"


def plain_records(frame: pl.DataFrame, fields: Mapping[str, Field], columns: Mapping[str, str]) -> pl.DataFrame:
    """The frame's rows with `key` (text) and every field that it has a column for, in the frame's order.

    Args:
        columns: field name to column, over what the fields' usual names say; `key` may be among them.

    Raises:
        SettingsError: `columns` names a field or a column that does not exist, or a key is missing or there twice.
    """
    for name, asked in columns.items():
        if name not in fields and name != "key":
            raise SettingsError(f"the model has no field {name}; it has {', '.join(fields)}")
        if asked not in frame.columns:
            raise SettingsError(f"the table has no column {asked}")
    by_name = usual_names(frame.columns)
    chosen = {
        name: columns.get(name) or next((by_name[usual] for usual in (name, *field.names) if usual in by_name), None)
        for name, field in fields.items()
    }
    out = [_key(frame, columns.get("key"), by_name)]
    for name, column in chosen.items():
        if column and fields[name].type != "tokens":
            out.append(_standard(frame[column], fields[name].type).alias(name))
    records = pl.DataFrame(out)
    for name, field in fields.items():
        parts = [part for part in field.of if part in records.columns]
        if field.type == "tokens" and parts:
            records = records.with_columns(_tokens(parts).alias(name))
    return records


def usual_names(columns: Iterable[str]) -> dict[str, str]:
    """The columns by their names as fields are looked for."""
    return {column.lower().replace(" ", "_").replace("-", "_"): column for column in columns}


def key_column(by_name: Mapping[str, str]) -> str | None:
    """The column that is a table's own key by its name, if there is one."""
    return next((by_name[usual] for usual in KEYS if usual in by_name), None)


def _key(frame: pl.DataFrame, column: str | None, by_name: Mapping[str, str]) -> pl.Series:
    column = column or key_column(by_name)
    if column is None:
        return pl.Series("key", range(frame.height), dtype=pl.Int64).cast(pl.String)
    key = frame[column].cast(pl.String).alias("key")
    if key.null_count() or key.n_unique() != len(key):
        raise SettingsError(f"column {column} is no key: a value is missing or there twice")
    return key


def _tokens(parts: list[str]) -> pl.Expr:
    """Tokens of several fields, each once, in order of the alphabet."""
    whole = pl.concat_str([pl.col(part) for part in parts], separator=" ", ignore_nulls=True)
    tokens = whole.str.split(" ").list.unique().list.sort().list.join(" ")
    return pl.when(tokens != "").then(tokens)


def _ascii(series: pl.Series) -> pl.Series:
    """Upper-case ASCII; only values with other letters leave the vectorised path."""
    text = series.cast(pl.String)
    foreign = text.filter(text.str.len_bytes() != text.str.len_chars()).unique()
    if len(foreign):
        text = text.replace(foreign, pl.Series([fold(value) for value in foreign], dtype=pl.String))
    return text.str.to_uppercase()


def _text(series: pl.Series) -> pl.Series:
    text = _ascii(series).str.replace_all(r"['`]", "").str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    return text.set(text == "", None)


def _plain(series: pl.Series) -> pl.Series:
    """Letters folded, everything else as it stands."""
    text = _ascii(series).str.strip_chars()
    return text.set(text == "", None)


def _code(series: pl.Series) -> pl.Series:
    text = _ascii(series).str.replace_all(r"[^A-Z0-9]+", "")
    return text.set(text == "", None)


def _date(series: pl.Series) -> pl.Series:
    """ISO dates to the precision given; what is no date is missing."""
    text = series.cast(pl.String).str.strip_chars().to_frame("text")
    return text.select(
        pl.coalesce(*(_full(pattern) for pattern in _DATES), pl.col("text").str.extract(_PARTIAL))
    ).to_series()


def _full(pattern: str) -> pl.Expr:
    parts = pl.col("text").str.extract_groups(pattern)
    numbers = (parts.struct.field(name).str.zfill(width) for name, width in (("y", 4), ("m", 2), ("d", 2)))
    return pl.concat_str(*numbers, separator="-").str.to_date("%Y-%m-%d", strict=False).cast(pl.String)


_TYPES: Mapping[str, Callable[[pl.Series], pl.Series]] = {"text": _text, "code": _code, "date": _date, "plain": _plain}


def _ascii_value(value: str) -> str:
    return (value if value.isascii() else fold(value)).upper()


def _date_value(value: str) -> str | None:
    text = value.strip()
    for pattern in _DATES:
        if found := re.match(pattern.replace("(?<", "(?P<"), text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
            except ValueError:
                continue
    return text if re.match(_PARTIAL, text) else None


_VALUES: Mapping[str, Callable[[str], str | None]] = {
    "text": lambda value: re.sub(r"[^A-Z0-9]+", " ", re.sub(r"['`]", "", _ascii_value(value))).strip() or None,
    "code": lambda value: re.sub(r"[^A-Z0-9]+", "", _ascii_value(value)) or None,
    "date": _date_value,
    "plain": lambda value: _ascii_value(value).strip() or None,
}
"""The same for one value: a few rows are done before the vectorised work has started."""


def _standard(series: pl.Series, kind: str) -> pl.Series:
    if len(series) >= FEW:
        return _TYPES[kind](series)
    standard = _VALUES[kind]
    values = series.cast(pl.String).to_list()
    return pl.Series([None if value is None else standard(value) for value in values], dtype=pl.String)
