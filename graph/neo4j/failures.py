"""The driver's exceptions as errors of the graph, in one place.

A text of the server may quote the value it refuses, so only its code goes on, and the exception behind is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions as driver

from graph.errors import ConstraintViolation, StoreRefused, StoreUnavailable
from linkage.errors import LinkageError, SettingsError

NAME = "neo4j"

_AWAY = (
    driver.TransientError,  # the driver has retried it already
    driver.ServiceUnavailable,
    driver.SessionExpired,
    driver.ConnectionPoolError,
)
_NO_DATABASE = "Neo.ClientError.Database.DatabaseNotFound"


@contextmanager
def translated() -> Iterator[None]:
    """Faults of the driver and of the server as errors of ours."""
    try:
        yield
    except (driver.GqlError, OSError) as error:
        raise _ours(error) from None


def _ours(error: Exception) -> LinkageError:
    code = str(getattr(error, "code", None) or type(error).__name__)
    if isinstance(error, driver.AuthError):
        return SettingsError(f"Neo4j refuses the user or password [{code}]; see: crosslane doctor")
    if isinstance(error, driver.Forbidden):
        return SettingsError(f"Neo4j does not let this user do that [{code}]; see: crosslane doctor")
    if isinstance(error, driver.ConfigurationError) or code == _NO_DATABASE:
        return SettingsError(f"Neo4j cannot be used as set: {_advice(code)} [{code}]; see: crosslane doctor")
    if isinstance(error, driver.ConstraintError):
        return ConstraintViolation("server-constraint", "row")
    if isinstance(error, (*_AWAY, OSError)):
        return StoreUnavailable(NAME, f"no answer ({code})")
    return StoreRefused(NAME, code)


def _advice(code: str) -> str:
    return "no such database" if code == _NO_DATABASE else "check scheme, certificates and version of the server"
