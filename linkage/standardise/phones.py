"""Phone numbers to E.164, with Mexico's old prefixes taken off.

Nearly all numbers of the three countries have one of a few shapes that are read here; only the rest asks
libphonenumber. Source: NANPA rules; the numbering change of the Mexican IFT of 3 August 2019 (mobile 1, 01, 044 and
045 are gone); ITU-T E.164.
"""

from __future__ import annotations

import re

from linkage.standardise.fold import to_ascii
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.standard import BLANK, Standard, malformed, placeholder, suspect, valid

_EXTENSION = re.compile(r"(?i)[\s,;(]*(?:extension|extn?|exts?|anexo|poste|int|x|#|;ext=)[.:\s#=]*\d{1,6}\)?\s*$")
_DIGITS = re.compile(r"\D+")
_LETTER = re.compile("[A-Za-z]")
_NANP = re.compile(r"^[2-9](?!9)\d{2}[2-9]\d{6}$")
_NANP_AREA = re.compile(r"^[2-9](?!9)\d{9}$")
_MEXICAN = re.compile(r"^[1-9]\d{9}$")
_MEXICAN_TRUNK = re.compile(r"^(?:01|044|045)(?=\d{10}$)")

_PARTIAL = malformed("phone-partial", "lacks its area code")
_SHAPE = malformed("phone-shape", "is no phone number of its country")
_LETTERS = malformed("phone-shape", "holds other text than a phone number")


def read_phone(text: str, country: str | None, fillers: Fillers) -> Standard:
    """The number in E.164 with its state.

    Args:
        text: as received; an extension is dropped.
        country: ISO alpha-2 code of the row's country, which a number without a country code is read in; without
            one, ten digits are read as North American.
        fillers: the shipped fillers.
    """
    stripped = to_ascii(text.strip())
    if not stripped:
        return BLANK
    if fillers.is_filler(stripped, Column.NUMBER):
        return placeholder()
    main = _EXTENSION.sub("", stripped)
    digits = _DIGITS.sub("", main)
    if not digits or len(_LETTER.findall(main)) > len("phone no"):
        return _LETTERS
    if len(set(digits[-10:])) == 1 and len(digits) >= 7:
        return placeholder()
    national = _without_international_prefix(main, digits)
    if national is None:
        return _of_country(digits, country, main)
    return _international(national)


def _without_international_prefix(main: str, digits: str) -> str | None:
    """Digits from the country code on, where the text says that there is one."""
    if main.lstrip("(").startswith("+"):
        return digits.removeprefix("011") if digits.startswith("01152") else digits
    if digits.startswith("011") and len(digits) > 11:
        return digits[3:]
    if digits.startswith("00") and len(digits) > 11:
        return digits[2:]
    return None


def _international(digits: str) -> Standard:
    if digits.startswith("52"):
        return _mexican(digits[2:])
    if digits.startswith("1"):
        return _north_american(digits[1:])
    return _other(f"+{digits}", None)


def _mexican(national: str) -> Standard:
    number = _MEXICAN_TRUNK.sub("", national)
    if len(number) == 11 and number.startswith("1"):
        number = number[1:]
    if _MEXICAN.match(number):
        return valid(f"+52{number}")
    return _PARTIAL if len(number) in (7, 8) else _SHAPE


def _north_american(national: str) -> Standard:
    if _NANP.match(national):
        return valid(f"+1{national}")
    if _NANP_AREA.match(national):
        return suspect(f"+1{national}", "phone-exchange", "has an exchange code that is not given out")
    return _PARTIAL if len(national) == 7 else _SHAPE


def _of_country(digits: str, country: str | None, main: str) -> Standard:
    """A number without a country code, read in the row's country."""
    if country not in (None, "US", "CA", "MX"):
        return _other(main, country)
    if len(digits) == 11 and digits.startswith("1") and _NANP.match(digits[1:]):
        return _north_american(digits[1:])
    if len(digits) in (12, 13) and digits.startswith("52"):
        return _mexican(digits[2:])
    if country == "MX" or _MEXICAN_TRUNK.match(digits):
        return _mexican(digits)
    return _north_american(digits[1:] if len(digits) == 11 and digits.startswith("1") else digits)


def _other(text: str, country: str | None) -> Standard:
    """A number of another country, by libphonenumber."""
    import phonenumbers  # noqa: PLC0415 - slow to import and seldom needed

    try:
        number = phonenumbers.parse(text, country)
        if not phonenumbers.is_valid_number(number) and not text.startswith("+"):
            # "92-42-..." in a Pakistani row: the country code without its plus.
            number = phonenumbers.parse(f"+{_DIGITS.sub('', text)}", None)
    except phonenumbers.NumberParseException:
        return _SHAPE
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if form.startswith(("+1", "+52")):
        return _international(form[1:])
    if phonenumbers.is_valid_number(number):
        return valid(form)
    if phonenumbers.is_possible_number(number):
        return suspect(form, "phone-unassigned", "has a length of its country but is not given out there")
    return _SHAPE
