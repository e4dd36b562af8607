"""How a person likes the pages: kept by the browser, since it says nothing of anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    """

    theme: str = ""
    density: str = ""
    keys: bool = True

    @classmethod
    def of_cookie(cls, text: str) -> Look:
        """What the cookie says; what it cannot say is as if it were not there."""
        theme, density, keys = (*text.split("-"), "", "", "")[:3]
        return cls(theme if theme in THEMES else "", density if density == _COMFORTABLE else "", keys != _NO_KEYS)

    def cookie(self) -> str:
        """The settings as text of a cookie."""
        return f"{self.theme}-{self.density}-{'' if self.keys else _NO_KEYS}"

    def changed(self, theme: str, density: str, keys: str) -> Look:
        """The settings with what a form names; an empty field changes nothing.

        Args:
            keys: on or off.
        """
        found = Look.of_cookie(f"{theme or self.theme}-{density or self.density}-")
        return replace(found, keys=keys != "off" if keys else self.keys)
