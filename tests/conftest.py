"""Builders shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import settings

from linkage.model import Model, load_model
from linkage.schema import PERSON
from tests.neo4j_server import Neo4jServer, serve

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, max_examples=40)
settings.register_profile("dev", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A worker takes whole files, and one of them all files that ask for the Neo4j server: one server is enough."""
    asking = {item.path for item in items if "neo4j_server" in getattr(item, "fixturenames", ())}
    for item in items:
        name = "neo4j" if item.path in asking else str(item.path.relative_to(item.config.rootpath))
        item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="session")
def model() -> Model:
    """The shipped model."""
    return load_model()


@pytest.fixture(scope="session")
def persons() -> Callable[..., pl.DataFrame]:
    """A PERSON frame of the given rows, ordered by key; a row needs its key only."""

    def build(*rows: dict[str, Any]) -> pl.DataFrame:
        full = [{"entity_type": "person", "source": row["key"].split("/")[0], **row} for row in rows]
        names = sorted({name for row in full for name in row})
        frame = pl.DataFrame(
            {name: pl.Series([row.get(name) for row in full], dtype=PERSON.columns[name]) for name in names}
        )
        return PERSON.conform(frame).sort("key")

    return build


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A real Neo4j server; a test that stops it starts it again."""
    yield from serve(tmp_path_factory.mktemp("neo4j"))


@pytest.fixture
def empty_neo4j(neo4j_server: Neo4jServer) -> Neo4jServer:
    """The server without nodes; what earlier tests left of constraints and indexes stays."""
    neo4j_server.empty()
    return neo4j_server
