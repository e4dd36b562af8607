"""A graph, or a piece of one, as text that other programs read."""

from graph.export.content import Format
from graph.export.write import write_graph, write_neighbourhood

__all__ = ["Format", "write_graph", "write_neighbourhood"]
