"""Whom gaps are put to, with what data, and who may be told whose facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from eligibility.coverage_policy import load_coverage_policy
from graph.sourced import SourcedReader, read_policy, understood
from linkage.errors import SettingsError
from linkage.schema import IDENTIFIERS

_LONG = 100_000
"""More days than any policy means."""


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
        ModelError: the file cannot be read, lacks a value or its source, has one too many, or one that cannot be.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> ExchangePolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


@understood("exchange policy")
def _of_file(path: Path | None) -> ExchangePolicy:
    reader, _ = read_policy("exchange policy", path, resources.files("eligibility") / "exchange_policy.toml")
    policy = ExchangePolicy(
        version=reader.text("version"),
        purpose=str(reader.sourced("purpose")),
        ask_again_days=reader.whole("ask_again_days", 1, _LONG),
        partners={country: _partner(country, reader) for country in reader.names("partner")},
        may_go_to={country: reader.words(f"owner.{country}.may_go_to") for country in reader.names("owner")},
        sources=reader.sources,
    )
    reader.finish()
    return policy


def _partner(country: str, reader: SourcedReader) -> Partner:
    here = f"partner.{country}"
    partner = Partner(
        country=country,
        title=str(reader.sourced(f"{here}.title")),
        sources=reader.words(f"{here}.sources"),
        record_types=reader.words(f"{here}.record_types"),
        legal_basis=str(reader.sourced(f"{here}.legal_basis")),
        identifiers=reader.words(f"{here}.identifiers"),
        answer_days=reader.whole(f"{here}.answer_days", 1, _LONG),
        chase_days=reader.whole(f"{here}.chase_days", 1, _LONG),
    )
    types = {*partner.record_types} - {*load_coverage_policy().good_for_days}
    unknown = types | ({*partner.identifiers} - {*IDENTIFIERS})
    if unknown:
        raise reader.wrong(f"partner {country} names {', '.join(sorted(unknown))}, which is not known")
    return partner
