"""Dates as people write them, to ISO dates of the precision they state.

A date is read in the order its source declares, and never quietly in another: year first is always year first, and a
value that is impossible in the declared order is treated as missing.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from linkage.standardise.fold import fold
from linkage.standardise.placeholders import Column, Fillers
from linkage.standardise.standard import BLANK, Standard, malformed, noted, placeholder, valid

MONTH_WORDS = {
    1: "JANUARY JAN ENERO ENE JANVIER JANV",
    2: "FEBRUARY FEB FEBRERO FEVRIER FEVR FEV",
    3: "MARCH MAR MARZO MARS MRZ",
    4: "APRIL APR ABRIL ABR AVRIL AVR",
    5: "MAY MAYO MAI",
    6: "JUNE JUN JUNIO JUIN",
    7: "JULY JUL JULIO JUILLET JUIL",
    8: "AUGUST AUG AGOSTO AGO AGOST AOUT AOU",
    9: "SEPTEMBER SEPT SEP SEPTIEMBRE SETIEMBRE SET SEPTEMBRE",
    10: "OCTOBER OCT OCTUBRE OCTOBRE",
    11: "NOVEMBER NOV NOVIEMBRE NOVEMBRE",
    12: "DECEMBER DEC DICIEMBRE DIC DECEMBRE",
}
"""English, Spanish and French names of the months, folded."""

DRIVER_AGES = (18, 100)
"""Youngest and oldest age of a driver on the load day; fixes the century of a two-digit birth year."""
OLDEST = 120
"""Years; nobody alive is older (assumed, the verified record is 122)."""
FAR_AHEAD = 50
"""Years; an expiry further ahead is a typing error (assumed)."""

_MONTHS = {word: month for month, words in MONTH_WORDS.items() for word in words.split()}
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
_TIME = re.compile(r"(?<=\d)(?:T|\s+)\d{1,2}:\d{2}.*$")
_PARTS = re.compile(r"\d+|[A-Z]+")
_ALLOWED = re.compile(r"^[\dA-Z\s\-/.,?']+$")
_FILLER_DATES = frozenset({(0, 0, 0), (1900, 1, 1), (1111, 11, 11), (9999, 12, 31), (9999, 99, 99)})
_IGNORED = frozenset(
    {"DE", "DEL", "LE", "OF", "TH", "ST", "ND", "RD", "ER", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}
)


@dataclass(frozen=True, slots=True)
class DateRule:
    """How the dates of one column are to be read.

    Args:
        order: YMD, DMY, MDY or "unknown".
        today: the load day.
        is_birth: a birth date; two-digit years are read by age.
        may_be_ahead: dates after the load day are possible (an expiry).
        day_first: which reading comes first where the order is unknown.
    """

    order: str
    today: date
    is_birth: bool = False
    may_be_ahead: bool = False
    day_first: bool = False


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Year, month and day as written; 0 is "not stated" for month and day."""

    year: int
    month: int
    day: int
    short_year: bool = False


_IMPOSSIBLE = malformed("impossible-date", "not a date of the calendar in the declared order")
_AHEAD = malformed("future-date", "lies after the load day")
_AGE = malformed("impossible-age", "gives an age no driver can have in either century")
_OLD = malformed("impossible-age", f"gives an age above {OLDEST} years")


def read_date(text: str, rule: DateRule, fillers: Fillers) -> tuple[Standard, str | None]:
    """The date to the precision it states, and its other reading where the order is unknown and both are possible.

    Args:
        text: as received.
        rule: how to read it.
        fillers: the shipped fillers.
    """
    stripped = text.strip()
    if not stripped:
        return BLANK, None
    iso = _ISO.match(stripped)
    if iso is not None:
        readings = [_Numbers(int(iso[1]), int(iso[2]), int(iso[3]))]
        if _is_filler(readings[0]):
            return placeholder(), None
    else:
        folded = fold(stripped)
        if fillers.is_filler(stripped, Column.NUMBER) or set(re.sub(r"\D", "", folded)) in ({"0"}, {"9"}):
            return placeholder(), None
        readings = _readings(_TIME.sub("", folded), rule)
        if any(_is_filler(reading) for reading in readings):
            return placeholder(), None
    found = [_standard(reading, rule) for reading in readings] or [_IMPOSSIBLE]
    good = [standard for standard in found if standard.value is not None]
    if not good:
        return found[0], None
    other = good[1].value if len(good) > 1 and good[1].value != good[0].value else None
    return good[0], other


def read_day(text: str, rule: DateRule, fillers: Fillers) -> Standard:
    """A full date; one of lower precision becomes the first day of its period, and is warned about."""
    standard, other = read_date(text, rule, fillers)
    if standard.value is None:
        return standard
    if other is not None:
        return noted(standard.value, "ambiguous-date", "day and month could be exchanged; the first reading is used")
    if len(standard.value) == len("2025-02-01"):
        return standard
    whole = (standard.value + "-01-01")[: len("2025-02-01")]
    return noted(whole, "imprecise-date", "states no day; the first day of the period is used")


def _is_filler(numbers: _Numbers) -> bool:
    return not numbers.short_year and (numbers.year, numbers.month, numbers.day) in _FILLER_DATES


def _readings(text: str, rule: DateRule) -> list[_Numbers]:
    if not _ALLOWED.match(text):
        return []
    parts = [part for part in _PARTS.findall(text.replace("??", "00")) if part not in _IGNORED]
    words = [part for part in parts if part.isalpha() and set(part) != {"X"}]
    if words:
        return _with_month_name(parts, words)
    # "XX/05/1980": a part written as X runs is not stated.
    numbers = ["00" if set(part) == {"X"} else part for part in parts]
    if len(numbers) == 1:
        return _run_together(numbers[0], rule)
    if len(numbers) == 2:
        return _month_and_year(numbers[0], numbers[1])
    return _three(numbers, rule) if len(numbers) == 3 else []


