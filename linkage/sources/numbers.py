"""Numbers of typed files as text: every digit kept, no exponent."""

from __future__ import annotations

from decimal import Decimal

LARGEST_EXPONENT = 400
"""Beyond the range of a double (about 1.8e308): nobody's number, and its digits would fill the memory."""


def plain(literal: str) -> str:
    """The decimal literal without exponent; a whole number without a fraction of zeros ("31882047.0" is an identifier).

    Raises:
        ValueError: its exponent is out of range.
    """
    try:
        number = Decimal(literal)
    except ArithmeticError as error:
        message = "no number"
        raise ValueError(message) from error
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        message = "out of range"
        raise ValueError(message)
    text = format(number, "f")
    whole, _, fraction = text.partition(".")
    return text if fraction.strip("0") else whole
