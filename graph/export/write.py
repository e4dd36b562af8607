"""The one way in: what to write, in which format, to which text file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TextIO

from graph.export.content import Content, Format
from graph.export.cypher_script import write_cypher
from graph.export.gexf import write_gexf
from graph.export.graphml import write_graphml
from graph.export.node_link import write_node_link
from graph.export.tables import write_edges_csv, write_nodes_csv
from graph.store import GraphScan, Neighbourhood

_WRITERS: Mapping[Format, Callable[[Content, TextIO], None]] = MappingProxyType(
    {
        Format.GRAPHML: write_graphml,
        Format.GEXF: write_gexf,
        Format.NODE_LINK: write_node_link,
        Format.NODES_CSV: write_nodes_csv,
        Format.EDGES_CSV: write_edges_csv,
        Format.CYPHER: write_cypher,
    }
)


def write_graph(reader: GraphScan, form: Format, out: TextIO) -> None:
    """The whole graph is in the text, nodes and edges ordered by kind and key; equal graphs give equal text.

    Args:
        reader: what holds the graph.
        form: which text.
        out: UTF-8 text file that leaves line ends as they are (`newline=""`).

    Complexity: linear; memory holds the nodes or edges of one kind at a time.
    """
    _WRITERS[form](Content.of_graph(reader), out)


def write_neighbourhood(found: Neighbourhood, form: Format, out: TextIO) -> None:
    """What a look around found is in the text, nodes with `hops` and `degree`.

    Args:
        found: what lies around some nodes.
        form: which text.
        out: UTF-8 text file that leaves line ends as they are (`newline=""`).
    """
    _WRITERS[form](Content.of_neighbourhood(found), out)
