"""Texts of the pages: one TOML file a language, with plural forms and named places for values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from markupsafe import Markup, escape

LANGUAGES = ("en",)
_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})
ISOLATE = Markup("<bdi>{}</bdi>")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    Args:
        language: tag of BCP 47.
        texts: dotted key to text, or to its plural forms by category (CLDR: one, other...).
    """

    language: str
    texts: Mapping[str, str | Mapping[str, str]]

    def __call__(self, key: str, /, **values: Any) -> Markup:
        """The text of a key, its places filled; every value is escaped, and set apart from the text's direction.

        Args:
            key: dotted, such as `driver.records`.
            values: by name of the place; `count` also chooses the plural form.

        Raises:
            KeyError: there is no such text, or it has a place without a value.
        """
        text = self.texts[key]
        if not isinstance(text, str):
            text = text.get(_category(self.language, values["count"]), text["other"])
        return Markup(text).format_map({name: _isolated(value) for name, value in values.items()})  # noqa: S704

    def plain(self, beginning: str) -> dict[str, str]:
        """Texts without plural forms that scripts fill, by what their keys have after the beginning."""
        return {key.removeprefix(beginning): str(text) for key, text in self.texts.items() if key.startswith(beginning)}

    def has(self, key: str) -> bool:
        """Whether the key has a text."""
        return key in self.texts


@cache
def load_catalogue(language: str = "en") -> Catalogue:
    """The shipped catalogue of a language."""
    held = resources.files("api.web") / "catalogue" / f"{language}.toml"
    return Catalogue(language, _flat(tomllib.loads(held.read_text("utf-8"))))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, str | Mapping[str, str]]:
    found: dict[str, str | Mapping[str, str]] = {}
    for name, value in table.items():
        key = f"{before}{name}"
        if isinstance(value, str) or _FORMS.issuperset(value):
            found[key] = value
        else:
            found |= _flat(value, f"{key}.")
    return found


def _category(language: str, count: float) -> str:
    return str(Locale.parse(language).plural_form(count))


def _isolated(value: Any) -> Markup:
    """A name of any script between words keeps its own direction; numbers need no such care."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int | float):
        return escape(_number(value))
    return ISOLATE.format(value)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
