"""The graph in a Neo4j server of its own, through the official driver. Nothing else imports the driver."""

from graph.neo4j.connection import Server, connect
from graph.neo4j.store import Neo4jStore
from graph.store import Exact

__all__ = ["Exact", "Neo4jStore", "Server", "connect"]
