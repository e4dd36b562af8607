"""Builders shared by all tests."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from linkage.model import Model, load_model
from linkage.schema import PERSON
from tests.neo4j_server import serve
from tools.neo4j.server import Neo4jServer

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, max_examples=30)
settings.register_profile("dev", deadline=None)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class FewServers(LoadFileScheduling):
    """A worker takes whole files, and those that ask for Neo4j go together: few servers are enough, and are warm.

    There are two, as these tests are the longest part: one that tests stop and start, and one that only answers.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _server_of(self.config.rootpath / file) or file


@cache
def _server_of(file: Path) -> str | None:
    text = file.read_text("utf-8")
    if "neo4j_server" not in text and "empty_neo4j" not in text:
        return None
    return "neo4j, stopped and started" if re.search(r"\.(kill|stop|start)\(\)", text) else "neo4j"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FewServers | None:
    """The scheduler of `--dist loadfile`."""
    return FewServers(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """What is loaded and collected by now stays to the end: the collector of garbage passes over it."""
    gc.collect()
    gc.freeze()


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