def _with_month_name(parts: list[str], words: list[str]) -> list[_Numbers]:
    """Readings of "24-May-11", "Mar 1 1970", "1 de marzo de 1970", "mai 1980" and "14MAR1985"."""
    named = [word for word in words if word in _MONTHS]
    if (
        len(named) != 1
        or len(words) > 2
        or any(word not in _MONTHS and not word.endswith(("DAY", "DI")) for word in words)
    ):
        return []
    month = _MONTHS[named[0]]
    numbers = [part for part in parts if part.isdigit()]
    if len(numbers) == 1:
        return [_Numbers(int(numbers[0]), month, 0)] if len(numbers[0]) == 4 else []
    if len(numbers) != 2 or any(len(number) not in (1, 2, 4) for number in numbers):
        return []
    first, second = numbers
    if len(first) == 4 or (len(second) <= 2 and int(first) > 31):
        first, second = second, first
    return [_Numbers(int(second), month, int(first), short_year=len(second) <= 2)]


def _run_together(digits: str, rule: DateRule) -> list[_Numbers]:
    if len(digits) == 4:
        return [_Numbers(int(digits), 0, 0)]
    if len(digits) == 8:
        year_first = _Numbers(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        # Day and month first would make a year below 1300 of any year-first date, so that both never fit.
        if rule.order == "YMD" or _exists(year_first):
            return [year_first]
        return _three([digits[:2], digits[2:4], digits[4:]], rule)
    if len(digits) == 6:
        readings = _three([digits[:2], digits[2:4], digits[4:]], rule)
        to_the_month = _Numbers(int(digits[:4]), int(digits[4:]), 0)
        if not any(_exists(reading) for reading in readings) and _exists(to_the_month):
            return [to_the_month]
        return readings
    return []


def _month_and_year(first: str, second: str) -> list[_Numbers]:
    if len(first) == 4 and len(second) <= 2:
        return [_Numbers(int(first), int(second), 0)]
    if len(second) == 4 and len(first) <= 2:
        return [_Numbers(int(second), int(first), 0)]
    return []


def _three(parts: list[str], rule: DateRule) -> list[_Numbers]:
    a, b, c = parts
    if len(a) == 4 and len(b) <= 2 and len(c) <= 2:
        return [_Numbers(int(a), int(b), int(c))]
    if len(a) > 2 or len(b) > 2 or len(c) not in (1, 2, 4):
        return []
    short = len(c) <= 2
    year_first = _Numbers(int(a), int(b), int(c), short_year=True)
    day_first = _Numbers(int(c), int(b), int(a), short_year=short)
    month_first = _Numbers(int(c), int(a), int(b), short_year=short)
    if rule.order == "YMD":
        return [year_first] if short else []
    if rule.order == "DMY":
        return [day_first]
    if rule.order == "MDY":
        return [month_first]
    both = [day_first, month_first] if rule.day_first else [month_first, day_first]
    possible = [reading for reading in both if _exists(reading)]
    return possible or ([year_first] if short else both)


def _exists(numbers: _Numbers) -> bool:
    """Whether the calendar has such a day; for a two-digit year, in either century."""
    if numbers.short_year:
        return any(_is_day(numbers.year + century, numbers.month, numbers.day) for century in (1900, 2000))
    return 1600 <= numbers.year <= 2199 and _is_day(numbers.year, numbers.month, numbers.day)


def _is_day(year: int, month: int, day: int) -> bool:
    if month == 0:
        return day == 0
    return 1 <= month <= 12 and 0 <= day <= calendar.monthrange(year, month)[1]


def _standard(numbers: _Numbers, rule: DateRule) -> Standard:
    if not _exists(numbers):
        return _IMPOSSIBLE
    if numbers.short_year:
        return _of_short_year(numbers, rule)
    last = rule.today.year + FAR_AHEAD if rule.may_be_ahead else rule.today.year
    if numbers.year > last or (not rule.may_be_ahead and _first_day(numbers, numbers.year) > rule.today):
        return _AHEAD
    if rule.is_birth and numbers.year < rule.today.year - OLDEST:
        return _OLD
    return valid(_iso(numbers, numbers.year))


def _of_short_year(numbers: _Numbers, rule: DateRule) -> Standard:
    years = [
        numbers.year + century
        for century in (2000, 1900)
        if _is_day(numbers.year + century, numbers.month, numbers.day)
    ]
    if rule.may_be_ahead:
        # The century that lies nearer to the load day.
        return valid(_iso(numbers, min(years, key=lambda year: abs(year - rule.today.year))))
    past = [year for year in years if _first_day(numbers, year) <= rule.today]
    if rule.is_birth and rule.order != "unknown":
        youngest, oldest = DRIVER_AGES
        past = [year for year in past if youngest <= _age(numbers, year, rule.today) <= oldest]
        if not past:
            return _AGE
    return valid(_iso(numbers, past[0])) if past else _AHEAD


def _first_day(numbers: _Numbers, year: int) -> date:
    return date(year, numbers.month or 1, numbers.day or 1)


def _age(numbers: _Numbers, year: int, today: date) -> int:
    return today.year - year - ((today.month, today.day) < (numbers.month, numbers.day))


def _iso(numbers: _Numbers, year: int) -> str:
    parts = [f"{year:04d}", *(f"{part:02d}" for part in (numbers.month, numbers.day) if part)]
    return "-".join(parts)
