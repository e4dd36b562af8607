"""Countries and their states or provinces under one spelling each."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from linkage.standardise.fold import fold

NORTH_AMERICA = ("CA", "US", "MX")
"""Order in which a state's code is looked up where the row's own country does not know it."""

_SYMBOLS = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Places:
    """Spellings of countries and jurisdictions.

    Args:
        countries: spelling, letters only, to ISO 3166-1 alpha-2.
        jurisdictions: country to (spelling to code); Mexican codes are ISO 3166-2's three letters, so that NL and
            BC stay Canada's alone, and FED is the Mexican federation.
    """

    countries: Mapping[str, str]
    jurisdictions: Mapping[str, Mapping[str, str]]

    @classmethod
    @cache
    def load(cls) -> Places:
        """The shipped tables. Source: ISO 3166-1 and 3166-2, with names in English, Spanish and French."""
        countries: dict[str, str] = {}
        for row in _rows("countries.csv"):
            for name in (row["code"], row["alpha3"], *row["names"].split("|")):
                countries[key(name)] = row["code"]
        jurisdictions: dict[str, dict[str, str]] = {}
        for row in _rows("jurisdictions.csv"):
            table = jurisdictions.setdefault(row["country"], {})
            for name in (row["code"], *filter(None, row["names"].split("|"))):
                table[name] = row["code"]
        return cls(countries, jurisdictions)

    def country(self, text: str | None) -> str | None:
        """ISO alpha-2 code of a country, or None where the spelling is unknown."""
        return None if text is None else self.countries.get(key(text))

    def named_country(self, text: str) -> str | None:
        """Code of a country given by its name; None for codes and for names that a state has as well."""
        is_state = any(key(text) in self.jurisdictions.get(owner, {}) for owner in NORTH_AMERICA)
        return self.country(text) if len(key(text)) > 3 and not is_state else None

    def jurisdiction(self, text: str | None, country: str | None) -> str | None:
        """Code of a state, province or federation, or None where the spelling is unknown.

        Args:
            text: a code or name, as received.
            country: the row's country, which decides spellings that several countries use.
        """
        if text is None:
            return None
        name = key(text)
        for owner in (country, *NORTH_AMERICA):
            found = self.jurisdictions.get(owner or "", {}).get(name)
            if found is not None:
                return found
        return None

    def owner(self, code: str) -> str | None:
        """Country that a jurisdiction's code belongs to."""
        return next((owner for owner in NORTH_AMERICA if code in self.jurisdictions[owner].values()), None)


def key(text: str) -> str:
    """Letters and digits of a place's name, folded."""
    return _SYMBOLS.sub("", fold(text))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("linkage.standardise") / "data" / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
