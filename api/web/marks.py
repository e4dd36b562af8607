"""How values look on a page: names as recorded, dates written out, figures with their band. All of it is escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date, format_timedelta
from markupsafe import Markup, escape

_NAME = Markup('<bdi translate="no">{}</bdi>')
_CODE = Markup('<span class="control-code">U+{:04X}</span>')
_TIME = Markup('<time datetime="{}">{}</time>')
_CITED = Markup('<a href="#{}">{}</a>')
_EVIDENCE = re.compile(r"(?<![\w+&#])E[1-9][0-9]{0,2}(?!\w)", re.ASCII)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
"""Categories of Unicode that cannot be seen, or not everywhere, or not be sent."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MASKED = re.compile(r"(?:([A-Z]{2,12}):)?…(.*)#[0-9a-z]+", re.DOTALL)
_CERTAINTY = ((0.99, "certain"), (0.95, "very_likely"), (0.8, "likely"), (0.0, "possible"))
_BAND_BARS = {"routine": 1, "look": 2, "look first": 3}


def name(text: str | None) -> Markup:
    """A name as its source wrote it, apart from the text's direction; what cannot be seen is shown as its code."""
    return _NAME.format(visible(text or ""))


def visible(text: str) -> Markup:
    """Text whose controls and marks of direction are boxed codes, since they can make it read as another."""
    return Markup("").join(
        _CODE.format(ord(sign)) if unicodedata.category(sign) in _UNSEEN else escape(sign) for sign in text
    )


def is_masked(value: object) -> bool:
    """Whether it is an identifier that documents show the end of only."""
    return isinstance(value, str) and _MASKED.fullmatch(value) is not None


def value(held: object, language: str = "en") -> Markup:
    """What a record says, for people: days written out, of a masked identifier its issuer and its end.

    The tag by which programs compare masked identifiers means nothing to a reader and is left out.
    """
    masked = _MASKED.fullmatch(held) if isinstance(held, str) else None
    if masked:
        issuer, tail = masked.groups()
        return visible(" ".join(part for part in (issuer, "••••", tail) if part))
    return day(str(held), language) if _DAY.fullmatch(str(held)) else visible(str(held))


def prose(text: str) -> Markup:
    """What somebody wrote, with the lines that it was written in."""
    return Markup("<br>").join(visible(line) for line in text.splitlines())


def cited(told: Markup, pins: Sequence[Mapping[str, Any]]) -> Markup:
    """Text in which numbers of evidence lead to it, such as E3; other words and codes of signs stay as they are.

    Args:
        told: escaped text.
        pins: of the case, each with its `evidence`.
    """
    there = {pin["evidence"] for pin in pins}

    def over(found: re.Match[str]) -> str:
        number = found.group()
        return _CITED.format(number, number) if number in there else number

    return Markup(_EVIDENCE.sub(over, str(told)))  # noqa: S704 it was escaped, and what is put in is a number


def day(value: str | date | None, language: str = "en", as_of: date | None = None) -> Markup:
    """A date written out, with its age where the day of the page is given, such as 3 Apr 2026 (7 months ago).

    Args:
        value: ISO date or time; text that is no date is shown as it stands.
    """
    if value is None:
        return Markup("")
    try:
        on = value if isinstance(value, date) else date.fromisoformat(value[:10])
    except ValueError:
        return visible(str(value))
    told = format_date(on, "d MMM y", locale=language)
    if as_of is not None:
        told += f" ({format_timedelta(on - as_of, add_direction=True, granularity='day', locale=language)})"
    return _TIME.format(on.isoformat(), told)


def moment(value: str | None, language: str = "en") -> Markup:
    """A day and time in UTC."""
    if not value:
        return Markup("")
    at = datetime.fromisoformat(value)
    at = at.astimezone(UTC) if at.tzinfo else at
    return _TIME.format(value, f"{format_date(at, 'd MMM y', locale=language)} {at:%H:%M} UTC")


def age(birth_date: str | None, as_of: date) -> int | None:
    """Whole years from a full birth date to a day; None where the date is not full."""
    if not birth_date or len(birth_date) != len("2000-01-01"):
        return None
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))


def bars(band: str | None) -> int:
    """How many of three bars a band has; 0 for one that is not scored."""
    return _BAND_BARS.get(band or "", 0)


def certainty(probability: float) -> str:
    """The word for a probability: certain from .99, very likely from .95, likely from .8, possible below."""
    return next(word for least, word in _CERTAINTY if probability >= least)
