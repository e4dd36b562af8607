"""Pins keep no identifier in full, and watches tell of what is materially different and of nothing else."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace, open_workspace
from api.casework.cases import PinKind
from api.casework.pinning import people_pinned, says_of
from api.casework.views import Views
from api.casework.watches import Fired, Watches, WatchKind
from api.decide import decide, undo
from api.drivers import drivers_of
from api.graph_store import LEDGER
from api.load import LoadRequest, load
from api.pattern_refs import ref_of
from api.pattern_rows import rows_shown
from api.patterns import PatternRequest, run_pattern
from linkage.errors import SettingsError, UnknownRecord
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
UNTIL = date.today() + timedelta(days=400)
STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
US, MX, OTHER = "STORY-US/U-1001", "STORY-MX/M-77", "STORY-MX/M-41"
TRUCK = "9ZZTRUCK0TB004711"
SECRETS = (TRUCK, "OAVR840319HTSCLM00", "QUBE771030HNLNSL03", "31552208", "LFTM0044717", "9565550161", "984400117")
_EVENT = (
    "source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,vin,received_on\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = create_workspace(tmp_path_factory.mktemp("casework") / "w")
    for name in ("us_drivers", "mx_drivers", "mx_driving", "mx_vehicles", "enrolments", "mx_events"):
        source = name.partition("_")[2] or name
        load(workspace, LoadRequest((STORY / f"{name}.csv",), source, TODAY))
    return workspace.path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "w")))


@pytest.fixture
def ana(workspace: Workspace) -> Watches:
    return Watches(workspace, "ana")


def number_of(workspace: Workspace, kind: str, key: str) -> str:
    with workspace.reading() as connection:
        return str(connection.execute("SELECT id FROM node WHERE kind = ? AND key = ?", (kind, key)).get)


def bring(workspace: Workspace, folder: Path, source: str, text: str, today: date = TODAY) -> None:
    path = folder / f"{source}.csv"
    path.write_text(text, "utf-8")
    load(workspace, LoadRequest((path,), source, today))


def changed(watches: Watches) -> dict[str, int]:
    """What the only watch tells."""
    (fired,) = watches.look()
    return {change.what: change.count for change in fired.changes}


def refs(workspace: Workspace) -> dict[PinKind, str]:
    driver, other = workspace.resolve_id(US), workspace.resolve_id(OTHER)
    state = {
        "focus": f"Identity:{driver}",
        "things": [f"Identity:{driver}"],
        "positions": {},
        "hidden": [],
        "pinned": [],
        "filters": {"kinds": []},
    }
    with workspace.transaction() as connection:
        view = Views(connection).save("near one", "ana", None, json.dumps(state))
    return {
        PinKind.DRIVER: driver,
        PinKind.THING: number_of(workspace, "Vehicle", TRUCK),
        PinKind.REASON: f"{driver} STORY-MX/I-901",
        PinKind.LIST: f"{driver} {other}",
        PinKind.CONNECTION: f"{driver} {other}",
        PinKind.VIEW: view,
        PinKind.PATTERN: ref_of(PatternRequest("paths", {"from": driver, "to": other, "longer": "true"})),
    }


@pytest.mark.parametrize("kind", list(PinKind))
def test_a_pin_keeps_what_it_shows_and_no_identifier_in_full(workspace: Workspace, kind: PinKind) -> None:
    says = says_of(workspace, kind, refs(workspace)[kind], LEDGER)
    text = json.dumps(says)
    assert [secret for secret in SECRETS if secret in text] == []
    with workspace.reading() as connection:
        names = {driver.name for driver in drivers_of(connection, people_pinned([says]))}
        everybody = {
            driver.name for driver in drivers_of(connection, sorted(set(workspace.memberships()["identity_id"])))
        }
    assert {name for name in everybody if name in text} <= names, "whoever is named stands in the audit"
    assert says["href"].startswith("/")


def test_a_pinned_phone_is_its_end_alone(workspace: Workspace) -> None:
    says = says_of(workspace, PinKind.THING, number_of(workspace, "Phone", "+19565550161"), LEDGER)
    assert says["title"] == "…0161"
    assert "9565550161" not in json.dumps(says)


@pytest.mark.parametrize(
    ("kind", "ref"),
    [
        *((PinKind.THING, ref) for ref in ("", "x", "²", "٣", "-1", "9" * 30, "999999")),
        *((PinKind.DRIVER, ref) for ref in ("", "D-NOBODY")),
        *((PinKind.REASON, ref) for ref in ("", "D-NOBODY I-1", f"{US} I-NONE")),
        *((PinKind.CONNECTION, ref) for ref in ("", US, f"{US} {US}", f"{US} D-NOBODY")),
        (PinKind.VIEW, "none"),
    ],
)
def test_what_names_nothing_is_not_pinned(workspace: Workspace, kind: PinKind, ref: str) -> None:
    with pytest.raises((UnknownRecord, SettingsError)):
        says_of(workspace, kind, ref, LEDGER)


def test_a_new_event_fires_and_is_quiet_once_it_was_seen(workspace: Workspace, ana: Watches, tmp_path: Path) -> None:
    number = ana.add(WatchKind.DRIVER, workspace.resolve_id(OTHER), " a tip ", UNTIL)
    assert changed(ana) == {}
    bring(workspace, tmp_path, "events", f"{_EVENT}N,E1,I1,41,,US-383-SER-01,2026-04-01,5,Speed,charge,,2026-06-10\n")
    assert changed(ana) == {}, "an event of somebody else"
    text = f"{_EVENT}STORY-MX,E-950,I-950,M-41,,US-383-SER-01,2026-04-01,5,Speed,charge,,2026-06-10\n"
    bring(workspace, tmp_path, "events", text)
    assert changed(ana)["events"] == 1
    ana.acknowledge(number)
    assert changed(ana) == {}
    bring(workspace, tmp_path, "events", text)
    assert changed(ana) == {}, "the same bytes again"
    bring(workspace, tmp_path, "events", text.replace("charge", "conviction"))
    assert changed(ana)["events"] == 1, "another status is another matter"


def test_one_more_record_of_the_same_facts_is_no_change(workspace: Workspace, ana: Watches, tmp_path: Path) -> None:
    ana.add(WatchKind.DRIVER, workspace.resolve_id(US), "a tip", UNTIL)
    head, *rows = (STORY / "us_drivers.csv").read_text("utf-8").splitlines()
    mine = next(row for row in rows if "U-1001" in row)
    before = len(workspace.memberships())
    bring(workspace, tmp_path, "drivers", f"{head}\n{mine.replace('STORY-US,U-1001', 'COPY,C-1')}\n")
    assert len(workspace.memberships()) == before + 1
    assert workspace.resolve_id("COPY/C-1") == workspace.resolve_id(US)
    assert changed(ana) == {}


def test_a_split_and_a_merge_fire_and_taking_them_back_does_too(workspace: Workspace, ana: Watches) -> None:
    number = ana.add(WatchKind.DRIVER, workspace.resolve_id(US), "a tip", UNTIL)
    done = decide(workspace, US, MX, "different", "another man", "ben")
    assert "identity" in changed(ana)
    ana.acknowledge(number)
    assert "identity" not in changed(ana)
    undo(workspace, done["decision"]["n"], "ben")
    assert "identity" in changed(ana)


def test_somebody_elses_new_id_is_no_change_of_a_thing(workspace: Workspace, ana: Watches) -> None:
    """Two enrolled drivers of a truck who become one are not one more."""
    bring_enrolment(workspace)
    ana.add(WatchKind.THING, number_of(workspace, "Vehicle", TRUCK), "a tip", UNTIL)
    people = {workspace.resolve_id(US), workspace.resolve_id(OTHER)}
    decide(workspace, US, OTHER, "same", "one man on both photographs", "ben")
    assert workspace.resolve_id(US) == workspace.resolve_id(OTHER)
    assert workspace.resolve_id(US) in people
    assert changed(ana) == {}


def test_an_enrolled_driver_who_gets_another_id_is_not_one_more(workspace: Workspace, ana: Watches) -> None:
    """Of two who become one, either may lend the id: that of a driver who was not enrolled is no newcomer."""
    ana.add(WatchKind.THING, number_of(workspace, "Vehicle", TRUCK), "a tip", UNTIL)
    enrolled = workspace.resolve_id(US)
    with workspace.transaction() as connection:
        connection.execute("UPDATE watch SET seen = replace(seen, ?, 'D-FORMER')", (enrolled,))
        assert enrolled not in connection.execute("SELECT seen FROM watch").get
        connection.execute("INSERT INTO redirect (former, current) VALUES ('D-FORMER', ?)", (enrolled,))
    assert changed(ana) == {}


def bring_enrolment(workspace: Workspace) -> None:
    text = (STORY / "enrolments.csv").read_text("utf-8").splitlines()[0]
    row = "STORY-MX,M-41,984400999,active,2024-04-03,2029-04-02,2024-03-14,MX,MX,CBP"
    bring(workspace, workspace.path.parent, "enrolments", f"{text}\n{row}\n")


def test_a_thing_tells_of_new_enrolled_drivers_and_events(workspace: Workspace, ana: Watches, tmp_path: Path) -> None:
    number = ana.add(WatchKind.THING, number_of(workspace, "Vehicle", TRUCK), "a tip", UNTIL)
    assert changed(ana) == {}
    bring_enrolment(workspace)
    assert changed(ana) == {"enrolled": 1}
    ana.acknowledge(number)
    row = f"STORY-MX,E-951,I-951,M-41,,US-FED-545,2026-04-01,9,Goods found,charge,{TRUCK},2026-06-10"
    bring(workspace, tmp_path, "events", f"{_EVENT}{row}\n")
    assert changed(ana) == {"named_events": 1}


def test_a_terrorism_event_fires_nothing(workspace: Workspace, ana: Watches, tmp_path: Path) -> None:
    ana.add(WatchKind.DRIVER, workspace.resolve_id(OTHER), "a tip", UNTIL)
    row = f"STORY-MX,E-952,I-952,M-41,,US-FAST-TERR,2026-04-01,10,Information,in_force,{TRUCK},2026-06-10"
    bring(workspace, tmp_path, "events", f"{_EVENT}{row}\n")
    assert changed(ana) == {}


CLUSTERS = PatternRequest("clusters", {"kinds": "phone", "least_people": "2"})


def with_phone(*people: tuple[str, str], phone: str = "956 555 0144") -> str:
    head = "source,record_id,country,given_name,surname,birth_date,phone\n"
    return head + "".join(f"PH,{key},US,{given},Ormaechea,1970-02-0{key},{phone}\n" for key, given in people)


def test_a_pinned_row_is_that_row_wherever_it_stands_and_says_when_it_is_gone(
    workspace: Workspace, tmp_path: Path
) -> None:
    bring(workspace, tmp_path, "drivers", with_phone(("1", "Vidal"), ("2", "Berta")))
    document = run_pattern(workspace, CLUSTERS)
    row = next(row for row in rows_shown(workspace, document) if row.cells["thing"]["things"][0]["label"] == "…0144")
    ref = ref_of(CLUSTERS, row.digest)
    assert "0144" not in ref
    says = says_of(workspace, PinKind.PATTERN, ref, LEDGER)
    assert (len(says["rows"]), says["is_row"]) == (1, True)
    assert set(says["people"]) == {workspace.resolve_id("PH/1"), workspace.resolve_id("PH/2")}
    more = with_phone(*((str(key), f"Name{key}") for key in range(3, 9)), phone="956 555 0145")
    bring(workspace, tmp_path, "drivers", more)
    assert says_of(workspace, PinKind.PATTERN, ref, LEDGER)["rows"] == says["rows"], "another row comes first now"
    bring(workspace, tmp_path, "drivers", with_phone(("2", "Berta"), phone=""), TODAY + timedelta(1))
    with pytest.raises(UnknownRecord):
        says_of(workspace, PinKind.PATTERN, ref, LEDGER)


def test_a_watched_pattern_fires_on_new_rows_and_people_and_on_nothing_else(
    workspace: Workspace, ana: Watches, tmp_path: Path
) -> None:
    bring(workspace, tmp_path, "drivers", with_phone(("1", "Vidal"), ("2", "Berta")))
    number = ana.add(WatchKind.PATTERN, ref_of(CLUSTERS), "a tip", UNTIL)
    bring(workspace, tmp_path, "drivers", with_phone(("1", "Vidal"), ("2", "Berta"), ("3", "Carla")))
    assert changed(ana) == {"people": 1}, "a row has one person more, and is the same row"
    ana.acknowledge(number)
    more = with_phone(("4", "Dario"), ("5", "Elsa"), phone="956 555 0145")
    bring(workspace, tmp_path, "drivers", more)
    assert changed(ana) == {"rows": 1, "people": 2}
    ana.acknowledge(number)
    event = "PH,E-1,I-1,1,,US-FED-545,2026-04-01,9,Goods found,charge,,2026-06-10"
    bring(workspace, tmp_path, "events", f"{_EVENT}{event}\n")
    assert changed(ana) == {}, "how many of them have events orders nothing and is no row"


def test_an_identity_that_got_another_id_alone_fires_no_watched_pattern(
    workspace: Workspace, ana: Watches, tmp_path: Path
) -> None:
    bring(workspace, tmp_path, "drivers", with_phone(("1", "Vidal"), ("2", "Berta")))
    event = "PH,E-1,I-1,2,,US-FED-545,2026-04-01,9,Goods found,charge,,2026-06-10"
    bring(workspace, tmp_path, "events", f"{_EVENT}{event}\n")
    driver, first, second = (workspace.resolve_id(key) for key in (US, "PH/1", "PH/2"))
    near = PatternRequest("near-offenders", {"ties": "phone"})
    assert (first, second) in {(row["associate"], row["offender"]) for row in run_pattern(workspace, near)["rows"]}
    for asked in (near, CLUSTERS, PatternRequest("paths", {"from": first, "to": second})):
        ana.add(WatchKind.PATTERN, ref_of(asked), "a tip", UNTIL)
    decide(workspace, US, "PH/1", "same", "one man on both photographs", "ben")
    assert workspace.resolve_id("PH/1") == driver != first
    fired = ana.look()
    assert [one.changes for one in fired] == [(), (), ()]
    assert {one.people for one in fired} == {(driver, second), ()}, "whoever is asked about stands in the audit"


def test_a_watch_is_seen_and_ended_by_its_owner_alone(workspace: Workspace, ana: Watches) -> None:
    number = ana.add(WatchKind.DRIVER, workspace.resolve_id(US), "a tip", UNTIL)
    ben = Watches(workspace, "ben")
    assert ben.all() == []
    for act in (ben.end, ben.acknowledge):
        with pytest.raises(UnknownRecord):
            act(number)
    ana.end(number)
    assert ana.all() == []
    with pytest.raises(UnknownRecord):
        ana.end(number)


def test_a_watch_needs_a_reason_a_day_to_come_and_something_to_watch(workspace: Workspace, ana: Watches) -> None:
    driver = workspace.resolve_id(US)
    given: tuple[tuple[Any, ...], ...] = (
        (WatchKind.DRIVER, driver, " ", UNTIL),
        (WatchKind.DRIVER, driver, "a tip", date.today()),
        (WatchKind.DRIVER, "D-NOBODY", "a tip", UNTIL),
        *((WatchKind.THING, ref, "a tip", UNTIL) for ref in ("", "x", "²", "999999", "9" * 30)),
        *((WatchKind.PATTERN, ref, "a tip", UNTIL) for ref in ("", "{", "[]", '{"name": "none", "given": {}}', "null")),
    )
    for one in given:
        with pytest.raises((SettingsError, UnknownRecord)):
            ana.add(*one)
    assert ana.all() == []


def test_a_watch_that_is_past_its_day_tells_nothing(workspace: Workspace, ana: Watches) -> None:
    ana.add(WatchKind.DRIVER, workspace.resolve_id(US), "a tip", UNTIL)
    with workspace.transaction() as connection:
        connection.execute("UPDATE watch SET expires_on = ?", (date.today().isoformat(),))
    assert ana.look() == []


def test_what_is_gone_is_said(workspace: Workspace, ana: Watches) -> None:
    ana.add(WatchKind.THING, number_of(workspace, "Vehicle", TRUCK), "a tip", UNTIL)
    with workspace.transaction() as connection:
        connection.execute("UPDATE watch SET ref = '999999'")
    (fired,) = ana.look()
    assert isinstance(fired, Fired)
    assert [change.what for change in fired.changes] == ["gone"]


def test_what_is_watched_and_pinned_by_its_number_is_never_another_thing(
    workspace: Workspace, ana: Watches, tmp_path: Path
) -> None:
    def with_phone(record: str, phone: str) -> str:
        head = "source,record_id,country,given_name,surname,birth_date,phone"
        return f"{head}\nNUM,{record},US,Vidal,Oyarzun,1970-02-03,{phone}\n"

    bring(workspace, tmp_path, "drivers", with_phone("1", "956 555 0777"))
    number = number_of(workspace, "Phone", "+19565550777")
    ana.add(WatchKind.THING, number, "a tip", UNTIL)
    bring(workspace, tmp_path, "drivers", with_phone("1", ""), TODAY + timedelta(1))
    assert number_of(workspace, "Phone", "+19565550777") == "None", "nobody has that phone any more"
    bring(workspace, tmp_path, "drivers", with_phone("2", "956 555 0888"), TODAY + timedelta(2))
    assert number_of(workspace, "Phone", "+19565550888") not in {"None", number}
    with pytest.raises(UnknownRecord):
        says_of(workspace, PinKind.THING, number, LEDGER)
    assert changed(ana) == {"gone": 1}
    bring(workspace, tmp_path, "drivers", with_phone("1", "+1 956 555 0777"), TODAY + timedelta(3))
    assert number_of(workspace, "Phone", "+19565550777") == number
    assert changed(ana) == {}
