"""Where a server is, and a store on it for as long as a block lasts."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from linkage.errors import SettingsError

if TYPE_CHECKING:
    from graph.neo4j.store import Neo4jStore

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
"""Plain; +s: TLS, certificate checked; +ssc: TLS, any certificate. neo4j asks the server for a route, bolt does not."""


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach a database and how long to wait for it.

    Args:
        uri: scheme of SCHEMES, host, and port where it is not 7687.
        user: user name.
        password: never shown.
        database: name of the database.
        ca_file: certificates that the server's own must descend from, with a +s scheme; None for those of the system.
        connect_seconds: longest wait for a connection.
        retry_seconds: how long a transaction is tried again while the server is away or busy.

    Raises:
        SettingsError: the URI or the CA file cannot be used; the text does not repeat the URI.
    """

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"
    ca_file: Path | None = None
    connect_seconds: float = 5.0
    retry_seconds: float = 30.0

    def __post_init__(self) -> None:
        if "@" in self.uri:
            raise SettingsError("the Neo4j URI must not hold a user or password: give them as settings of their own")
        try:
            parts = urlsplit(self.uri)
            is_place = bool(parts.hostname) and parts.port != 0 and not (parts.path.strip("/") or parts.fragment)
        except ValueError:
            is_place = False
        if not is_place or parts.scheme not in SCHEMES:
            raise SettingsError(f"the Neo4j URI must be scheme://host:port with a scheme of {', '.join(SCHEMES)}")
        if self.ca_file is not None:
            _check_ca_file(self.ca_file, parts.scheme)

    def to_driver_options(self) -> tuple[str, dict[str, Any]]:
        """The URI and options for the driver, which wants certificates of one's own told apart from the scheme."""
        import neo4j  # noqa: PLC0415 - slow to load, and few commands talk to a server

        options: dict[str, Any] = {
            "auth": (self.user, self.password),
            "connection_timeout": self.connect_seconds,
            "connection_acquisition_timeout": 2 * self.connect_seconds,
            "max_transaction_retry_time": self.retry_seconds,
            "notifications_min_severity": neo4j.NotificationMinimumSeverity.OFF,
            "warn_notification_severity": neo4j.NotificationMinimumSeverity.OFF,
        }
        if self.ca_file is None:
            return self.uri, options
        options |= {"encrypted": True, "trusted_certificates": neo4j.TrustCustomCAs(str(self.ca_file))}
        return self.uri.replace("+s://", "://", 1), options


@contextmanager
def connect(server: Server) -> Iterator[Neo4jStore]:
    """A store on the server, which answered; its connections are closed when the block is left.

    Raises:
        StoreUnavailable: the server did not answer within `connect_seconds`.
        SettingsError: it refuses the user, password, database or encryption.
    """
    from neo4j import GraphDatabase  # noqa: PLC0415 - as above

    from graph.neo4j.failures import translated  # noqa: PLC0415
    from graph.neo4j.store import Neo4jStore  # noqa: PLC0415

    # the driver tells of each retry on its own logger; without a handler Python would print that on the terminal
    logger = logging.getLogger("neo4j")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    uri, options = server.to_driver_options()
    with translated():
        driver = GraphDatabase.driver(uri, **options)
    try:
        with translated(), driver.session(database=server.database) as session:
            session.run("RETURN 1").consume()  # once: a managed transaction would try again for `retry_seconds`
        yield Neo4jStore(driver, server.database)
    finally:
        driver.close()


def _check_ca_file(ca_file: Path, scheme: str) -> None:
    if not scheme.endswith("+s"):
        raise SettingsError("a CA file for Neo4j needs a URI that checks certificates: bolt+s:// or neo4j+s://")
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"{ca_file}: cannot be read as CA certificates ({type(error).__name__})") from error
