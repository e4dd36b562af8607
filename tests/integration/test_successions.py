"""The queue of possible successions, from files to scores: ruled on, told of everywhere, taken back to the bit."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import scores
from api.audit import AUDIT
from api.bootstrap import create_workspace, open_workspace
from api.cli import main
from api.decide import decide, undo
from api.graph_store import LEDGER, GraphStoreChoice
from api.load import LoadRequest, load
from api.progress import Silent
from api.projection import push_graph, rebuild_graph, verify_graph
from api.risk import risk
from api.succession_rulings import SuccessionRulings
from api.successions import COLUMNS, list_successions, rule, undo_ruling
from graph.embedded import EmbeddedStore
from graph.neo4j import Server
from graph.project import snapshot
from graph.successors import Ruling
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
REASON = "same yard, seen by the inspector"
FILES = {
    "carriers": """source,carrier_id,name,usdot,address,city,region,phone,officers,status,revoked_on,registered_on
US,100,Okafor Willow Trucking LLC,100100,918 Willow Bend Dr,Laredo,TX,702-919-1300,J. Oka,revoked,2024-03-01,2012-05-02
US,200,Willow Summit Express Inc,200200,,,,702-919-1300,,active,,2024-04-10
US,300,Pine Hollow Haulage LLC,300300,12 Pine Hollow Rd,Fargo,ND,701-555-0188,B. Lund,revoked,2024-05-01,2010-01-02
US,400,Pine Hollow Carriers Inc,400400,12 Pine Hollow Rd,Fargo,ND,701-555-0188,B. Lund,active,,2024-06-01
US,500,Cactus Ridge Lines,500500,77 Ridge Rd,Yuma,AZ,928-555-0111,R. Soto,active,,2015-01-01
""",
    "drivers": """source,record_id,country,given_name,surname,birth_date
US,1,US,Ulises,Quintanar,1961-03-09
US,2,US,Petra,Olvera,1972-04-10
US,3,US,Anselm,Tremblay,1983-05-11
US,4,US,Brigid,Halloran,1964-06-12
""",
    "employment": """source,record_id,carrier_id,start_date,end_date
US,1,100,2023-01-01,2024-03-01
US,2,200,2024-05-01,
US,3,300,2023-01-01,2024-05-01
US,4,400,2024-07-01,
""",
    "events": """source,record_id,event_id,event_type,event_date,code
