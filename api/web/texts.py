"""Texts of the pages: one TOML file a language, with plural forms and named places for values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from markupsafe import Markup, escape

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français"}
"""Tag of each language that has a catalogue, and what it calls itself."""
_LOCALES = {"en": "en", "es": "es_MX", "fr": "fr_CA"}
"""Whose way of writing numbers and days: the programme's drivers cross the borders of these countries."""
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
        return Markup(text).format_map({name: self._isolated(value) for name, value in values.items()})  # noqa: S704

    @property
    def locale(self) -> str:
        """Whose numbers and days the texts hold."""
        return _LOCALES[self.language]

    def number(self, value: float, digits: int | None = None) -> str:
        """A number as the language writes it.

        Args:
            digits: after the decimal mark; as many as there are, where it is None.
        """
        if digits is None:
            return str(format_decimal(value, locale=self.locale, decimal_quantization=False))
        return str(format_decimal(value, f"#,##0.{'0' * digits}" if digits else "#,##0", locale=self.locale))

    def plain(self, beginning: str) -> dict[str, str]:
        """Texts without plural forms that scripts fill, by what their keys have after the beginning."""
        return {key.removeprefix(beginning): str(text) for key, text in self.texts.items() if key.startswith(beginning)}

    def has(self, key: str) -> bool:
        """Whether the key has a text."""
        return key in self.texts

    def _isolated(self, value: Any) -> Markup:
        """A name of any script between words keeps its own direction; numbers need no such care."""
        if isinstance(value, Markup):
            return value
        if isinstance(value, int | float):
            return escape(self.number(value))
        return ISOLATE.format(value)


@cache
def load_catalogue(language: str = "en") -> Catalogue:
    """The shipped catalogue of a language; a text that it lacks is said in English."""
    own = own_texts(language)
    return Catalogue(language, own if language == "en" else {**own_texts("en"), **own})


@cache
def own_texts(language: str) -> Mapping[str, str | Mapping[str, str]]:
    """The texts that the file of a language has itself, by dotted key."""
    held = resources.files("api.web") / "catalogue" / f"{language}.toml"
    return _flat(tomllib.loads(held.read_text("utf-8")))


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
