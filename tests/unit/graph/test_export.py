import csv
import datetime as dt
import io
import json
import re
from xml.etree import ElementTree as ET

import networkx as nx
import orjson
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.export import Format, write_graph, write_neighbourhood
from graph.export.cypher_script import text as cypher_text
from graph.export.xml_text import node_name
from graph.schema import NodeKind, Projection
from graph.store import Reach
from graph.testing.memory import MemoryStore
from graph.testing.worlds import Happening, Hold, World

DAY = dt.date(2025, 3, 1)
HARD = (
    "<img src=x onerror=alert(1)>&\"'",
    "</script><svg onload=x>]]>",
    "\u202egnp.exe\u200f \u05d0\u05d1",
    "\U0001f69b\U00020000",
    "tab\tline\nreturn\rnext\u0085\u2028",
    "\x00\x01\x0b\ufffe\uffff",
    '=HYPERLINK("http://example.invalid","Ed")',
    "+15550100",
    "-1",
    "@SUM(A1)",
    "'quoted",
    "\\u0027 }) DETACH DELETE n //",
    "trailing ",
    "Trailing",
    "trailing",
    "e\u0301",
    "\u00e9",
    "",
)
HELD = World(
    holds=(
        *(Hold(name, "truck", name, DAY, DAY) for name in HARD),
        Hold("d1", "carrier", "c1", DAY, None),
        Hold("d1", "carrier", "c1", DAY, None, record=1),
        Hold("d1", "carrier", "c1"),
    ),
    events=(Happening("d1", "e1", DAY),),
    props={name: orjson.dumps({"name": name}).decode() for name in HARD},
).to_graph()
STORE = MemoryStore(HELD)


def text_of(form: Format, held: Projection = HELD) -> str:
    out = io.StringIO(newline="")
    write_graph(MemoryStore(held), form, out)
    return out.getvalue()


