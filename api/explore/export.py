"""A picture as a file for other programs: a spreadsheet, Gephi, i2 Analyst's Notebook, anything that reads GraphML."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.explore.as_graph import as_graph
from api.spreadsheet import csv_text


class PictureFormat(StrEnum):
    """What a picture can be written as."""

    CSV = "csv"
    GRAPHML = "graphml"
    GEXF = "gexf"
    I2 = "i2"


@dataclass(frozen=True, slots=True)
class File:
    """A file to be kept; its name says nothing of anybody."""

    name: str
    media_type: str
    content: bytes


_TIES = ("from kind", "from", "tie", "to kind", "to", "first", "last", "days", "strength", "certainty", "records")
_END = ("type", "id", "label")
_I2 = (
    *(f"entity 1 {name}" for name in _END),
    "link type",
    "link date",
    *(f"entity 2 {name}" for name in _END),
    "strength",
)
"""One row a link: the columns that an i2 import specification is set to."""


def write_picture(document: Mapping[str, Any], form: PictureFormat) -> File:
    """The picture's document as a file."""
    import networkx as nx  # noqa: PLC0415 - as in `as_graph`

    match form:
        case PictureFormat.CSV:
            return File("crosslane-ties.csv", "text/csv; charset=utf-8", _ties(document).encode())
        case PictureFormat.I2:
            return File("crosslane-i2.csv", "text/csv; charset=utf-8", _i2(document).encode("utf-8-sig"))
        case PictureFormat.GRAPHML:
            lines = "\n".join(nx.generate_graphml(as_graph(document)))
            return File("crosslane.graphml", "application/graphml+xml", lines.encode())
        case PictureFormat.GEXF:
            out = io.BytesIO()
            nx.write_gexf(as_graph(document), out)
            return File("crosslane.gexf", "application/gexf+xml", out.getvalue())


def _ties(document: Mapping[str, Any]) -> str:
    node = {one["id"]: one for one in document["nodes"]}
    rows = [
        [
            node[edge["source"]]["kind"],
            node[edge["source"]]["label"],
            edge["kind"],
            node[edge["target"]]["kind"],
            node[edge["target"]]["label"],
            *(edge[name] for name in ("first", "last", "days", "strength", "certainty")),
            " ".join(edge["records"]),
        ]
        for edge in document["edges"]
    ]
    return csv_text(_TIES, rows)


def _i2(document: Mapping[str, Any]) -> str:
    place = {one["id"]: (f"n{number}", one) for number, one in enumerate(document["nodes"], 1)}
    rows = []
    for edge in document["edges"]:
        (left, a), (right, b) = place[edge["source"]], place[edge["target"]]
        link = [edge["kind"], edge["last"] or edge["first"]]
        rows.append([a["kind"], left, a["label"], *link, b["kind"], right, b["label"], edge["strength"]])
    return csv_text(_I2, rows)
