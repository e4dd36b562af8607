"""Identifiers of people whose issuer, or whose secrecy, needs more than a shape.

A full social security number and a Canadian SIN never leave this module: the value keeps four digits or nothing, and
`mask` gives the text that may be stored as received.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from linkage.standardise.check_digits import luhn_holds
from linkage.standardise.fold import to_ascii
from linkage.standardise.identifiers import IdentifierRule, compact, read_identifier
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.places import Places
from linkage.standardise.standard import BLANK, Standard, malformed, noted, placeholder, suspect, valid

PASSID_DIGITS = 9
_SHORTEST_PASSID = 7
_SYMBOLS = re.compile(r"[^A-Z0-9]+")
_SSN = re.compile(r"^\D*\d{3}[\s\-.]?\d{2}[\s\-.]?\d{4}\D*$")
_SSN_GROUPED = re.compile(r"^\D*\d{3}[\s\-.]\d{2}[\s\-.]\d{4}\D*$")
_EMPLOYER = re.compile(r"^\s*\d{2}-\d{7}\s*$")
_PASSPORT = re.compile(r"^(?=(?:[A-Z]*\d){5})[A-Z0-9]{6,12}$")


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads identity documents with the shipped tables.

    Args:
        rules: identifier rules.
        places: spellings of countries.
        fillers: the shipped fillers.
    """

    rules: Mapping[str, IdentifierRule]
    places: Places
    fillers: Fillers

    def fast_id(self, text: str) -> Standard:
        """The nine-digit PASSID; a shorter one, whose zeros a spreadsheet lost, is filled up and suspect."""
        digits = compact(text.strip())
        if digits.isdigit() and _SHORTEST_PASSID <= len(digits) < PASSID_DIGITS and digits.strip("0"):
            return suspect(digits.zfill(PASSID_DIGITS), "leading-zeros-lost", "has fewer than nine digits")
        return read_identifier(text, self.rules["TTP_PASSID"], self.fillers)

    def rfc(self, text: str) -> Standard:
        """An RFC of a person or, with twelve characters, of a company."""
        rule = "MX_RFC_PM" if len(compact(text.strip())) == 12 else "MX_RFC_PF"
        return read_identifier(text, self.rules[rule], self.fillers)

    def passport(self, number: str | None, country: str | None) -> Standard:
        """Country, colon and number; a form that is not the country's known one is kept with a warning.

        Old books, refugee documents and lost zeros have such forms, and holding two passports is normal, so that
        the number stays evidence where it agrees and says nothing where it differs.
        """
        text = self._number(number)
        if isinstance(text, Standard):
            return text
        issuer = self.places.country(country) or _SYMBOLS.sub("", to_ascii(country or "").upper())
        keyed = f"{issuer}:{text}"
        rule = self.rules.get(f"{issuer}_PASSPORT")
        if rule is not None and rule.pattern.match(text):
            return valid(keyed)
        if _PASSPORT.match(text) is None:
            return malformed("identifier-shape", "does not have the shape of a passport number")
        if rule is None:
            return valid(keyed)
        return noted(keyed, "passport-format", f"does not have the known form of {rule.name}; kept")

    def national_id(self, number: str | None, country: str | None) -> Standard:
        """Country, colon and number; nothing before the colon where the country is not given."""
        text = self._number(number)
        if isinstance(text, Standard):
            return text
        issuer = self.places.country(country) or _SYMBOLS.sub("", to_ascii(country or "").upper())
        return valid(f"{issuer}:{text}")

    def tax_id(self, number: str | None, country: str | None) -> Standard:
        """The number, letters and digits only, whatever the country: a company's number is one everywhere."""
        text = self._number(number)
        return text if isinstance(text, Standard) else valid(text)

    def ssn4(self, text: str) -> Standard:
        """The last four digits; a longer number is cut down to them and warned about."""
        stripped = text.strip()
        if not stripped:
            return BLANK
        if self.fillers.is_filler(stripped, Column.NUMBER):
            return placeholder()
        digits = re.sub(r"\D", "", stripped)
        if _SSN.match(stripped) is None and len(digits) != 4:
            return malformed("identifier-shape", "is no social security number and not the last four digits of one")
        four = digits[-4:]
        if self.rules["US_SSN4"].pattern.match(four) is None:
            return malformed("identifier-shape", "ends in four digits that were never issued")
        if len(digits) == 4:
            return valid(four)
        return noted(four, "full-ssn", "a whole social security number; only its last four digits were kept")

    def _number(self, number: str | None) -> str | Standard:
        text = "" if number is None else number.strip()
        if not text:
            return BLANK
        if self.fillers.is_filler(text, Column.NUMBER):
            return placeholder()
        plain = _SYMBOLS.sub("", to_ascii(text).upper())
        return plain or malformed("identifier-shape", "holds no letter or digit")


def is_barred(number: str, country: str | None, *, is_person: bool) -> bool:
    """Whether a national or tax number is a US social security number or a Canadian SIN.

    Args:
        number: as received.
        country: ISO alpha-2 code of the number's country.
        is_person: nine digits of a company are its own tax number.
    """
    digits = re.sub(r"\D", "", number)
    if len(digits) != 9 or any(character.isalpha() for character in number):
        return False
    if _SSN_GROUPED.match(number):
        return True
    if not is_person or _EMPLOYER.match(number):
        return False
    return country == "US" or (country == "CA" and luhn_holds(digits))


def mask(text: str) -> str:
    """The text with all but its last four digits hidden; four digits alone stay as they are."""
    digits = re.sub(r"\D", "", text)
    if len(digits) <= 4:
        return text
    return "*****" + digits[-4:]


def read_email(text: str, fillers: Fillers) -> Standard:
    """The address alone, lower-case; a display name around it is dropped."""
    stripped = text.strip()
    if not stripped:
        return BLANK
    if fillers.is_filler(stripped, Column.TEXT):
        return placeholder()
    found = _EMAIL.search(stripped.lower())
    if found is None:
        return malformed("email-shape", "holds no e-mail address")
    if found[1] in _NO_MAILBOX:
        return placeholder()
    return valid(found[0])


_EMAIL = re.compile(r"([\w.!#$%&'*+/=?^`{|}~\-]+)@(?:[\w\-]+\.)+[\w\-]{2,}")
_NO_MAILBOX = frozenset(
    {
        *("none", "noemail", "no-email", "nomail", "noreply", "no-reply", "na", "null", "unknown"),
        *("sincorreo", "sin-correo", "notiene", "noaplica"),
    }
)
_DISPLAY_NAME = re.compile(r"^\s*\"?([^<\"@]+?)\"?\s*<[^<>]+>")


def display_name(text: str) -> str | None:
    """The name in front of an address in angle brackets, which is one more spelling of the holder's name."""
    found = _DISPLAY_NAME.match(text)
    return None if found is None else found[1].strip() or None
