"""The graph in a Neo4j server of its own, through the official driver. Nothing else imports the driver.

Where a server is can be told without the driver, which is loaded when one is talked to.
"""

from graph.neo4j.connection import Server, connect

__all__ = ["Server", "connect"]
