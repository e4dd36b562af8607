"""Text to plain upper-case ASCII, with broken encodings repaired first."""

from __future__ import annotations

import re

from anyascii import anyascii

_BROKEN = re.compile(
    "[ÃÂÅâ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_IDEOGRAPH = re.compile("([\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af])")
_SOUNDS = str.maketrans({"ў": "в", "Ў": "В"})
"""Letters that stand for another letter of the same name in a kindred spelling: Belarusian Васільеў is Vasilyev."""


def repair(text: str) -> str:
    """The text as it was before UTF-8 bytes were read as Windows-1252 or Latin-1; unchanged where it was not."""
    if text.isascii() or _BROKEN.search(text) is None:
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def to_ascii(text: str) -> str:
    """Letters of any script in plain ASCII, one syllable of an ideographic script a word."""
    if text.isascii():
        return text
    return anyascii(_IDEOGRAPH.sub(r" \1 ", repair(text).translate(_SOUNDS)))


def fold(text: str) -> str:
    """Upper-case ASCII with single spaces; idempotent."""
    return " ".join(to_ascii(text).upper().split())
