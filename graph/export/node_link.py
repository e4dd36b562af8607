"""Node-link JSON: what `networkx.node_link_graph` and many drawing libraries read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import orjson

from graph.export.content import Content, Row


def write_node_link(content: Content, out: TextIO) -> None:
    """One JSON object, a node or edge a line; `properties` is an object, or text where it is not JSON."""
    out.write('{"directed": true, "multigraph": true, "graph": {}, "nodes": [')
    _lines((_node(row) for row in content.nodes()), out)
    out.write('], "edges": [')
    _lines((_edge(number, row) for number, row in enumerate(content.edges())), out)
    out.write("]}\n")


def _lines(items: Iterable[dict[str, Any]], out: TextIO) -> None:
    separator = "\n"
    for item in items:
        out.write(separator + orjson.dumps(item).decode())
        separator = ",\n"


def _node(row: Row) -> dict[str, Any]:
    return {"id": f"{row['kind']}:{row['key']}"} | dict(_said(row))


def _edge(number: int, row: Row) -> dict[str, Any]:
    ends = {"source": f"{row['src_kind']}:{row['src']}", "target": f"{row['dst_kind']}:{row['dst']}"}
    said = {name: value for name, value in _said(row) if name not in ("src_kind", "src", "dst_kind", "dst")}
    return ends | {"key": number} | said


def _said(row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name != "props":
            yield name, value
        elif value is not None:
            yield "properties", _parsed(value)


def _parsed(props: str) -> object:
    try:
        return orjson.loads(props)
    except orjson.JSONDecodeError:
        return props
