"""Exploring: every step is the same picture that its ids give, the strongest ties first, and hubs are never read in."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import create_workspace, open_workspace
from api.decide import decide
from api.explore import Expansion, expand, people_of, restore, start_at
from api.explore.expand import AT_ONCE
from api.load import LoadRequest, load
from api.things import numbers_of, thing_document
from graph.schema import NodeKind
from linkage.errors import UnknownRecord
from linkage.ledger import Workspace

TODAY = date(2026, 6, 30)
STORY = Path(__file__).resolve().parents[2] / "fixtures" / "story"
US = "STORY-US/U-1001"
TRUCK = "9ZZTRUCK0TB004711"
CROWD, SOME = 200, 70
_EVENTS = (
    "source,event_id,incident_id,record_id,event_type,code,event_date,severity,description,status,received_on,vin\n"
)
TERRORISM = (
    f"{_EVENTS}T,E9,I9,p0,,US-FAST-TERR,2026-05-01,10,Information,in_force,2026-06-10,{TRUCK}\n"
    f"T,E1,I1,p0,,US-FED-545,2026-05-01,9,Goods found,charge,2026-06-10,\n"
)


def bring(workspace: Workspace, folder: Path, source: str, text: str) -> None:
    path = folder / f"{source}.csv"
    path.write_text(text, "utf-8")
    load(workspace, LoadRequest((path,), source, TODAY))


def crowd(people: int) -> tuple[str, str]:
    """Drivers whose names are all different, with one yard's phone; each drove the truck on a day of their own."""
    drivers = ["source,record_id,country,given_name,surname,birth_date,phone"]
    driving = ["source,record_id,vin,date"]
    for number in range(people):
        name = "".join(chr(97 + number // 26**place % 26) for place in range(3))
        born = date(1950, 1, 1) + timedelta(days=97 * number)
        drivers.append(f"T,p{number},US,{name.title()}o,{name[::-1].title()}enz,{born},+1 956 555 0199")
        if number < SOME:
            driving.append(f"T,p{number},{TRUCK},{date(2024, 1, 1) + timedelta(days=10 * number)}")
    return "\n".join(drivers) + "\n", "\n".join(driving) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("explore")
    workspace = create_workspace(folder / "w")
    for name in ("us_drivers", "mx_drivers", "mx_driving", "mx_events", "enrolments"):
        source = name.partition("_")[2] or name
        load(workspace, LoadRequest((STORY / f"{name}.csv",), source, TODAY))
    drivers, driving = crowd(CROWD)
    for source, text in (("drivers", drivers), ("driving", driving), ("events", TERRORISM)):
        bring(workspace, folder, source, text)
    return workspace


@pytest.fixture
def who(made: Workspace) -> Callable[[int], str]:
    return lambda number: made.resolve_id(f"T/p{number}")


def tied_to_the_truck(made: Workspace) -> int:
    with made.reading() as connection:
        return int(
            connection.execute(
                "SELECT count(DISTINCT src) FROM edge JOIN node t ON t.id = dst JOIN node s ON s.id = src "
                "WHERE t.key = ? AND s.key <> 'T/E9'",
                (TRUCK,),
            ).get
        )


def ids(document: dict[str, Any]) -> set[str]:
    return {node["id"] for node in document["nodes"]}


def plain(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {n["id"]: n for n in document["nodes"]}, {e["id"]: e for e in document["edges"]}


def test_a_start_is_the_picture_of_its_own_ids(made: Workspace) -> None:
    started = start_at(made, US)
    again = restore(made, started["focus"], sorted(ids(started)))
    assert plain(again) == plain(started)
    assert (again["near"], again["moved"], again["gone"]) == (started["shown"], {}, [])
    assert started["shown"] <= started["near"]


def test_steps_one_after_another_are_the_picture_of_all_their_ids(made: Workspace) -> None:
    started = start_at(made, US)
    nodes, edges = plain(started)
    crowd_of = {f"Identity:{made.resolve_id(f'T/p{number}')}" for number in range(SOME)}
    for name in (f"Vehicle:{TRUCK}", "", "Phone:+19565550199", ""):
        kind, _, key = (name or min(crowd_of & set(nodes))).partition(":")
        crowd_of.discard(f"{kind}:{key}")
        step = expand(made, Expansion(NodeKind(kind), key, frozenset(nodes)))
        assert not set(nodes) & ids(step), "what is shown is not brought again"
        assert step["brought"] == len(step["nodes"]) <= AT_ONCE
        nodes, edges = nodes | plain(step)[0], edges | plain(step)[1]
        again = restore(made, started["focus"], sorted(nodes))
        assert plain(again)[0] == nodes
        found = plain(again)[1]
        assert {one: (edges.get(one), tie) for one, tie in found.items() if edges.get(one) != tie} == {}
        assert set(edges) == set(found)


def test_a_step_brings_the_strongest_fifty_and_counts_the_rest_until_none_is_left(made: Workspace) -> None:
    shown: frozenset[str] = frozenset()
    asked, sizes, lasts = Expansion(NodeKind.VEHICLE, TRUCK, shown), [], []
    while True:
        step = expand(made, replace(asked, shown=shown))
        if not step["brought"]:
            break
        sizes.append(step["brought"])
        by_id = {edge["source"]: edge["last"] for edge in step["edges"] if edge["target"].endswith(TRUCK)}
        lasts.append([by_id[name] for name in ids(step) if name.startswith("Identity")])
        shown |= ids(step)
        assert sum(step["left"].values()) + len(shown) == tied_to_the_truck(made)
    assert sizes == [AT_ONCE, tied_to_the_truck(made) - AT_ONCE]
    assert min(lasts[0]) >= max(lasts[1]), "of ties as strong the latest come first"


def test_strong_ties_come_before_weak_ones(made: Workspace, who: Callable[[int], str]) -> None:
    step = expand(made, Expansion(NodeKind.IDENTITY, who(3)))
    strength = {edge["target"]: edge["strength"] for edge in step["edges"]}
    assert strength["Phone:+19565550199"] == 0.0, "a hub says nothing of two people"
    assert expand(made, Expansion(NodeKind.IDENTITY, who(3), least=0.01))["hidden"] >= 1, "and is hidden with the weak"
    first = start_at(made, US)
    mine = [edge["strength"] for edge in first["edges"] if edge["strength"] is not None]
    assert mine == sorted(mine, reverse=True)
    assert len(set(mine)) > 1


def test_filters_narrow_a_step_and_say_how_much_they_hid(made: Workspace, who: Callable[[int], str]) -> None:
    asked = Expansion(NodeKind.VEHICLE, TRUCK)
    whole = expand(made, asked)
    total = whole["brought"] + sum(whole["left"].values())
    since = expand(made, replace(asked, since=date(2025, 7, 1)))
    kept = since["brought"] + sum(since["left"].values())
    assert kept + since["hidden"] == total
    assert 0 < kept < total
    until = expand(made, replace(asked, until=date(2024, 3, 1)))
    firsts = [edge["first"] for edge in until["edges"] if edge["target"].endswith(TRUCK)]
    assert firsts
    assert max(firsts) <= "2024-03-01"
    assert expand(made, replace(asked, kinds=frozenset({NodeKind.PHONE})))["brought"] == 0
    assert {node["kind"] for node in expand(made, replace(asked, least=0.99))["nodes"]} == {"Event"}, "no tie of theirs"
    with made.reading() as connection:
        (name,) = connection.execute("SELECT name FROM search_record WHERE record_key = 'T/p7'").fetchone()
    surname = name.split()[-1]
    named = expand(made, replace(asked, text=surname.upper()))
    assert [node["key"] for node in named["nodes"]] == [who(7)]


def test_a_search_inside_a_hub_finds_one_of_all(made: Workspace, who: Callable[[int], str]) -> None:
    with made.reading() as connection:
        (name,) = connection.execute("SELECT name FROM search_record WHERE record_key = 'T/p180'").fetchone()
    step = expand(made, Expansion(NodeKind.PHONE, "+19565550199", text=name))
    assert [node["key"] for node in step["nodes"]] == [who(180)]


def test_a_terrorism_event_is_nowhere_and_not_counted(made: Workspace, who: Callable[[int], str]) -> None:
    event = "T/E9"
    started = start_at(made, "T/p0")
    step = expand(made, Expansion(NodeKind.IDENTITY, who(0)))
    truck = expand(made, Expansion(NodeKind.VEHICLE, TRUCK, kinds=frozenset({NodeKind.EVENT})))
    again = restore(made, started["focus"], [*ids(started), f"Event:{event}"])
    for document in (started, step, truck, again):
        assert event not in str(document["nodes"]) + str(document["edges"])
    assert again["gone"] == [f"Event:{event}"]
    assert len([n for n in step["nodes"] if n["kind"] == "Event"]) == 1, "the other event of this driver"
    unknown = expand(made, Expansion(NodeKind.IDENTITY, who(0), kinds=frozenset({NodeKind.PHONE, NodeKind.VEHICLE})))
    assert unknown["hidden"] == 1, "the one event that everybody may see"
    with pytest.raises(UnknownRecord):
        expand(made, Expansion(NodeKind.EVENT, event))
    with made.reading() as connection:
        numbers = numbers_of(connection, [("Event", event), ("Vehicle", TRUCK)])
    with pytest.raises(UnknownRecord):
        thing_document(made, numbers["Event", event])
    found = thing_document(made, numbers["Vehicle", TRUCK])
    assert found["events_by_year"] == {"2025": 1}


def test_records_and_sources_are_no_part_of_a_picture(made: Workspace) -> None:
    focus = f"Identity:{made.resolve_id(US)}"
    found = restore(made, focus, [focus, f"Record:{US}", "Source:STORY-US", "Nonsense:1", "", "Phone:"])
    assert ids(found) == {focus}
    assert len(found["gone"]) == 5
    for kind, key in ((NodeKind.RECORD, US), (NodeKind.SOURCE, "STORY-US"), (NodeKind.IDENTITY, "D-NOBODY")):
        with pytest.raises(UnknownRecord):
            expand(made, Expansion(kind, key))


def test_only_the_enrolled_have_a_band(made: Workspace) -> None:
    step = expand(made, Expansion(NodeKind.VEHICLE, TRUCK))
    started = start_at(made, US)
    banded = {node["key"] for document in (step, started) for node in document["nodes"] if node.get("band")}
    assert banded == {made.resolve_id(US)}


def test_people_are_told_for_the_audit(made: Workspace) -> None:
    step = expand(made, Expansion(NodeKind.VEHICLE, TRUCK))
    assert set(people_of(step)) == {node["key"] for node in step["nodes"]}


def test_a_merged_driver_is_found_under_the_new_id(made: Workspace, tmp_path: Path) -> None:
    workspace = open_workspace(Path(shutil.copytree(made.path, tmp_path / "w")))
    before = [workspace.resolve_id(ref) for ref in ("T/p11", "T/p12")]
    decide(workspace, "T/p11", "T/p12", "same", "one man", "reviewer")
    now = workspace.resolve_id("T/p11")
    (former,) = set(before) - {now}
    truck = f"Vehicle:{TRUCK}"
    found = restore(workspace, f"Identity:{former}", [f"Identity:{former}", truck, "Vehicle:NONE"])
    assert found["moved"] == {f"Identity:{former}": f"Identity:{now}"}
    assert (found["focus"], ids(found)) == (f"Identity:{now}", {f"Identity:{now}", truck})
    assert found["gone"] == ["Vehicle:NONE"]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """20,000 people on one phone: written into the graph alone, since no load is what is looked at."""
    folder = tmp_path_factory.mktemp("hub")
    workspace = create_workspace(folder / "w")
    drivers, _ = crowd(1)
    bring(workspace, folder, "drivers", drivers)
    with workspace.transaction() as connection:
        phone = connection.execute("SELECT id FROM node WHERE kind = 'Phone'").get
        (columns,) = connection.execute("SELECT props FROM node WHERE kind = 'Identity' LIMIT 1").fetchone()
        for number in range(20_000):
            connection.execute(
                "INSERT INTO node (kind, key, props) VALUES ('Identity', ?, ?)", (f"D-{number}", columns)
            )
            connection.execute(
                "INSERT INTO edge (kind, src, dst, record, first_seen, confidence) VALUES ('HAS_PHONE', ?, ?, ?, ?, 1)",
                (connection.last_insert_rowid(), phone, f"H/{number}", -2147483648),
            )
    return workspace


def test_a_hub_of_twenty_thousand_opens_and_is_not_read_into_the_picture(hub: Workspace) -> None:
    begun = time.perf_counter()
    started = start_at(hub, "T/p0")
    took = time.perf_counter() - begun
    assert len(started["nodes"]) == 2, "the driver and the phone"
    (phone,) = [node for node in started["nodes"] if node["kind"] == "Phone"]
    assert (phone["is_hub"], phone["degree"]) == (True, 20_001)
    step = expand(hub, Expansion(NodeKind.PHONE, "+19565550199", frozenset(ids(started))))
    assert (step["brought"], sum(step["left"].values())) == (AT_ONCE, 20_000 - AT_ONCE)
    again = restore(hub, started["focus"], [*ids(started), *ids(step)])
    assert len(again["nodes"]) == 2 + AT_ONCE
    assert took < 5, f"opening took {took:.1f} s"
