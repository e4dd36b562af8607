"""Every identifier a driver, carrier or vehicle record may carry: shape, check digit and standard form.

The facts of each identifier stand in `data/identifiers.csv`, with worked examples that are also tests.
Source: for each row a regulation, a standard or a maintained validator; its `confidence` says which (A a regulation,
standard or maintained validator, B a published secondary source, C recalled: a value is routed by it, never rejected).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from linkage.standardise import check_digits
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.standard import BLANK, Standard, malformed, placeholder, suspect, valid

_SEPARATORS = re.compile(r"[\s\-.\u2010-\u2015]+")
_USDOT = re.compile(r"^(?:US)?DOT(?:NO|NUM|NUMBER|#)?#?")
_CVOR = re.compile(r"^CVOR")
_DOCKET = re.compile(r"^([A-Z]+)0*(\d*)$")
_CATEGORIES = re.compile(r"(?<=\d)[A-F]{1,4}$")


@dataclass(frozen=True, slots=True)
class IdentifierRule:
    """One kind of identifier.

    Args:
        name: what it is called, for messages.
        country: issuer's country; "all" or several with a stroke between.
        subject: person, carrier, vehicle, equipment, address or contact.
        pattern: shape after `normalise`.
        normalise: name of the form that the pattern and the standard value are in.
        check: name of the check digit or embedded date; empty where there is none.
        valid_examples: invented numbers that hold.
        invalid_examples: invented numbers that do not, each with the reason in brackets.
    """

    name: str
    country: str
    subject: str
    pattern: re.Pattern[str]
    normalise: str
    check: str
    valid_examples: tuple[str, ...]
    invalid_examples: tuple[str, ...]


def load_rules() -> dict[str, IdentifierRule]:
    """The shipped table, by identifier."""
    text = (files("linkage.standardise") / "data" / "identifiers.csv").read_text(encoding="utf-8")
    return {
        row["id"]: IdentifierRule(
            name=row["name"],
            country=row["country"],
            subject=row["subject"],
            pattern=re.compile(row["regex"]),
            normalise=row["normalise"],
            check=row["check"],
            valid_examples=tuple(filter(None, row["valid_examples"].split("|"))),
            invalid_examples=tuple(filter(None, row["invalid_examples"].split("|"))),
        )
        for row in csv.DictReader(text.splitlines())
    }


def compact(text: str) -> str:
    """Upper-case without spaces, hyphens and dots; zeros kept."""
    return _SEPARATORS.sub("", text.upper())


def read_identifier(text: str, rule: IdentifierRule, fillers: Fillers) -> Standard:
    """The number in standard form with its state: valid, suspect, malformed or placeholder.

    Args:
        text: as received.
        rule: the kind of identifier that its column and country say it is; the shape alone never decides.
        fillers: the shipped fillers.
    """
    stripped = text.strip()
    if not stripped:
        return BLANK
    if fillers.is_filler(stripped, Column.NUMBER):
        return placeholder()
    shaped = _SHAPES[rule.normalise](stripped)
    if rule.pattern.match(shaped) is None:
        return malformed("identifier-shape", f"does not have the shape of {rule.name}")
    if not _EMBEDDED.get(rule.check, _always)(shaped):
        return malformed("identifier-date", f"holds a date that no {rule.name} can hold")
    form = _FORMS.get(rule.normalise)
    value = shaped if form is None else form(shaped)
    if not _DIGITS.get(rule.check, _always)(shaped):
        return suspect(value, "check-digit", f"fails the check digit of {rule.name}")
    return valid(value)


def _always(_shaped: str) -> bool:
    return True


def _curp_shape(text: str) -> str:
    return compact(text).replace("Ñ", "X")


def _docket_shape(text: str) -> str:
    found = _DOCKET.match(compact(text))
    return compact(text) if found is None else found[1] + found[2]


def _licence_mx_shape(text: str) -> str:
    return _CATEGORIES.sub("", compact(text))


def _postal_shape(text: str) -> str:
    return compact(text) if len(compact(text)) != 6 else f"{compact(text)[:3]} {compact(text)[3:]}"


_SHAPES: Mapping[str, Callable[[str], str]] = {
    "compact": compact,
    "curp": _curp_shape,
    "alien": compact,
    "usdot": lambda text: _USDOT.sub("", compact(text)).lstrip("0") or "0",
    "docket": _docket_shape,
    "trim": str.strip,
    "postal": _postal_shape,
    "licence_mx": _licence_mx_shape,
    "cvor": lambda text: _CVOR.sub("", compact(text)),
    "phone": str.strip,
    "vin": compact,
}
_FORMS: Mapping[str, Callable[[str], str]] = {"alien": lambda text: text.removeprefix("A").zfill(9)}
_EMBEDDED: Mapping[str, Callable[[str], bool]] = {
    "curp": lambda text: check_digits.curp_date(text) is not None,
    "rfc_person": lambda text: check_digits.embedded_date_exists(text[4:10]),
    "rfc_company": lambda text: check_digits.embedded_date_exists(text[3:9]),
    "birth6": lambda text: check_digits.embedded_date_exists(text[6:12]),
    "day_fl": lambda text: check_digits.coded_day_exists(text[9:12], days_a_month=40, female=500),
    "day_il": lambda text: check_digits.coded_day_exists(text[9:12], days_a_month=31, female=600),
}
_DIGITS: Mapping[str, Callable[[str], bool]] = {
    "curp": check_digits.curp_digit_holds,
    "rfc_person": check_digits.rfc_character_holds,
    "rfc_company": check_digits.rfc_character_holds,
    "luhn": check_digits.luhn_holds,
    "bn": lambda text: check_digits.luhn_holds(text[:9]),
    "vin": check_digits.vin_digit_holds,
    "iso6346": check_digits.iso6346_digit_holds,
}
