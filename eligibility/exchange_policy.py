"""Whom gaps are put to, with what data, and who may be told whose facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from eligibility.coverage_policy import load_coverage_policy, sourced
from linkage.errors import ModelError, SettingsError
from linkage.schema import IDENTIFIERS


@dataclass(frozen=True, slots=True)
class Partner:
    """One country's side of the exchange.

    Args:
        country: whose records it keeps.
        title: its name.
        sources: what its answers may give as their source.
        record_types: what it may be asked for.
        legal_basis: under which it is asked.
        identifiers: of which the first known one goes out.
        answer_days: days it has to answer.
        chase_days: days it has after it was chased.
    """

    country: str
    title: str
    sources: tuple[str, ...]
    record_types: tuple[str, ...]
    legal_basis: str
    identifiers: tuple[str, ...]
    answer_days: int
    chase_days: int


@dataclass(frozen=True, slots=True)
class ExchangePolicy:
    """The rules of exchange.

    Args:
        version: as the file states it.
        purpose: what data are asked for and sent for.
        ask_again_days: days before a partner who refused or knew nothing is asked the same again.
        partners: by country.
        may_go_to: countries that facts may be passed on to, by the country that owns them.
        sources: where each value comes from.
    """

    version: str
    purpose: str
    ask_again_days: int
    partners: Mapping[str, Partner]
    may_go_to: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]

    def partner(self, country: str) -> Partner:
        """The partner of a country.

        Raises:
            SettingsError: there is none.
        """
        if country not in self.partners:
            raise SettingsError(f"--partner: give one of {', '.join(self.partners)}")
        return self.partners[country]


def load_exchange_policy(path: Path | None = None) -> ExchangePolicy:
    """The policy of a file, the shipped one by default.

    Raises:
        ModelError: the file cannot be read, an entry has no value or no source, or a value cannot be.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> ExchangePolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


def _of_file(path: Path | None) -> ExchangePolicy:
    try:
        shipped = resources.files("eligibility") / "exchange_policy.toml"
        document = tomllib.loads(path.read_text("utf-8") if path else shipped.read_text("utf-8"))
        sources: dict[str, str] = {}
        top = {name: _read(document, name, name, sources) for name in ("purpose", "ask_again_days")}
        partners = {
            country: _partner(country, {key: _read(entry, key, f"{country}.{key}", sources) for key in entry})
            for country, entry in document["partner"].items()
        }
        owners = {
            country: tuple(_read(entry, "may_go_to", f"{country}.may_go_to", sources))
            for country, entry in document["owner"].items()
        }
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"exchange policy {path}: {error}") from error
    version = str(document.get("version", ""))
    return ExchangePolicy(version, top["purpose"], _days(top["ask_again_days"]), partners, owners, sources)


def _read(table: Mapping[str, Any], key: str, name: str, sources: dict[str, str]) -> Any:
    value = sourced(table[key], name)
    sources[name] = table[key]["source"]
    return value


def _partner(country: str, values: Mapping[str, Any]) -> Partner:
    partner = Partner(
        country=country,
        title=values["title"],
        sources=tuple(values["sources"]),
        record_types=tuple(values["record_types"]),
        legal_basis=values["legal_basis"],
        identifiers=tuple(values["identifiers"]),
        answer_days=_days(values["answer_days"]),
        chase_days=_days(values["chase_days"]),
    )
    surplus = {*values} - {field.name for field in fields(Partner)}
    types = {*partner.record_types} - {*load_coverage_policy().good_for_days}
    unknown = surplus | types | ({*partner.identifiers} - {*IDENTIFIERS})
    if unknown:
        raise ModelError(f"exchange policy: partner {country} names {', '.join(sorted(unknown))}, which is not known")
    return partner


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ModelError("exchange policy: days must be whole and above 0")
    return value
