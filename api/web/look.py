"""How a person likes the pages: kept by the browser, since it says nothing of anybody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from fastapi import Request

from api.web.texts import LANGUAGES

COOKIE = "crosslane_look"
KEPT_S = 31_536_000
"""A year, in seconds."""
THEMES = ("light", "dark")
_COMFORTABLE, _NO_KEYS = "comfortable", "nokeys"


@dataclass(frozen=True, slots=True)
class Look:
    """Settings of one browser.

    Args:
        theme: light, dark, or empty for what the browser prefers.
        density: comfortable, or empty.
        keys: whether one letter alone does something (WCAG 2.2, SC 2.1.4 wants a way to switch that off).
        chosen: language that the owner chose, or empty.
        preferred: language that the browser asks for, where its owner chose none.
    """

    theme: str = ""
    density: str = ""
    keys: bool = True
    chosen: str = ""
    preferred: str = "en"

    @property
    def language(self) -> str:
        """The language of the pages."""
        return self.chosen or self.preferred

    @classmethod
    def of_request(cls, request: Request) -> Look:
        """What the browser sends of it."""
        kept = cls.of_cookie(request.cookies.get(COOKIE, ""))
        return replace(kept, preferred=_preferred(request.headers.get("accept-language", "")))

    @classmethod
    def of_cookie(cls, text: str) -> Look:
        """What the cookie says; what it cannot say is as if it were not there."""
        theme, density, keys, language = (*text.split("-"), "", "", "", "")[:4]
        return cls(
            theme if theme in THEMES else "",
            density if density == _COMFORTABLE else "",
            keys != _NO_KEYS,
            language if language in LANGUAGES else "",
        )

    def cookie(self) -> str:
        """The settings as text of a cookie."""
        return f"{self.theme}-{self.density}-{'' if self.keys else _NO_KEYS}-{self.chosen}"

    def changed(self, theme: str, density: str, keys: str, language: str) -> Look:
        """The settings with what a form names; an empty field changes nothing.

        Args:
            keys: on or off.
        """
        found = Look.of_cookie(f"{theme or self.theme}-{density or self.density}--{language or self.chosen}")
        return replace(found, keys=keys != "off" if keys else self.keys, preferred=self.preferred)


def _preferred(header: str) -> str:
    """The first language of an Accept-Language header that there are texts of (RFC 9110, section 12.5.4)."""
    asked = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        with suppress(ValueError):
            asked.append((float(weight or 1), tag.partition("-")[0].lower()))
    known = [(weight, tag) for weight, tag in asked if weight > 0 and tag in LANGUAGES]
    return max(known, key=lambda one: one[0], default=(0, "en"))[1]
