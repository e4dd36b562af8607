"""How a name token sounds, folded for Spanish, French and English spelling habits."""

from __future__ import annotations

import re

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"PH", "F"),
        (r"SCH|SH", "CH"),
        (r"(?<!C)H", ""),
        (r"QU(?=[EI])|Q|CK", "K"),
        (r"C(?=[EIY])", "S"),
        (r"C(?!H)", "K"),
        (r"GU(?=[EI])", "K"),
        (r"G(?=[EIY])|X", "J"),
        (r"LL", "Y"),
        (r"EAUX?|AULT|AUD$", "O"),
        (r"Z|TZ", "S"),
        (r"[VW]", "B"),
        (r"IE|EY|EE|Y", "I"),
        (r"(?<=.)[TD]$", "T"),
        (r"(.)\1+", r"\1"),
    )
)


def fold(token: str) -> str:
    """The token with letters that sound alike written alike: VALDEZ and BALDES both give BALDES.

    Args:
        token: upper-case ASCII letters.

    Source: the equivalences of Spanish spelling (B/V, S/Z/C, LL/Y, G/J/X, silent H, QU/K) and the commonest
        French ones; two tokens that fold alike are a variant, never an exact agreement.
    """
    for pattern, replacement in _RULES:
        token = pattern.sub(replacement, token)
    return token


def skeleton(token: str) -> str:
    """A blocking code of the token: its sound without inner vowels, at most five letters."""
    folded = fold(token)
    return (folded[:1] + re.sub(r"[AEIOU]", "", folded[1:]))[:5]
