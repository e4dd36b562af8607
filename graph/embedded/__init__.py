"""The default store: the graph as tables of the ledger's own SQLite file."""

from graph.embedded.change_log import ChangeLog
from graph.embedded.statements import MIGRATIONS
from graph.embedded.store import EmbeddedStore

__all__ = ["MIGRATIONS", "ChangeLog", "EmbeddedStore"]