US,1,e1,SEIZURE,2024-02-01,
US,3,e3,SEIZURE,2024-02-01,
""",
}


def give(workspace: Workspace, folder: Path, source: str, text: str) -> None:
    path = folder / f"{source}-{len(list(folder.iterdir()))}.csv"
    path.write_text(text)
    load(workspace, LoadRequest((path,), source, TODAY))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a possible and a likely succession, and a driver on each side of both."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "in").mkdir()
    workspace = create_workspace(folder / "w")
    for source, text in FILES.items():
        give(workspace, folder / "in", source, text)
    return folder / "w"


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made, tmp_path / "w")
    return open_workspace(tmp_path / "w")


def state(workspace: Workspace) -> tuple[Any, ...]:
    """All that a ruling may move."""
    with workspace.reading() as connection:
        held = snapshot(EmbeddedStore(connection))
        return held.nodes.rows(), held.edges.rows(), scores.read_scores(connection).rows()


def is_whole(workspace: Workspace) -> bool:
    """The graph is what a build from nothing gives, and the scores what scoring everybody gives."""
    with workspace.reading() as connection:
        day = scores.as_of(connection)
        assert day is not None
        again = scores.compute(EmbeddedStore(connection), day)[0].sort("identity_id").rows()
        table = scores.read_scores(connection).sort("identity_id").rows()
    return bool(verify_graph(workspace, LEDGER, Silent())["equal"]) and again == table


def linked(workspace: Workspace, driver: str) -> float:
    return float(risk(workspace, driver)["linked"]["points"])


def waiting(workspace: Workspace) -> list[tuple[str, str]]:
    return [(row["older"], row["younger"]) for row in list_successions(workspace)["rows"]]


def test_the_queue_holds_what_is_possible_and_says_why(workspace: Workspace) -> None:
    document = list_successions(workspace)
    assert document["as_of"] == TODAY.isoformat()
    (row,) = document["rows"]
    assert (row["older"], row["younger"], row["answer"]) == ("US/100", "US/200", "possible")
    assert (row["older_name"], row["since"]) == ("Okafor Willow Trucking LLC", "2024-04-10")
    assert sum(reason["bits"] for reason in row["reasons"]) == pytest.approx(row["bits"])
    assert row["probability"] == pytest.approx(1 / (1 + 2 ** -row["bits"]))
    assert row["ruling"] is None
    everything = list_successions(workspace, with_settled=True)["rows"]
    assert [(one["older"], one["answer"]) for one in everything] == [("US/300", "likely"), ("US/100", "possible")]


def test_a_confirmed_one_ties_drivers_at_once_and_says_who_decided(workspace: Workspace) -> None:
    assert linked(workspace, "US/2") == 0
    document = rule(workspace, "US/200", "US/100", Ruling.CONFIRMED, REASON, "m.ruiz")
    assert document["rescored"] >= 1
    told = document["ruling"]
    assert (told["older"], told["younger"], told["known_on"]) == ("US/100", "US/200", "2026-06-30")
    assert waiting(workspace) == []
    (item,) = risk(workspace, "US/2")["linked"]["contributions"]
    (tie,) = item["ties"]
    assert (tie["group"], tie["succession"]["confidence"]) == ("successor", 1.0)
    assert tie["succession"]["ruling"] == {"n": 1, "by": "m.ruiz", "on": "2026-06-30"}
    assert "m.ruiz confirmed it, 30 Jun 2026." in item["sentence"]
    assert REASON not in json.dumps(item)
    assert is_whole(workspace)
    (row,) = [row for row in list_successions(workspace, with_settled=True)["rows"] if row["ruling"]]
    assert (row["ruling"], row["ruled_by"], row["reason"]) == ("confirmed", "m.ruiz", REASON)


def test_a_rejected_one_never_comes_back_by_itself(workspace: Workspace, tmp_path: Path) -> None:
    rule(workspace, "US/100", "US/200", Ruling.REJECTED, REASON, "m.ruiz")
    before = linked(workspace, "US/4")
    assert before > 0
    rule(workspace, "US/300", "US/400", Ruling.REJECTED, REASON, "m.ruiz")
    assert linked(workspace, "US/4") == 0
    folder = tmp_path / "in"
    folder.mkdir()
    give(workspace, folder, "employment", "source,record_id,carrier_id,start_date,end_date\nUS,1,200,2024-06-01,\n")
    more = FILES["carriers"].replace(
        "Willow Summit Express Inc,200200,,,", "Willow Summit Express,200200,918 Willow Bend Dr,Laredo,TX"
    )
    give(workspace, folder, "carriers", more)
    rebuild_graph(workspace, LEDGER, Silent())
    assert waiting(workspace) == []
    assert linked(workspace, "US/4") == 0
    assert is_whole(workspace)
    undo_ruling(workspace, 2, "p.olsen")
    assert linked(workspace, "US/4") == before
    (row,) = [row for row in list_successions(workspace, with_settled=True)["rows"] if row["ruling"]]
    assert row["answer"] == "likely"  # with a door in common; that the ruling stands in its way


def test_a_later_decision_on_people_keeps_it(workspace: Workspace) -> None:
    rule(workspace, "US/100", "US/200", Ruling.CONFIRMED, REASON, "m.ruiz")
    before = state(workspace)
    made = decide(workspace, "US/1", "US/3", "same", "same man", "m.ruiz")
    assert is_whole(workspace)
    undo(workspace, made["decision"]["n"], "m.ruiz")
    assert state(workspace) == before


def test_what_cannot_be_ruled_on_is_refused(workspace: Workspace) -> None:
    cases = [
        (("US/100", "US/200", " ", "m.ruiz"), "reason"),
        (("US/100", "US/200", REASON, " "), "person"),
        (("US/100", "US/999", REASON, "m.ruiz"), "no such carrier"),
        (("US/100", "US/100", REASON, "m.ruiz"), "one and the same"),
        (("US/100", "US/500", REASON, "m.ruiz"), "do not look like a succession"),
    ]
    before = state(workspace)
    for (a, b, reason, by), words in cases:
        with pytest.raises(SettingsError, match=words):
            rule(workspace, a, b, Ruling.CONFIRMED, reason, by)
    with pytest.raises(UnknownRecord):
        undo_ruling(workspace, 1, "m.ruiz")
    assert state(workspace) == before
    rule(workspace, "US/100", "US/200", Ruling.REJECTED, REASON, "m.ruiz")
    undo_ruling(workspace, 1, "m.ruiz")
    with pytest.raises(SettingsError, match="taken back before"):
        undo_ruling(workspace, 1, "m.ruiz")


def test_the_ledger_keeps_every_ruling_as_it_was_made(workspace: Workspace) -> None:
    rule(workspace, "US/100", "US/200", Ruling.REJECTED, REASON, "m.ruiz")
    for statement in (
        "DELETE FROM succession_ruling",
        "UPDATE succession_ruling SET reason = 'another'",
        "UPDATE succession_ruling SET ruling = 'confirmed', undone_by = 'x', undone_at = 'y'",
    ):
        with pytest.raises(apsw.ConstraintError), workspace.transaction() as connection:
            connection.execute(statement)
    undo_ruling(workspace, 1, "p.olsen")
    with pytest.raises(apsw.ConstraintError), workspace.transaction() as connection:
        connection.execute("UPDATE succession_ruling SET undone_by = NULL, undone_at = NULL")
    with workspace.reading() as connection:
        (kept,) = SuccessionRulings(connection).all()
    assert (kept.by, kept.undone_by) == ("m.ruiz", "p.olsen")


PAIRS = (("US/100", "US/200"), ("US/200", "US/100"), ("US/300", "US/400"))
words = st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(list(Ruling))), min_size=1, max_size=3)


@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(words, st.randoms(use_true_random=False))
def test_whatever_is_ruled_and_taken_back_in_any_order_leaves_no_trace(
    made: Path, tmp_path_factory, said, order
) -> None:
    folder = tmp_path_factory.mktemp("copy") / "w"
    shutil.copytree(made, folder)
    workspace = open_workspace(folder)
    before, queue = state(workspace), list_successions(workspace, with_settled=True)
    numbers = [rule(workspace, *pair, ruling, REASON, "m.ruiz")["ruling"]["n"] for pair, ruling in said]
    assert is_whole(workspace)
    order.shuffle(numbers)
    for number in numbers:
        undo_ruling(workspace, number, "p.olsen")
    assert state(workspace) == before
    assert list_successions(workspace, with_settled=True) == queue


def test_the_newest_word_stands_and_taking_it_back_restores_the_one_before(workspace: Workspace) -> None:
    rule(workspace, "US/100", "US/200", Ruling.CONFIRMED, REASON, "m.ruiz")
    confirmed = state(workspace)
    rule(workspace, "US/100", "US/200", Ruling.REJECTED, "other owners", "p.olsen")
    assert linked(workspace, "US/2") == 0
    undo_ruling(workspace, 2, "p.olsen")
    assert state(workspace) == confirmed


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["succession", *arguments, "-w", str(workspace.path)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_line_lists_rules_and_takes_back(workspace, capsys, monkeypatch) -> None:
    monkeypatch.setenv("CROSSLANE_ACTOR", "m.ruiz")
    code, out, _ = run(workspace, capsys, "list", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert tuple(rows[0]) == COLUMNS
    assert [(row["older"], row["younger"]) for row in rows] == [("US/100", "US/200")]
    code, out, _ = run(workspace, capsys, "list")
    assert "after the revocation of Okafor Willow Trucking LLC" in " ".join(out.split())
    code, out, _ = run(workspace, capsys, "confirm", "US/100", "US/200", "--reason", REASON, "--json")
    assert (code, json.loads(out)["ruling"]["by"]) == (0, "m.ruiz")
    assert run(workspace, capsys, "list")[1] == "Nothing waits for a person.\n"
    assert len(json.loads(run(workspace, capsys, "list", "--all", "--json")[1])["rows"]) == 2
    assert "Ruling 1: confirmed (undone)" in run(workspace, capsys, "undo", "1")[1]
    assert "Ruling 2: rejected" in run(workspace, capsys, "reject", "US/300", "US/400", "--reason", REASON)[1]
    audited = (
        apsw.Connection(str(workspace.path / AUDIT)).execute("SELECT action, detail FROM audit ORDER BY n").fetchall()
    )
    assert [row for row in audited if row[0] != "succession list"] == [
        ("succession confirm", "ruling 1"),
        ("succession undo", "ruling 1"),
        ("succession reject", "ruling 2"),
    ]
    assert REASON not in str(audited)


@pytest.mark.parametrize(
    "arguments",
    [
        ("confirm", "US/100", "US/200"),
        ("confirm", "US/100", "US/200", "--reason", "  "),
        ("reject", "US/100", "US/500", "--reason", REASON),
        ("undo", "7"),
        ("list", "--format", "xml"),
    ],
)
def test_the_command_line_refuses_in_words(workspace, capsys, arguments) -> None:
    code, out, err = run(workspace, capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err


def test_a_server_that_follows_has_it_too(workspace: Workspace, empty_neo4j) -> None:
    server = Server(empty_neo4j.uri, empty_neo4j.user, empty_neo4j.password)
    choice = GraphStoreChoice(server)
    push_graph(workspace, server, Silent())
    for step in (
        lambda: rule(workspace, "US/100", "US/200", Ruling.CONFIRMED, REASON, "m.ruiz"),
        lambda: undo_ruling(workspace, 1, "m.ruiz"),
    ):
        step()
        push_graph(workspace, server, Silent())
        assert verify_graph(workspace, choice, Silent())["equal"]
        assert risk(workspace, "US/2", store=choice) == risk(workspace, "US/2")


def test_a_band_that_a_ruling_crosses_opens_a_review(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [f"US,1,f{n},SEIZURE,2024-02-0{n},f{n}" for n in range(1, 10)]
    give(
        workspace,
        folder,
        "events",
        "\n".join(["source,record_id,event_id,event_type,event_date,incident_id", *rows, ""]),
    )
    enrolled = "source,record_id,fast_id,status,enrolled_on,expires_on\nUS,2,7001,active,2024-06-01,2029-06-01\n"
    give(workspace, folder, "enrolments", enrolled)
    assert rule(workspace, "US/100", "US/200", Ruling.CONFIRMED, REASON, "m.ruiz")["reviews_opened"] == 1
    assert risk(workspace, "US/2")["linked_band"] == "look"
    with workspace.reading() as connection:
        triggers = connection.execute("SELECT trigger_ FROM review").fetchall()
    assert ("linked_band",) in triggers
