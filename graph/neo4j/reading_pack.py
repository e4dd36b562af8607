"""Ten questions that people ask of the graph, as Cypher to read, change and run.

A file of the folder `reading` starts with four comment lines: what the question is called, what it asks, what not to
conclude from its answer, and parameters that fit the demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import orjson
from neo4j import Driver, GraphDatabase, Query, RoutingControl

from graph.neo4j.connection import Server
from graph.neo4j.failures import translated

_LABELS = ("// ", "// Asks: ", "// Beware: ", "// With: ")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Args:
        name: file name without number and ending.
        title: what it is called.
        asks: what it asks, a sentence.
        beware: what not to conclude from its answer.
        parameters: values that give an answer in the demo, by name.
        text: the Cypher, without the comment lines.
    """

    name: str
    title: str
    asks: str
    beware: str
    parameters: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database said.

    Args:
        columns: names, in the order of the question.
        rows: values by column; dates are ISO 8601 text.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def questions() -> tuple[Question, ...]:
    """All questions, in the order of the page that explains them."""
    folder = resources.files("graph.neo4j") / "reading"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".cypher")), key=lambda e: e.name)
    return tuple(_question(file) for file in files)


def ask(driver: Driver, database: str, question: Question, seconds: float = 30.0, **changed: Any) -> Answer:
    """The answer to a question, read only and ended by the server after so many seconds.

    Args:
        driver: open driver.
        database: name of the database.
        question: one of `questions()`.
        seconds: longest the server may work on it.
        changed: parameters that differ from those of the demo.
    """
    query = Query(question.text, timeout=seconds)
    found = driver.execute_query(query, question.parameters | changed, database_=database, routing_=RoutingControl.READ)
    rows = tuple(tuple(_plain(value) for value in record.values()) for record in found.records)
    return Answer(tuple(found.keys), rows)


def answers(server: Server) -> list[tuple[Question, Answer]]:
    """Every question with its answer, asked with the parameters that fit the demo.

    Raises:
        StoreUnavailable: the server did not answer.
    """
    uri, options = server.to_driver_options()
    with translated(), GraphDatabase.driver(uri, **options) as driver:
        return [(question, ask(driver, server.database, question)) for question in questions()]


def _question(file: Traversable) -> Question:
    *head, text = file.read_text("utf-8").split("\n", len(_LABELS))
    title, asks, beware, parameters = (line.removeprefix(label) for line, label in zip(head, _LABELS, strict=True))
    name = file.name.partition("_")[2].removesuffix(".cypher")
    return Question(name, title, asks, beware, orjson.loads(parameters), text)


def _plain(value: Any) -> Any:
    return value.iso_format() if hasattr(value, "iso_format") else value
