"""Files of people, ties and events, loaded one after the other: what the risk document shows beside the score."""

from datetime import date
from pathlib import Path

import orjson
import pytest

from api import scores
from api.bootstrap import create_workspace
from api.carrier_records import KeptRecords
from api.exports import identity_rows
from api.load import LoadRequest, load
from api.progress import Quiet
from api.projection import verify_graph
from api.rescoring import rescore_workspace
from api.risk import risk
from api.risk_people import people_shown
from linkage.ledger import Workspace

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
    assert verify_graph(workspace, Store, Quiet())["equal"]
    found = declared(workspace)
    assert [(one["kind"], one["records"]) for one in found["shown"]] == [("co-defendant", ["US/0", "US/1"])]
    assert [(one["reason"], one["count"]) for one in found["withheld"]] == [("one fact only", 1)]
    assert found["shown"][0]["identity_id"] in people_shown(risk(workspace, "US/0"))
    assert declared(workspace, TODAY) == {"shown": [], "withheld": [], "left_out": 0}
    give(workspace, folder, "associations", "source,a,b,kind\nMX,US/2,US/0,sibling\n", LATER)
    assert {one["kind"] for one in declared(workspace)["shown"]} == {"co-defendant", "listed relative", "sibling"}
