"""What standardising one value gives: the standard form, its state, and a warning where there is one."""

from __future__ import annotations

from dataclasses import dataclass

from linkage.schema import Quality


@dataclass(frozen=True, slots=True)
class Standard:
    """One value in its standard form.

    Args:
        value: standard form; None when the text is blank, malformed or a placeholder.
        quality: state of the value; None for a blank, since nothing was there.
        rule: kebab-case name of the rule that warns; None when there is nothing to say.
        message: what is wrong and what becomes of the value, without the value itself.
    """

    value: str | None
    quality: Quality | None
    rule: str | None = None
    message: str | None = None


BLANK = Standard(None, None)
"""Nothing was there: no value and no warning."""


def valid(value: str) -> Standard:
    """The value is evidence by itself."""
    return Standard(value, Quality.VALID)


def noted(value: str, rule: str, message: str) -> Standard:
    """The value is valid, and the reader should still hear something about it."""
    return Standard(value, Quality.VALID, rule, message)


def suspect(value: str, rule: str, message: str) -> Standard:
    """The value is kept, and is neither agreement nor conflict by itself."""
    return Standard(value, Quality.SUSPECT, rule, f"{message}; kept as suspect")


def malformed(rule: str, message: str) -> Standard:
    """The text cannot be a value of this kind."""
    return Standard(None, Quality.MALFORMED, rule, f"{message}; treated as missing")


def placeholder() -> Standard:
    """The text stands for "not known"."""
    return Standard(None, Quality.PLACEHOLDER, "placeholder", "a known filler stands here; treated as missing")
