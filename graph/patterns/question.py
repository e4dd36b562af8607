"""What a pattern is: a question with a name, its parameters, the columns of its answer, and what not to conclude."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl

from graph.neighbours import Steps
from graph.policy import RiskPolicy
from graph.store import GraphScan
from linkage.errors import SettingsError
from linkage.schema import FrameSchema

Value = int | bool | str | tuple[str, ...]


class ParameterKind(StrEnum):
    """What a value may be, and how it is written."""

    NUMBER = "number"  # whole
    FLAG = "flag"  # true or false
    WORDS = "words"  # with commas between them
    PERSON = "person"  # an identity id; whoever asks may write a former id or source/record_id


class Cut(StrEnum):
    """What kept something out of an answer; all but `steps` are parameters that can be raised."""

    LIMIT = "limit"  # there are more rows
    SHOW = "show"  # a row names some of its people only
    HUB = "hub"  # too many share a thing: it was not walked through
    HOPS = "hops"  # nothing was found so near, and nobody looked further
    NODES = "max_nodes"  # so many nodes were looked at
    EDGES = "max_edges"  # the next step would have read more edges
    STEPS = "steps"  # putting the routes together took too many steps


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be set before a pattern is asked.

    Args:
        name: how it is set.
        kind: what its value may be.
        says: what it does, a phrase.
        default: its value where none is given; None where one must be.
        least: smallest number.
        most: largest number.
        choices: words there are; any word where there are none.
    """

    name: str
    kind: ParameterKind
    says: str
    default: Value | None = None
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """The value that a text stands for.

        Raises:
            SettingsError: it stands for none that the parameter may have.
        """
        text = text.strip()
        if self.kind is ParameterKind.NUMBER:
            return self._number(text)
        if self.kind is ParameterKind.FLAG:
            if text.lower() not in {"true", "false"}:
                raise SettingsError(f"{self.name}: give true or false")
            return text.lower() == "true"
        if self.kind is ParameterKind.PERSON:
            if not text:
                raise SettingsError(f"{self.name}: give an identity id, a former id or source/record_id")
            return text
        return self._words(text)

    def _number(self, text: str) -> int:
        is_number = text.isascii() and text.isdigit() and len(text) <= 9
        if not is_number or not self.least <= int(text) <= self.most:
            raise SettingsError(f"{self.name}: give a whole number from {self.least} to {self.most}")
        return int(text)

    def _words(self, text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if self.choices and (not words or set(words) - set(self.choices)):
            raise SettingsError(f"{self.name}: give some of {','.join(self.choices)}")
        return words


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked.

    Args:
        values: a value for each parameter of the pattern.
        as_of: only what was known by that day; a fact without a day counts as known.
        policy: which events count, and below which probability a link is only possible.
    """

    values: Mapping[str, Value]
    as_of: dt.date
    policy: RiskPolicy

    def number(self, name: str) -> int:
        """The value of a number."""
        value = self.values[name]
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """The value of a flag; False where the pattern has no such parameter."""
        return self.values.get(name, False) is True

    def words(self, name: str) -> tuple[str, ...]:
        """The value of some words."""
        value = self.values[name]
        assert isinstance(value, tuple)
        return value

    def person(self, name: str) -> str:
        """The identity id of a person."""
        return str(self.values[name])


class PatternGraph(GraphScan, Steps, Protocol):
    """What a pattern reads of a graph: a store, or one seen without what not everybody may know."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer.

    Args:
        rows: frame with the columns of the pattern, in an order that the graph alone decides.
        cuts: what kept something out of it.
    """

    rows: pl.DataFrame
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A question with a name.

    Args:
        name: how it is asked for.
        title: what it is called.
        question: what it asks, a sentence.
        beware: what not to conclude from its answer.
        parameters: what can be set.
        columns: columns of its answer.
        people: those of the columns that hold identity ids, one or a list.
        find: answers it.
    """

    name: str
    title: str
    question: str
    beware: str
    parameters: tuple[Parameter, ...]
    columns: FrameSchema
    people: tuple[str, ...]
    find: Callable[[PatternGraph, Asked], Found]

    def values(self, given: Mapping[str, str]) -> dict[str, Value]:
        """A value for each parameter: what was given, else the default.

        Raises:
            SettingsError: there is no such parameter, or it may not have that value, or one that is needed is missing.
        """
        names = [parameter.name for parameter in self.parameters]
        if unknown := sorted(set(given).difference(names)):
            raise SettingsError(f"{self.name} has no parameter {', '.join(unknown)}; it has {', '.join(names)}")
        values = {}
        for parameter in self.parameters:
            value = parameter.read(given[parameter.name]) if parameter.name in given else parameter.default
            if value is None:
                raise SettingsError(f"{self.name} needs {parameter.name}: {parameter.says}")
            values[parameter.name] = value
        return values

    def ask(self, reader: PatternGraph, asked: Asked) -> Found:
        """The answer, its rows with exactly the pattern's columns."""
        found = self.find(reader, asked)
        return Found(self.columns.conform(found.rows), tuple(cut for cut in Cut if cut in found.cuts))
