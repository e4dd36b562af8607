"""A folder in which the processes of one server count together, so that Prometheus sees one service."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Read by Prometheus's client library when it is first imported, so that this module does not import it."""


@contextmanager
def counted_together() -> Iterator[None]:
    """Processes that are started meanwhile count together."""
    folder = tempfile.mkdtemp(prefix="crosslane-metrics-")
    os.environ[SHARED] = folder
    try:
        yield
    finally:
        del os.environ[SHARED]
        shutil.rmtree(folder, ignore_errors=True)
