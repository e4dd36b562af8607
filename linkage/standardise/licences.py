"""Driver licences: the number as printed, who issued it, and the form two of them are compared in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from linkage.standardise.fold import to_ascii
from linkage.standardise.identifiers import IdentifierRule, compact, read_identifier
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.places import Places
from linkage.standardise.standard import BLANK, Standard, malformed, noted, placeholder, valid

FEDERAL = "FED"
"""Jurisdiction of the Mexican federal licence."""

_FOREIGN = re.compile(r"[^A-Z0-9*]+")
_CATEGORIES = re.compile(r"(?<=\d)[A-F]{1,4}$")


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence in standard form.

    Args:
        number: as printed, upper-case, without spaces, hyphens and dots; zeros kept.
        jurisdiction: code of the issuer; as received, upper-case, where the spelling is unknown.
        key: issuer and number without the zeros that spreadsheets lose; "" stands for an unknown issuer.
    """

    number: Standard
    jurisdiction: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class LicenceReader:
    """Reads licences with the shipped tables.

    Args:
        rules: identifier rules; those of licences are named by issuer.
        places: spellings of jurisdictions.
        fillers: the shipped fillers.
    """

    rules: Mapping[str, IdentifierRule]
    places: Places
    fillers: Fillers

    def issuer(self, jurisdiction: str | None, country: str | None) -> str | None:
        """Code of the issuer; the text in capitals where the spelling is unknown.

        Args:
            jurisdiction: as received.
            country: ISO alpha-2 code of the row's country.
        """
        text = "" if jurisdiction is None else jurisdiction.strip()
        if not text or self.fillers.is_filler(text, Column.TEXT):
            return None
        return self.places.jurisdiction(text, country) or to_ascii(text).upper()

    def read(self, number: str | None, issuer: str | None, country: str | None) -> Licence:
        """The licence in standard form.

        A number that does not fit what is known of its issuer is kept with a warning: formats change, and a
        derogatory record must not lose its number over one.

        Args:
            number: as received.
            issuer: code of the issuer, where it is given.
            country: ISO alpha-2 code of the row's country.
        """
        text = "" if number is None else number.strip()
        if not text:
            return Licence(BLANK, issuer, None)
        if self.fillers.is_filler(text, Column.NUMBER):
            return Licence(placeholder(), issuer, None)
        plain = _FOREIGN.sub("", to_ascii(compact(text)))
        if not plain:
            return Licence(malformed("identifier-shape", "holds no letter or digit"), issuer, None)
        federal = self.rules["MX_LFD"]
        if issuer is None and country == "MX" and federal.pattern.match(_CATEGORIES.sub("", plain)):
            issuer = FEDERAL
        return Licence(self._checked(plain, issuer), issuer, f"{issuer or ''}:{_comparable(plain, issuer)}")

    def _checked(self, plain: str, issuer: str | None) -> Standard:
        rule = self._rule(issuer)
        if rule is None or read_identifier(plain, rule, self.fillers).value is not None:
            return valid(plain)
        return noted(plain, "licence-format", f"does not have the known form of {rule.name}; kept")

    def _rule(self, issuer: str | None) -> IdentifierRule | None:
        if issuer == FEDERAL:
            return self.rules["MX_LFD"]
        return self.rules.get(f"US_CDL_{issuer}") or self.rules.get(f"CA_DL_{issuer}")


def _comparable(plain: str, issuer: str | None) -> str:
    if plain.isdigit():
        return plain.lstrip("0")
    return _CATEGORIES.sub("", plain) if issuer == FEDERAL else plain
