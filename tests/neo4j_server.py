"""The Neo4j server of a test run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.neo4j.server import Neo4jServer, ServerFault, a_server, install

REQUIRED = "CROSSLANE_REQUIRE_NEO4J"
"""Environment variable: 1 turns "no server can be had" from a skip into a failure."""


def serve(home: Path) -> Iterator[Neo4jServer]:
    """A running server, for as long as its user needs it; skips, or fails when one is required, if none can be had."""
    try:
        install()
    except ServerFault as fault:
        reason = f"no Neo4j server: {fault}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with a_server(home) as server:
        yield server
