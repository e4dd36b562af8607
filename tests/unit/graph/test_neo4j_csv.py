"""The importer's files: layout, types and quoting. That a server reads them as meant is an integration test."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from graph.neo4j_csv import ARGUMENTS_FILE, write_import
from graph.project import ProjectedGraph
from graph.schema import EDGE, NODE, EdgeKind, NodeKind, Projection
from graph.store import Mark
from linkage.errors import SettingsError

MARK = Mark("w", 7, "t", 2)


def graph(*props: object) -> ProjectedGraph:
    rows = [
        {"kind": "Carrier", "key": f"c{n}", "props": None if said is None else json.dumps(said)}
        for n, said in enumerate(props)
    ]
    return ProjectedGraph(Projection(NODE.conform(pl.DataFrame(rows)) if rows else NODE.empty(), EDGE.empty()))


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text("utf-8").splitlines()


def test_a_kind_has_a_header_and_a_data_file(tmp_path: Path) -> None:
    said = {"name": "A, B", "usdot": 7, "share": 0.1, "is_placeholder": False, "members": ["a", "b"], "gone": None}
    written = write_import(graph(said), MARK, tmp_path / "out")
    assert lines(written.folder, "nodes-Carrier-header.csv") == [
        "key:ID(Carrier),known_on:date,props:string,"
        "name:string,usdot:long,share:double,is_placeholder:boolean,members:string[]"
    ]
    text = json.dumps(said).replace('"', '""')
    assert lines(written.folder, "nodes-Carrier.csv") == [f'"c0",,"{text}","A, B",7,0.1,"false","a\x1fb"']
    assert written.arguments == (
        "--id-type=string",
        "--array-delimiter=U+001F",
        "--multiline-fields=false",
        "--nodes=CrosslaneState=nodes-CrosslaneState-header.csv,nodes-CrosslaneState.csv",
        "--nodes=Carrier=nodes-Carrier-header.csv,nodes-Carrier.csv",
    )
    assert tuple(lines(written.folder, ARGUMENTS_FILE)) == written.arguments
    assert (written.nodes, written.edges) == (1, 0)


def test_an_edge_names_its_ends_and_its_first_day(tmp_path: Path) -> None:
    row = {"kind": "EMPLOYED_BY", "src_kind": "Identity", "src": "i", "dst_kind": "Carrier", "dst": "c", "record": ""}
    day = dt.date(1970, 1, 11)
    edges = EDGE.conform(pl.DataFrame([row, row | {"first_seen": day, "confidence": 0.1, "days": 3, "known_on": day}]))
    held = ProjectedGraph(Projection(NODE.empty(), edges))
    written = write_import(held, MARK, tmp_path / "out")
    assert lines(written.folder, "relationships-EMPLOYED_BY-header.csv") == [
        ":START_ID(Identity),:END_ID(Carrier),record:string,first_day:long,first_seen:date,last_seen:date,"
        "confidence:double,known_on:date,days:long,props:string"
    ]
    assert lines(written.folder, "relationships-EMPLOYED_BY.csv") == [
        '"i","c","",-2147483648,,,,,,',
        '"i","c","",10,"1970-01-11",,0.1,"1970-01-11",3,',
    ]


def test_the_mark_is_a_node_of_its_own(tmp_path: Path) -> None:
    write_import(graph(), MARK, tmp_path / "out")
    assert lines(tmp_path / "out", "nodes-CrosslaneState-header.csv") == [
        "name:ID(CrosslaneState),workspace:string,sequence:long,token:string,step:long"
    ]
    assert lines(tmp_path / "out", "nodes-CrosslaneState.csv") == ['"projection","w",7,"t",2']


def test_a_field_of_two_types_parts_its_rows(tmp_path: Path) -> None:
    written = write_import(graph({"x": 1, "y": "a"}, {"x": "one"}, None, {"x": 2}), MARK, tmp_path / "out")
    sources = [a.partition("=")[2] for a in written.arguments if a.startswith("--nodes=Carrier")]
    found = {}
    for source in sources:
        header, data = source.partition("=")[2].split(",")
        for line in lines(written.folder, data):
            found[line.split(",")[0].strip('"')] = lines(written.folder, header)[0].split("props:string")[1]
    assert found == {
        "c0": ",x:long,y:string",
        "c1": ",y:string,x:string",
        "c2": ",y:string",
        "c3": ",x:long,y:string",
    }


@pytest.mark.parametrize(("text", "code"), [("a;b|c", "001F"), ("\x1f", "001E"), ("\x1c\x1d\x1e\x1f", "E000")])
def test_lists_are_separated_by_a_character_that_none_holds(text: str, code: str, tmp_path: Path) -> None:
    written = write_import(graph({"members": ["a", text]}), MARK, tmp_path / "out")
    assert f"--array-delimiter=U+{code}" in written.arguments
    assert [a for a in written.arguments if "Carrier" in a] == [
        "--nodes=Carrier=nodes-Carrier-header.csv,nodes-Carrier.csv"
    ]


@pytest.mark.parametrize("text", ["a\nb", "a\rb"])
def test_the_importer_is_told_of_line_breaks(text: str, tmp_path: Path) -> None:
    assert "--multiline-fields=true" in write_import(graph({"name": text}), MARK, tmp_path / "out").arguments


def test_an_earlier_export_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_import(graph({"x": 1}), MARK, folder)
    write_import(graph(), MARK, folder)
    assert not (folder / "nodes-Carrier.csv").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(SettingsError, match="something else"):
        write_import(graph(), MARK, tmp_path / "other")


class _Broken(ProjectedGraph):
    def edges(self, kinds: Any) -> pl.DataFrame:
        raise OSError


def test_an_export_cut_short_cannot_be_imported_and_can_be_replaced(tmp_path: Path) -> None:
    held = graph({"x": 1})
    with pytest.raises(OSError):  # noqa: PT011
        write_import(_Broken(held.held), MARK, tmp_path / "out")
    assert (tmp_path / "out" / ARGUMENTS_FILE).read_text() == ""
    assert write_import(held, MARK, tmp_path / "out").nodes == 1


def test_every_kind_has_its_file(tmp_path: Path) -> None:
    nodes = NODE.conform(pl.DataFrame([{"kind": kind.value, "key": "k"} for kind in NodeKind]))
    written = write_import(ProjectedGraph(Projection(nodes, EDGE.empty())), MARK, tmp_path / "out")
    assert written.nodes == len(NodeKind)
    assert not any(kind.value in argument for kind in EdgeKind for argument in written.arguments)
