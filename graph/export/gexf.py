"""GEXF 1.3, https://gexf.net: what Gephi opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

import polars as pl

from graph.export.content import Content, Row
from graph.export.graphml import edge_ends
from graph.export.xml_text import escaped, node_name

_TYPES = {pl.Float64: "double", pl.Int32: "integer", pl.Int64: "long"}
_ELSEWHERE = ("src_kind", "src", "dst_kind", "dst", "kind")  # of edges: said by attributes of GEXF itself


def write_gexf(content: Content, out: TextIO) -> None:
    """A GEXF document: a node is labelled with its key, an edge with its kind, and weighs what it is believed."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n')
    out.write('<graph mode="static" defaultedgetype="directed">\n')
    _declare("node", content.node_columns, out)
    _declare("edge", {name: kind for name, kind in content.edge_columns.items() if name not in _ELSEWHERE}, out)
    out.write("<nodes>\n")
    for row in content.nodes():
        head = f'id="{node_name(row["kind"], row["key"])}" label="{escaped(row["key"])}"'
        out.write(f"<node {head}>{_values(row)}</node>\n")
    out.write("</nodes>\n<edges>\n")
    for number, row in enumerate(content.edges()):
        ends = " ".join(f'{end}="{name}"' for end, name in edge_ends(row).items())
        head = f'id="e{number}" {ends} kind="{row["kind"]}" label="{row["kind"]}" weight="{row["confidence"]}"'
        said = {name: value for name, value in row.items() if name not in _ELSEWHERE}
        out.write(f"<edge {head}>{_values(said)}</edge>\n")
    out.write("</edges>\n</graph>\n</gexf>\n")


def _declare(owner: str, columns: dict[str, Any], out: TextIO) -> None:
    out.write(f'<attributes class="{owner}" mode="static">\n')
    for name, dtype in columns.items():
        out.write(f'<attribute id="{name}" title="{name}" type="{_TYPES.get(dtype, "string")}"/>\n')
    out.write("</attributes>\n")


def _values(row: Row) -> str:
    return f"<attvalues>{''.join(_said(row))}</attvalues>"


def _said(row: Row) -> Iterator[str]:
    for name, value in row.items():
        if value is not None:
            yield f'<attvalue for="{name}" value="{escaped(value)}"/>'
