"""Where the graph is read and what follows it: the ledger's own tables, or a server that follows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import apsw

from graph.embedded import ChangeLog, EmbeddedStore
from graph.errors import StoreUnavailable
from graph.neo4j import Server, connect
from graph.store import GraphReader, Mark
from linkage.errors import SettingsError

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class GraphStoreChoice:
    """Where the graph is to be read.

    Args:
        server: the server that follows the ledger; None for the ledger's own tables.
    """

    server: Server | None = None

    @property
    def name(self) -> str:
        """What the store is called, without user or password."""
        return address(self.server) if self.server else EMBEDDED


LEDGER = GraphStoreChoice()


def address(server: Server) -> str:
    """What a server's database is called in the ledger and in messages: neither user nor password."""
    return f"{server.uri.rstrip('/')}/{server.database}"


@contextmanager
def open_graph(connection: apsw.Connection, choice: GraphStoreChoice) -> Iterator[GraphReader]:
    """The graph as of one state of the ledger.

    Args:
        connection: an open reading transaction on the ledger.

    Raises:
        StoreUnavailable: the server does not answer or let us in, or it does not hold that state: it lags behind, or a
            load went on meanwhile.
    """
    if choice.server is None:
        yield EmbeddedStore(connection)
        return
    head = ChangeLog(connection).head()
    with ExitStack() as opened:
        try:
            store = opened.enter_context(connect(choice.server))
        except SettingsError as error:  # how we log in is no fault of whoever asks
            raise StoreUnavailable(choice.name, str(error)) from error
        _require(store.mark(), head, choice.name)
        yield store
        _require(store.mark(), head, choice.name)


def _require(mark: Mark, head: Mark, name: str) -> None:
    if mark == head:
        return
    if mark.workspace not in ("", head.workspace):
        raise StoreUnavailable(name, "it holds the graph of another workspace")
    if mark.sequence > head.sequence:
        raise StoreUnavailable(name, "a load went on meanwhile")
    raise StoreUnavailable(
        name, f"it is at change {mark.sequence} of {head.sequence}; bring it up with: crosslane graph push"
    )