def xml_can_hold(value: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", value)


def names() -> dict[str, tuple[str, str]]:
    return {node_name(kind, key): (kind, key) for kind, key in HELD.nodes.select("kind", "key").iter_rows()}


@pytest.mark.parametrize(("form", "read"), [(Format.GRAPHML, nx.read_graphml), (Format.GEXF, nx.read_gexf)])
def test_networkx_reads_the_xml_back(form, read) -> None:
    back = read(io.BytesIO(text_of(form).encode()))
    assert set(back.nodes) == set(names())
    assert len(names()) == HELD.nodes.height
    for name, data in back.nodes.items():
        kind, key = names()[name]
        assert (data["kind"], data["key"]) == (kind, xml_can_hold(key))
    for row in HELD.nodes.filter(pl.col("props").is_not_null()).iter_rows(named=True):
        assert back.nodes[node_name(row["kind"], row["key"])]["props"] == xml_can_hold(row["props"])
    joined = sorted((names()[a], names()[b]) for a, b in back.edges())
    wanted = HELD.edges.select("src_kind", "src", "dst_kind", "dst").iter_rows()
    assert joined == sorted(((a, b), (c, d)) for a, b, c, d in wanted)
    stints = back.get_edge_data(node_name("Identity", "d1"), node_name("Carrier", "c1")).values()
    assert sorted(s["record"] for s in stints) == ["d1/0", "d1/0", "d1/1"]
    assert sorted(s.get("first_seen", "") for s in stints) == ["", "2025-03-01", "2025-03-01"]


@pytest.mark.parametrize("form", [Format.GRAPHML, Format.GEXF])
def test_xml_ids_are_name_tokens_and_nothing_else_is_markup(form) -> None:
    root = ET.fromstring(text_of(form))
    assert {re.sub("{.*}", "", one.tag) for one in root.iter()} <= {
        *("graphml", "key", "graph", "node", "edge", "data"),
        *("gexf", "attributes", "attribute", "nodes", "edges", "attvalues", "attvalue"),
    }
    ids = [one.get("id") for one in root.iter() if re.sub("{.*}", "", one.tag) in ("node", "edge")]
    assert len(set(ids)) == len(ids) == HELD.nodes.height + HELD.edges.height
    assert all(re.fullmatch(r"[A-Za-z0-9_.:-]+", one) for one in ids)


def test_networkx_reads_the_json_back() -> None:
    back = nx.node_link_graph(json.loads(text_of(Format.NODE_LINK)), edges="edges")
    assert back.number_of_edges() == HELD.edges.height
    for name in HARD:
        assert back.nodes[f"Identity:{name}"]["properties"] == {"name": name}
        assert back.has_edge(f"Identity:{name}", f"Vehicle:{name}")
    stints = back.get_edge_data("Identity:d1", "Carrier:c1").values()
    assert {(s["record"], s["first_seen"]) for s in stints} == {
        ("d1/0", None),
        ("d1/0", "2025-03-01"),
        ("d1/1", "2025-03-01"),
    }


def test_a_csv_cell_never_begins_like_a_formula_and_reads_back() -> None:
    nodes = list(csv.DictReader(io.StringIO(text_of(Format.NODES_CSV), newline="")))
    edges = list(csv.DictReader(io.StringIO(text_of(Format.EDGES_CSV), newline="")))
    cells = [cell for row in nodes + edges for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)
    assert [(row["kind"], plain(row["key"])) for row in nodes] == HELD.nodes.select("kind", "key").rows()
    assert [(plain(row["src"]), plain(row["dst"])) for row in edges] == HELD.edges.select("src", "dst").rows()
    assert [float(row["confidence"]) for row in edges] == HELD.edges["confidence"].to_list()


def plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def test_a_cypher_script_is_a_statement_a_line() -> None:
    lines = text_of(Format.CYPHER).splitlines()
    assert len(lines) == len(NodeKind) + HELD.nodes.height + HELD.edges.height
    assert all(line.endswith(";") for line in lines)
    assert all(line.isprintable() for line in lines)


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("\\u0027'nU`{}\n\u202e"))
def test_a_cypher_text_reads_back_whether_or_not_escapes_are_read_first(value: str) -> None:
    written = cypher_text(value)
    assert read_cypher(written) == value
    first = re.sub(r"\\u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), written)
    assert read_cypher(first) == value


def read_cypher(expression: str) -> str:
    """What Cypher makes of texts joined by `+`."""
    one = r"'((?:[^'\\]|\\(?:[\\'nrtbf]|u[0-9A-F]{4}))*)'"
    assert re.fullmatch(rf"{one}(?: \+ {one})*", expression, re.DOTALL)
    read = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

    def said(found: re.Match[str]) -> str:
        return chr(int(found[1][1:], 16)) if len(found[1]) > 1 else read.get(found[1], found[1])

    parts = [found[1] for found in re.finditer(one, expression, re.DOTALL)]
    return "".join(re.sub(r"\\(u[0-9A-F]{4}|.)", said, part, flags=re.DOTALL) for part in parts)


@pytest.mark.parametrize("form", list(Format))
def test_equal_graphs_give_equal_text(form) -> None:
    shuffled = Projection(HELD.nodes.sample(fraction=1, shuffle=True, seed=3), HELD.edges.reverse())
    assert text_of(form, shuffled) == text_of(form)
    assert text_of(form, Projection.empty()) != text_of(form)


@pytest.mark.parametrize("form", list(Format))
def test_the_empty_graph_can_be_written(form) -> None:
    written = text_of(form, Projection.empty())
    if form in (Format.GRAPHML, Format.GEXF):
        ET.fromstring(written)
    if form is Format.NODE_LINK:
        assert nx.node_link_graph(json.loads(written), edges="edges").number_of_nodes() == 0


def test_a_neighbourhood_says_how_far_things_are() -> None:
    out = io.StringIO(newline="")
    write_neighbourhood(STORE.neighbours(NodeKind.IDENTITY, ["d1"], Reach()), Format.GRAPHML, out)
    back = nx.read_graphml(io.BytesIO(out.getvalue().encode()))
    assert back.nodes["Identity:d1"]["hops"] == 0
    assert back.nodes["Identity:d1"]["degree"] == 4
    assert back.nodes["Carrier:c1"]["hops"] == 1


def test_memory_holds_one_kind_at_a_time() -> None:
    asked = []

    class Watched(MemoryStore):
        def edges(self, kinds):
            asked.append(len(kinds))
            return super().edges(kinds)

    write_graph(Watched(HELD), Format.EDGES_CSV, io.StringIO(newline=""))
    assert set(asked) == {1}
