"""What lies around and between drivers, why two are one, and stored scores, as the API answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.audit import AuditLog
from api.load import LoadRequest, load
from api.roles import Role
from linkage.schema import Kind
from tests.e2e.http_world import (
    DRIVERS,
    EVENTS,
    TERRORISM,
    TODAY,
    Api,
    assert_problem,
    bring,
    serving,
)

HIDDEN = ("US-FAST-TERR", "US/E9", "US/E8", "I9", "1FUJGLDR9CSBM7213")


@pytest.fixture(scope="module")
def kept(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over a workspace that no test of this module changes."""
    folder = tmp_path_factory.mktemp("kept") / "workspace"
    shutil.copytree(world, folder)
    with serving(folder) as api:
        yield api


@pytest.fixture
def api(world: Path, tmp_path: Path) -> Iterator[Api]:
    shutil.copytree(world, tmp_path / "workspace")
    with serving(tmp_path / "workspace") as api:
        yield api


def test_the_neighbourhood_is_nearest_first_and_says_what_was_cut(kept: Api) -> None:
    client = kept.as_(Role.VIEWER)
    found = client.get("/api/v1/drivers/US%2F3/graph", params={"hops": 2}).json()
    assert found["identity_id"] == kept.id_of("US/3")
    assert {node["key"] for node in found["nodes"]} >= {kept.id_of("US/3"), kept.id_of("US/4")}
    assert [node["hops"] for node in found["nodes"]] == sorted(node["hops"] for node in found["nodes"])
    cut = client.get("/api/v1/drivers/US%2F3/graph", params={"hops": 2, "limit": 2}).json()
    assert (len(cut["nodes"]), cut["truncated"]) == (2, True)
    assert cut["left_out"] > 0
    assert str(cut["left_out"]) in cut["notice"]


def test_routes_between_two_drivers_are_given_and_hubs_are_told(kept: Api) -> None:
    client = kept.as_(Role.VIEWER)
    found = client.get("/api/v1/paths", params={"from": "US/3", "to": "US/4"}).json()
    assert found["hops"] == 2
    assert [place["kind"] for place in found["routes"][0]["nodes"]] == ["Identity", "Address", "Identity"]
    assert (found["truncated"], found["notice"]) == (False, None)
    none = client.get("/api/v1/paths", params={"from": "US/3", "to": "US/4", "hops": 1}).json()
    assert (none["hops"], none["routes"]) == (None, [])
    picked = client.get("/api/v1/paths", params={"from": "US/3", "to": "US/4", "kind": "DROVE"}).json()
    assert picked["routes"] == []


def test_no_way_leads_through_an_event_that_is_for_the_cleared(kept: Api) -> None:
    """US/2 and US/3 are in one incident and one truck that only cleared reviewers may know of."""
    client = kept.as_(Role.VIEWER)
    routes = client.get("/api/v1/paths", params={"from": "US/2", "to": "US/3", "hops": 8})
    kinds = {tuple(place["kind"] for place in route["nodes"]) for route in routes.json()["routes"]}
    assert (kinds, routes.json()["truncated"]) == ({("Identity", "Carrier", "Identity")}, False)
    around = [f"/api/v1/drivers/US%2F{record}/graph?hops={hops}" for record in (2, 3) for hops in range(5)]
    answers = [routes.text, *(client.get(path).text for path in around)]
    for text in answers:
        assert not [word for word in HIDDEN if word in text]


@pytest.mark.parametrize("record", ["2", "3"])
def test_a_graph_with_hidden_events_is_the_graph_without_them(kept: Api, api: Api, tmp_path: Path, record: str) -> None:
    """Neither a node, an edge, a degree nor a count tells that there is something more."""
    gone = tmp_path / "gone.csv"
    gone.write_text(TERRORISM)
    load(api.workspace, LoadRequest((gone,), "events", TODAY, mode="delete"))
    assert api.workspace.facts(Kind.EVENT, ["key"])["key"].to_list() == ["US/E1", "US/E2", "US/E3"]
    for hops in (1, 2, 4):
        path, asked = f"/api/v1/drivers/US%2F{record}/graph", {"hops": hops}
        with_them, without = (one.as_(Role.VIEWER).get(path, params=asked).json() for one in (kept, api))
        assert with_them == without


