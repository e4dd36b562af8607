"""Policies out of TOML files: every value with its source, nothing missing, nothing left over."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from linkage.errors import ModelError
from linkage.model import finite


class SourcedReader:
    """Takes values out of a parsed policy, so that what is left over can be refused.

    Args:
        what: names the policy in errors.
        document: as parsed; taken apart.
    """

    def __init__(self, what: str, document: dict[str, Any]) -> None:
        self.what = what
        self.document = document
        self.sources: dict[str, str] = {}

    def names(self, table: str) -> list[str]:
        """Names in a table, in the order of the file; none where there is no such table."""
        found = self.document.get(table, {})
        return list(found) if isinstance(found, dict) else []

    def take(self, name: str) -> Any:
        """The entry of a dotted name.

        Raises:
            ModelError: there is none. So do the others, where the entry is not what it should be.
        """
        *path, last = name.split(".")
        table: Any = self.document
        for part in path:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        if not isinstance(table, dict) or last not in table:
            raise self.wrong(f"{name} is missing")
        return table.pop(last)

    def text(self, name: str) -> str:
        """An entry without a source, as text."""
        return str(self.take(name))

    def sourced(self, name: str) -> Any:
        """The value of an entry that says where it comes from."""
        entry = self.take(name)
        if not isinstance(entry, dict) or set(entry) != {"value", "source"} or not str(entry["source"]).strip():
            raise self.wrong(f"{name} needs a value and a source and nothing else")
        self.sources[name] = str(entry["source"])
        return entry["value"]

    def number(self, name: str, low: float, high: float) -> float:
        """A sourced number in a range, both ends included."""
        value = self.sourced(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(f"{name} must be a number from {low:g} to {high:g}")
        return float(value)

    def whole(self, name: str, low: int, high: int) -> int:
        """A sourced whole number in a range, both ends included."""
        value = self.number(name, low, high)
        if not value.is_integer():
            raise self.wrong(f"{name} must be a whole number")
        return int(value)

    def numbers(self, table: str, **ranges: tuple[float, float]) -> tuple[float, ...]:
        """Sourced numbers of one table, each in its range."""
        return tuple(self.number(f"{table}.{name}", low, high) for name, (low, high) in ranges.items())

    def words(self, name: str) -> tuple[str, ...]:
        """A sourced list of words, in order."""
        value = self.sourced(name)
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise self.wrong(f"{name} must be a list of words")
        return tuple(value)

    def finish(self) -> None:
        """Nothing is left over."""
        left = sorted(_leaves(self.document))
        if left:
            raise self.wrong(f"unknown entry {left[0]}")

    def wrong(self, text: str) -> ModelError:
        """The error that says what is wrong with this policy."""
        return ModelError(f"{self.what}: {text}")


def read_policy(what: str, path: Path | None, shipped: Traversable) -> tuple[SourcedReader, bytes]:
    """A policy file, the shipped one by default, and its bytes.

    Raises:
        ModelError: it cannot be read or is no TOML.
    """
    try:
        text = path.read_bytes() if path else shipped.read_bytes()
        return SourcedReader(what, tomllib.loads(text.decode(), parse_float=finite)), text
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{what} {path}: {error}") from error


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Reading a policy, in which anything may stand where something else should.

    Raises:
        ModelError: what is read is not what it should be, in a way that nothing else has words for.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ModelError(f"{what}: {error!r} is missing, unknown or not what it should be") from error


def _leaves(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in table.items():
        if isinstance(value, dict) and set(value) != {"value", "source"}:
            names += _leaves(value, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names
