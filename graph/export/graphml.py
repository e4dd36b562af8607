"""GraphML, http://graphml.graphdrawing.org: directed, with several edges between two nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

import polars as pl

from graph.export.content import Content, Row
from graph.export.xml_text import escaped, node_name

_TYPES = {pl.Float64: "double", pl.Int32: "int", pl.Int64: "long"}
_ENDS = ("src_kind", "src", "dst_kind", "dst")


def write_graphml(content: Content, out: TextIO) -> None:
    """A GraphML document; ids are made from kind and key, which stand as data too."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
    for owner, columns in (("node", content.node_columns), ("edge", content.edge_columns)):
        for name, dtype in columns.items():
            if owner == "node" or name not in _ENDS:
                kind = _TYPES.get(dtype, "string")
                out.write(f'<key id="{owner}.{name}" for="{owner}" attr.name="{name}" attr.type="{kind}"/>\n')
    out.write('<graph edgedefault="directed">\n')
    for row in content.nodes():
        out.write(f'<node id="{node_name(row["kind"], row["key"])}">{"".join(_data("node", row))}</node>\n')
    for number, row in enumerate(content.edges()):
        ends = " ".join(f'{end}="{name}"' for end, name in edge_ends(row).items())
        out.write(f'<edge id="e{number}" {ends}>{"".join(_data("edge", row))}</edge>\n')
    out.write("</graph>\n</graphml>\n")


def edge_ends(row: Row) -> dict[str, str]:
    """The ids of the nodes at both ends of an edge."""
    return {"source": node_name(row["src_kind"], row["src"]), "target": node_name(row["dst_kind"], row["dst"])}


def _data(owner: str, row: Row) -> Iterator[str]:
    for name, value in row.items():
        if value is not None and (owner == "node" or name not in _ENDS):
            yield f'<data key="{owner}.{name}">{escaped(value)}</data>'
