"""The texts by which people are known, in facts as they are kept: whose they are, and who else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import orjson
import polars as pl

from api.expunge.spotting import Spotted
from linkage.ledger import FactStore
from linkage.ledger.naming import Named
from linkage.schema import IDENTIFIERS, Kind

SHORTEST = 6
"""Letters that a text needs to be looked for in what people wrote: shorter ones stand in words of another meaning."""
_NAMES = (
    ("given_name", "surname", "second_surname"),
    ("given_name", "surname"),
    ("surname", "second_surname", "given_name"),
    ("surname", "given_name"),
    ("name_given", "name_surname"),
    ("name_surname", "name_given"),
)
_SINGLE = ("given_name", "surname", "second_surname", "name_given", "name_surname")
_LONE = (
    *("record_id", "licence_number", "phone", "email", "address", "address_key", "address_near"),
    *(name for name in IDENTIFIERS if name != "ssn4"),
)
_SAID = (*_LONE, "name", "full_name", "alias")
"""Attributes whose text as received names a person by itself."""
OF_PERSONS = (*_SINGLE, *_LONE, "name_alt", "raw", "key")


def said_by(persons: pl.DataFrame) -> set[str]:
    """Names in the orders they are written in, identifiers, phones, addresses: as received and as standardised."""
    texts = {text for values in standard(persons) for text in values}
    texts |= {text for raw in persons["raw"].drop_nulls() for text in _received(raw)}
    return {text for text in texts if len(text) >= SHORTEST and any(map(str.isalnum, text))}


def standard(persons: pl.DataFrame) -> Iterator[pl.Series]:
    """The same as standardised, column by column, each text once."""
    for parts in _NAMES:
        for separator in (" ", ", "):
            if all(part in persons.columns for part in parts):
                whole = persons.select(pl.concat_str(parts, separator=separator)).to_series()
                yield whole.drop_nulls().unique()
    if "name_alt" in persons.columns:
        also = persons["name_alt"].explode().drop_nulls().unique()
        for order in ("$1 $2", "$2 $1", "$2, $1"):
            yield also.str.replace(r"^(.*)\|(.*)$", order).str.strip_chars(" ,")
    for name in _LONE:
        if name in persons.columns:
            yield persons[name].drop_nulls().unique()


def lone_names(persons: pl.DataFrame, columns: Iterable[str] = _SINGLE) -> set[str]:
    """Each given name and surname, whole and word by word."""
    whole = {text.strip() for name in columns for text in persons[name].drop_nulls().unique()}
    return whole | {word for text in whole for word in text.split()}


def names_among(others: pl.DataFrame, names: Collection[str]) -> set[str]:
    """Those of the single names that others have, too; in lower case."""
    wanted = pl.Series(sorted({name.lower() for name in names}), dtype=pl.String).implode()
    found: set[str] = set()
    for name in _SINGLE:
        whole = others[name].drop_nulls().unique().str.to_lowercase()
        for texts in (whole.str.strip_chars(), whole.str.extract_all(r"\S+").explode()):
            found.update(texts.filter(texts.is_in(wanted).fill_null(value=False)))
    return found


def texts_among(others: pl.DataFrame, texts: Collection[str]) -> set[str]:
    """Those of the texts that other people's records hold, too, as standardised or as received; in lower case."""
    wanted = {text.lower() for text in texts}
    among = pl.Series(sorted(wanted), dtype=pl.String)
    found: set[str] = set()
    for values in standard(others):
        lower = values.str.to_lowercase()
        found.update(lower.filter(lower.is_in(among.implode())))
    raw = _with_any(others["raw"].drop_nulls(), wanted - found)
    return found | {text.lower() for one in raw for text in _received(one)} & wanted


def containing(others: Iterable[pl.Series], texts: Collection[str]) -> set[str]:
    """Longer texts of others in which one of the texts stands as whole words."""
    spotted = Spotted(texts)
    lower = {text.lower() for text in texts}
    found: set[str] = set()
    for values in others:
        held = _with_any(values, lower)
        found.update(text for text in held if text.lower() not in lower and spotted.is_in(text))
    return found


def events_of(store: FactStore, loads: Iterable[int], named: Named) -> set[str]:
    """Keys of the people's events, and of the incidents that concern nobody else."""
    loads = list(loads)
    theirs = {key for keys in _event_keys(store, loads, named.is_about(Kind.EVENT)) for key in keys}
    among = pl.Series(sorted(theirs), dtype=pl.String).implode()
    for keys in events_of_others(store, loads, named):
        theirs.difference_update(keys.filter(keys.is_in(among)))
    return theirs


def events_of_others(store: FactStore, loads: Iterable[int], named: Named) -> Iterator[pl.Series]:
    """Keys of other events and of their incidents, load by load."""
    return _event_keys(store, loads, ~named.is_about(Kind.EVENT))


def _event_keys(store: FactStore, loads: Iterable[int], whose: pl.Expr) -> Iterator[pl.Series]:
    for load in loads:
        if (rows := store.rows(load, Kind.EVENT, ["key", "incident_id", "record_key"])) is not None:
            among = rows.filter(whose)
            yield among["key"].drop_nulls()
            yield among["incident_id"].drop_nulls()


def _with_any(values: pl.Series, lower: Collection[str]) -> pl.Series:
    """Values in which one of the texts stands, as part of a word or not.

    Args:
        lower: the texts in lower case.
    """
    return values.filter(values.str.to_lowercase().str.contains_any(sorted(lower))) if lower else values.head(0)


def _received(raw: str) -> Iterator[str]:
    """What a record says in attributes that name a person by themselves."""
    for name, text in orjson.loads(raw).items():
        if name in _SAID and text is not None:
            yield str(text).strip()
