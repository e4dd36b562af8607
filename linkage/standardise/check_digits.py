"""Check digits and embedded dates of identifiers, each as "does this text, already of the right shape, hold?"."""

from __future__ import annotations

from datetime import date

from stdnum import iso6346, luhn
from stdnum.mx import curp as mx_curp
from stdnum.mx import rfc as mx_rfc

_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)


def vin_digit_holds(vin: str) -> bool:
    """Whether position 9 is the remainder of the weighted sum by 11, X for 10.

    Source: 49 CFR 565.15(c), tables III and IV.
    """
    total = sum(_VIN_VALUES[character] * weight for character, weight in zip(vin, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == vin[8]


def curp_digit_holds(curp: str) -> bool:
    """Whether the last digit is that of the first seventeen characters, sex X included.

    Source: RENAPO, Instructivo Normativo CURP, as coded in python-stdnum.
    """
    return str(mx_curp.calc_check_digit(curp)) == curp[17]


def rfc_character_holds(rfc: str) -> bool:
    """Whether the last character is that of the ones before; a person's RFC of ten has none and holds.

    Source: SAT, as coded in python-stdnum.
    """
    return len(rfc) == 10 or str(mx_rfc.calc_check_digit(rfc[:-1])) == rfc[-1]


def luhn_holds(number: str) -> bool:
    """Whether the Luhn sum of the digits is a multiple of ten."""
    return bool(luhn.is_valid(number))


def iso6346_digit_holds(number: str) -> bool:
    """Whether the last digit is that of owner, category and serial.

    Source: ISO 6346, annex A.
    """
    return str(iso6346.calc_check_digit(number[:10])) == number[10]


def curp_date(curp: str) -> date | None:
    """Birth date in a CURP; position 17 is a digit for births to 1999 and a letter from 2000."""
    return _date(curp[4:10], (2000,) if curp[16].isalpha() else (1900,))


def embedded_date_exists(six: str) -> bool:
    """Whether YYMMDD is a day of the calendar in either century."""
    return _date(six, (1900, 2000)) is not None


def _date(six: str, centuries: tuple[int, ...]) -> date | None:
    for century in centuries:
        try:
            return date(century + int(six[:2]), int(six[2:4]), int(six[4:6]))
        except ValueError:
            continue
    return None


def coded_day_exists(digits: str, *, days_a_month: int, female: int) -> bool:
    """Whether the three digits of a coded birthday can occur.

    Args:
        digits: (month - 1) x `days_a_month` + day, plus `female` for a woman.
        days_a_month: 40 in Florida and Wisconsin, 31 in Illinois.
        female: 500 in Florida and Wisconsin, 600 in Illinois.

    Source: the reverse-engineered Florida, Illinois and Wisconsin scheme; December 31 is the last day it can hold.
    """
    last = 11 * days_a_month + 31
    number = int(digits)
    return 1 <= number <= last or female + 1 <= number <= female + last