def test_why_is_the_commands_document_and_its_bits_add_up(kept: Api) -> None:
    found = kept.as_(Role.VIEWER).get("/api/v1/why", params={"a": "US/1", "b": "CA/1"}).json()
    assert found["verdict"] == "same"
    assert found["prior_bits"] + sum(row["bits"] for row in found["by_attribute"]) == pytest.approx(found["bits"])
    other = kept.as_(Role.VIEWER).get("/api/v1/why", params={"a": "US/1", "b": "US/2"}).json()
    assert other["verdict"] == "different"
    assert {kept.id_of("US/1"), kept.id_of("US/2")} <= kept.audited("key:viewer")
    assert_problem(kept.as_(Role.VIEWER).get("/api/v1/why", params={"a": "US/1", "b": "US/1"}), 400)


def test_a_score_is_small_and_not_sent_again_while_it_holds(api: Api, tmp_path: Path) -> None:
    client = api.as_(Role.VIEWER)
    first = client.get("/api/v1/drivers/US%2F3/score")
    assert first.status_code == 200
    shown = client.get("/api/v1/drivers/US%2F3").json()
    assert first.json() == {"identity_id": shown["identity_id"]} | shown["score"]
    assert first.json()["linked"] > 0
    tag = first.headers["etag"]
    before = len(AuditLog(api.workspace.path).entries(limit=10_000))
    for held in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get("/api/v1/drivers/US%2F3/score", headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert len(AuditLog(api.workspace.path).entries(limit=10_000)) == before + 4, "that it holds is told, and audited"
    worse = EVENTS.splitlines()[0] + "\nUS,E4,I4,4,DRUG_SMUGGLING,,2026-06-01,9,again,,2026-06-05,,,\n"
    bring(api.workspace, tmp_path, "events", worse)
    changed = client.get("/api/v1/drivers/US%2F3/score", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["linked"] > first.json()["linked"]
    unmoved = client.get("/api/v1/drivers/US%2F2/score")
    assert unmoved.status_code == 200


def test_reasons_are_not_sent_again_while_the_workspace_stays_as_it_is(api: Api, tmp_path: Path) -> None:
    client, path = api.as_(Role.VIEWER), "/api/v1/drivers/US%2F3/linked-risk"
    first = client.get(path)
    held = {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=held).status_code == 304
    assert client.get(path, params={"as_of": "2026-02-01"}, headers=held).status_code == 200
    assert client.get("/api/v1/drivers/US%2F4/linked-risk", headers=held).status_code == 200
    somebody = "US,77,US,Wendelin,Oxnard,1950-05-05,,OX500505,OH,,,\n"
    bring(api.workspace, tmp_path, "drivers", f"{DRIVERS.splitlines()[0]}\n{somebody}")
    assert client.get(path, headers=held).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/drivers/nobody/graph",
        "/api/v1/drivers/nobody/score",
        "/api/v1/paths?from=nobody&to=US/1",
        "/api/v1/paths?from=US/1&to=nobody",
        "/api/v1/why?a=nobody&b=US/1",
    ],
)
def test_nobody_is_a_problem_that_does_not_repeat_who_was_asked_for(kept: Api, path: str) -> None:
    assert "nobody" not in assert_problem(kept.as_(Role.VIEWER).get(path), 404)["detail"]


@pytest.mark.parametrize("what", ["", "/score", "/linked-risk", "/graph"])
@pytest.mark.parametrize("reference", ["MX%2F..", "MX%2Fa%2Fb", "MX%2F9"])
def test_odd_ids_name_their_driver(kept: Api, reference: str, what: str) -> None:
    answer = kept.as_(Role.VIEWER).get(f"/api/v1/drivers/{reference}{what}")
    assert answer.status_code == 200, answer.text


def test_a_replayed_day_shows_what_was_known(kept: Api) -> None:
    asked: dict[str, Any] = {"hops": 1, "as_of": "2020-01-01"}
    early = kept.as_(Role.VIEWER).get("/api/v1/drivers/US%2F4/graph", params=asked).json()
    assert early["edges"] == []
