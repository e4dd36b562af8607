"""The explorer over a Neo4j server shows what it shows over the ledger's own tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace
from api.connect import Between, connect
from api.explore import Expansion, expand, restore, start_at
from api.graph_store import LEDGER, GraphStoreChoice
from api.joined import Joining, Way, joined
from api.load import LoadRequest, load
from api.progress import Silent
from api.projection import push_graph
from api.things import numbers_of, thing_document
from graph.neo4j import Server
from graph.schema import NodeKind
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace
from tools.neo4j.server import Neo4jServer

STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
US, OTHER, TRUCK = "STORY-US/U-1001", "STORY-MX/M-41", "9ZZTRUCK0TB004711"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "w")
    names = (
        "us_drivers",
        "mx_drivers",
        "yard_drivers",
        "mx_driving",
        "mx_vehicles",
        "enrolments",
        "mx_events",
        "yard_events",
    )
    for name in names:
        source = name.partition("_")[2] or name
        load(made, LoadRequest((STORY / f"{name}.csv",), source, date(2026, 6, 30)))
    return made


def asked(workspace: Workspace, store: GraphStoreChoice) -> list[dict[str, Any]]:
    """Every kind of question of the explorer and of the pages of things."""
    driver = workspace.resolve_id(US)
    started = start_at(workspace, US, None, store)
    shown = frozenset(node["id"] for node in started["nodes"])
    with workspace.reading() as connection:
        numbers = [
            row[0] for row in connection.execute("SELECT id FROM node WHERE kind IN ('Vehicle', 'Phone', 'Event')")
        ]
    return [
        started,
        expand(workspace, Expansion(NodeKind.VEHICLE, TRUCK, shown), None, store),
        expand(workspace, Expansion(NodeKind.PHONE, "+19565550199"), None, store),
        expand(workspace, Expansion(NodeKind.PHONE, "+19565550199", text="rebollar", least=0.0), None, store),
        expand(workspace, Expansion(NodeKind.IDENTITY, driver, since=date(2025, 1, 1)), None, store),
        restore(workspace, started["focus"], sorted(shown), store),
        connect(workspace, Between([US, OTHER]), store),
        *(joined(workspace, Joining(way, (US, OTHER), shown), store) for way in Way),
        *(thing_document(workspace, number, 0, store) for number in numbers),
    ]


def test_both_stores_show_the_same(workspace: Workspace, empty_neo4j: Neo4jServer) -> None:
    server = Server(empty_neo4j.uri, empty_neo4j.user, empty_neo4j.password)
    push_graph(workspace, server, Silent())
    mine, theirs = asked(workspace, LEDGER), asked(workspace, GraphStoreChoice(server))
    for here, there in zip(mine, theirs, strict=True):
        assert there == here


def test_a_number_names_the_same_thing_over_both_stores_after_a_thing_went(
    workspace: Workspace, empty_neo4j: Neo4jServer, tmp_path: Path
) -> None:
    server = Server(empty_neo4j.uri, empty_neo4j.user, empty_neo4j.password)

    def bring(phone: str, day: int) -> None:
        head = "source,record_id,country,given_name,surname,birth_date,phone\n"
        path = tmp_path / f"drivers-{day}.csv"
        path.write_text(f"{head}NUM,1,US,Vidal,Oyarzun,1970-02-03,{phone}\n", "utf-8")
        load(workspace, LoadRequest((path,), "drivers", date(2026, 7, day)))
        push_graph(workspace, server, Silent())

    def number_of(phone: str) -> int | None:
        with workspace.reading() as connection:
            return numbers_of(connection, [("Phone", phone)]).get(("Phone", phone))

    bring("956 555 0777", 1)
    first = number_of("+19565550777")
    bring("956 555 0888", 2)
    second = number_of("+19565550888")
    assert (number_of("+19565550777"), second is None, first == second) == (None, False, False)
    assert first is not None
    assert second is not None
    for store in (LEDGER, GraphStoreChoice(server)):
        assert thing_document(workspace, second, 0, store)["key"] == "+19565550888"
        with pytest.raises(UnknownRecord):
            thing_document(workspace, first, 0, store)
    bring("+1 956 555 0777", 3)  # bytes that were loaded before bring nothing
    for store in (LEDGER, GraphStoreChoice(server)):
        assert thing_document(workspace, first, 0, store)["key"] == "+19565550777"
