"""A picture as files for other programs: nobody's identifier in them, and no cell that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from typing import Any

import networkx as nx
import pytest

from api.explore.analytics import analytics
from api.explore.as_graph import as_graph
from api.explore.export import PictureFormat, write_picture

PHONE = "+19565550161"


def node(name: str, label: str, **more: Any) -> dict[str, Any]:
    kind, _, key = name.partition(":")
    return {"id": name, "kind": kind, "key": key, "label": label, "detail": "", **more}


def tie(source: str, target: str, kind: str = "HAS_PHONE", **more: Any) -> dict[str, Any]:
    told = {"first": None, "last": None, "days": 0, "strength": None, "certainty": "confirmed", "records": ["US/1"]}
    return {"id": f"{kind}|{source}|{target}", "source": source, "target": target, "kind": kind, **told, **more}


@pytest.fixture
def picture() -> dict[str, Any]:
    nodes = [
        node("Identity:D-A", "=cmd|' /C calc'!A0"),
        node("Identity:D-B", "\u202eמרים \x01 \U00020000"),
        node(f"Phone:{PHONE}", "…0161"),
        node("Vehicle:9ZZTRUCK0TB004711", "…4711"),
        node("Identity:D-C", "alone"),
    ]
    ties = [
        tie("Identity:D-A", f"Phone:{PHONE}", strength=0.6),
        tie("Identity:D-B", f"Phone:{PHONE}", strength=0.0),
        tie("Identity:D-B", "Vehicle:9ZZTRUCK0TB004711", "DROVE", first="2025-01-01", last="2025-03-01", days=3),
    ]
    return {"nodes": nodes, "edges": ties}


@pytest.mark.parametrize("form", list(PictureFormat))
def test_no_file_holds_a_phone_number_or_a_vin(picture: dict[str, Any], form: PictureFormat) -> None:
    file = write_picture(picture, form)
    text = file.content.decode()
    assert PHONE not in text
    assert "9ZZTRUCK" not in text
    assert "0161" in text
    assert "D-A" not in file.name + file.media_type


@pytest.mark.parametrize("form", [PictureFormat.CSV, PictureFormat.I2])
def test_a_table_has_a_row_a_tie_and_runs_nothing(picture: dict[str, Any], form: PictureFormat) -> None:
    rows = list(csv.reader(io.StringIO(write_picture(picture, form).content.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(picture["edges"])
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert any(cell == "'=cmd|' /C calc'!A0" for row in rows for cell in row)


def test_graphs_are_read_by_other_programs_with_every_thing_and_tie(picture: dict[str, Any]) -> None:
    graphml = nx.parse_graphml(write_picture(picture, PictureFormat.GRAPHML).content.decode(), force_multigraph=True)
    gexf = nx.read_gexf(io.BytesIO(write_picture(picture, PictureFormat.GEXF).content))
    for graph in (graphml, gexf):
        assert (graph.number_of_nodes(), graph.number_of_edges()) == (5, 3)
    assert {data["label"] for _, data in graphml.nodes(data=True)} >= {"…0161", "alone"}
    ET.fromstring(write_picture(picture, PictureFormat.GEXF).content)


def test_an_empty_picture_is_an_empty_file_of_each_form() -> None:
    for form in PictureFormat:
        assert write_picture({"nodes": [], "edges": []}, form).content


def test_analytics_count_the_picture_and_name_its_things(picture: dict[str, Any]) -> None:
    found = analytics(picture)
    assert found["components"] == [4, 1]
    assert found["between"][0]["id"] in {f"Phone:{PHONE}", "Identity:D-B"}
    assert found["between"][0]["share"] == pytest.approx(2 / 6)  # 2 of the 6 pairs of other things: networkx's norm
    assert sorted(name for part in found["communities"] for name in part) == sorted(
        name for part in found["communities"] for name in set(part)
    )
    assert analytics(picture) == found, "the same picture has the same communities"
    assert analytics({"nodes": [], "edges": []}) == {"components": [], "between": [], "communities": []}


def test_betweenness_is_that_of_networkx_on_the_simple_graph(picture: dict[str, Any]) -> None:
    simple = nx.Graph(as_graph(picture))
    wanted = sorted(nx.betweenness_centrality(simple).values(), reverse=True)
    assert [one["share"] for one in analytics(picture)["between"]] == [value for value in wanted if value > 0]
