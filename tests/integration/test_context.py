"""Files of people, ties and events, loaded one after the other: what the risk document shows beside the score."""

from datetime import date
from pathlib import Path

import pytest

from api import scores
from api.bootstrap import create_workspace
from api.carrier_records import KeptRecords
from api.decide import decide, undo
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from api.risk import risk
from api.risk_people import people_shown
from graph.embedded import EmbeddedStore
from graph.project import desired
from graph.verify import verify
from linkage.ledger import Workspace
from linkage.schema import Kind

TODAY, LATER = date(2026, 6, 30), date(2026, 7, 31)
NAMES = ("Ulises Quintanar", "Petra Olvera", "Anselm Tremblay", "Brigid Halloran")


def give(workspace: Workspace, folder: Path, source: str, text: str, today: date = TODAY) -> None:
    path = folder / f"{source}-{len(list(folder.iterdir()))}.csv"
    path.write_text(text)
    load(workspace, LoadRequest((path,), source, today))


def drivers() -> str:
    rows = ["source,record_id,country,given_name,surname,birth_date"]
    rows += [f"US,{n},US,{name.replace(' ', ',')},19{60 + n}-03-09" for n, name in enumerate(NAMES)]
    return "\n".join(rows)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "w")
    (tmp_path / "in").mkdir()
    give(made, tmp_path / "in", "drivers", drivers())
    return made


@pytest.fixture
def folder(tmp_path: Path, workspace: Workspace) -> Path:
    return tmp_path / "in"


def is_whole(workspace: Workspace) -> bool:
    facts = {kind: workspace.facts(kind) for kind in Kind}
    wanted = desired(facts, workspace.memberships(), workspace.possible_links())
    with workspace.reading() as connection:
        return verify(EmbeddedStore(connection), wanted).is_equal


def declared(workspace: Workspace, day: date | None = None) -> dict:
    return risk(workspace, "US/0", day)["context"]["declared"]


def test_a_file_of_ties_reaches_the_document_moves_no_score_and_can_be_replayed(workspace, folder):
    with workspace.reading() as connection:
        before = scores.read_scores(connection).rows()
    ties = "source,a,b,kind,start_date,quality\nUS,1,0,co-defendant,2024-05-01,valid\nUS,0,2,listed relative,,valid\n"
    give(workspace, folder, "associations", ties + "US,0,3,suspected terrorist,,valid\nUS,0,77,co-defendant,,\n", LATER)
    with workspace.reading() as connection:
        rows = scores.read_scores(connection).drop("as_of").rows()
    assert rows == [row[:-2] + row[-1:] for row in before]
    assert is_whole(workspace)
    found = declared(workspace)
    assert [(one["kind"], one["records"]) for one in found["shown"]] == [("co-defendant", ["US/0", "US/1"])]
    assert [(one["reason"], one["count"]) for one in found["withheld"]] == [("one fact only", 1)]
    assert found["shown"][0]["identity_id"] in people_shown(risk(workspace, "US/0"))
    assert declared(workspace, TODAY) == {"shown": [], "withheld": [], "left_out": 0}
    give(workspace, folder, "associations", "source,a,b,kind\nMX,US/2,US/0,sibling\n", LATER)
    assert {one["kind"] for one in declared(workspace)["shown"]} == {"co-defendant", "listed relative", "sibling"}


def test_a_tie_within_one_person_is_no_tie_until_the_two_are_parted_again(workspace, folder):
    give(workspace, folder, "associations", "source,a,b,kind\nUS,0,1,co-defendant\n")
    before = declared(workspace)
    assert len(before["shown"]) == 1
    number = decide(workspace, "US/0", "US/1", "same", "one person", "tester", TODAY)["decision"]["n"]
    assert declared(workspace) == {"shown": [], "withheld": [], "left_out": 0}
    assert is_whole(workspace)
    undo(workspace, number, "tester", TODAY)
    assert declared(workspace) == before
    assert is_whole(workspace)


def test_large_carriers_are_counted_with_every_load_and_kept_by_day(workspace, folder):
    people = [f"{n // 26:c}{n % 26:c}".translate({i: chr(i + 97) for i in range(26)}) for n in range(124)]
    rows = [f"MX,{n},MX,{a * 4},{a[::-1] * 4},19{50 + n % 40}-0{1 + n % 9}-1{n % 10}" for n, a in enumerate(people)]
    give(workspace, folder, "drivers", "\n".join([drivers().splitlines()[0], *rows]))
    jobs = [f"MX,{n},c{n % 2},2024-01-01," for n in range(124)]
    give(workspace, folder, "employment", "\n".join(["source,record_id,carrier_id,start_date,end_date", *jobs]))
    of = "MX/0"
    (one,) = risk(workspace, of)["context"]["carriers"]["shown"]
    assert (one["people"], one["record"]["incidents"], one["record"]["peers"]) == (62, 0, 2)
    event = "source,event_id,record_id,event_type,event_date,severity,code\nMX,e1,4,X,2025-01-01,5,US-SMS-392.2R\n"
    give(workspace, folder, "events", event)
    found = risk(workspace, of)["context"]["carriers"]
    assert (found["counted_on"], found["shown"][0]["record"]["incidents"]) == ("2026-06-30", 1)
    rescore_workspace(workspace, LATER)
    later = risk(workspace, of)["context"]["carriers"]
    assert later["counted_on"] == "2026-07-31"
    assert later["shown"][0]["record"]["driver_years"] > found["shown"][0]["record"]["driver_years"]
    assert risk(workspace, of, TODAY)["context"]["carriers"] == found
    assert risk(workspace, of, date(2026, 1, 1))["context"]["carriers"]["counted_on"] is None
    with workspace.reading() as connection:
        assert KeptRecords(connection, LATER).of(["nobody"]).is_empty()
