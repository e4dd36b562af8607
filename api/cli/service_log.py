"""Logs of a service: one JSON line an event on standard error, without personal data."""

from __future__ import annotations

import logging
import sys


def log_to_stderr() -> None:
    """Lines of the loggers under `crosslane` go to standard error as they are."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("crosslane")
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
