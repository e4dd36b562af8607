"""No identifier of a person leaves by the API unless somebody asks for it with a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.audit import AuditLog
from api.bootstrap import open_workspace
from api.http import create_app
from api.http.access_table import ACCESS, PAGES, PUBLIC, served
from api.keys import Keys
from api.roles import Role

COLUMNS = (
    "source,record_id,country,given_name,surname,birth_date,curp,rfc,clave_elector,fast_id,licence_number,"
    "licence_jurisdiction,passport_number,passport_country,national_id,national_id_country,alien_number,uci,phone,email"
)
EMAIL = "agapito.velarde@example.com"
MEXICAN = (
    "VECA880615HSRLNG07,VECA880615JT3,VLCNAG88061526H100,982628497,LFD0288317,FED,G12345678,MX,,,A123456782,11223344"
)
DRIVERS = f"""{COLUMNS}
MX,m1,MX,Agapito,Velarde Cantoral,1988-06-15,{MEXICAN},+52 867 555 0123,{EMAIL}
US,u1,US,Agapito,Velarde,1988-06-15,,,,,66547846,TX,,,,,,,(956) 555-6057,{EMAIL}
CA,c1,CA,Agapito,Velarde,1988-06-15,,,,982628497,V12345678840309,ON,,,,,,,956-555-6057,
CA,c2,CA,Bartholomew,Szymanski,1975-10-20,,,,,Q12345678840309,ON,,,,,,,+1 956 555 6057,
"""
EVENTS = """source,event_id,record_id,event_type,event_date,severity,description
CA,e1,c2,DRUG_SMUGGLING,2026-01-02,9,found under a seat
"""
LATER = """source,event_id,record_id,event_type,event_date,severity,description
MX,e2,m1,DRUG_SMUGGLING,2026-06-01,9,found under a seat
"""
ENROLMENTS = """source,record_id,fast_id,status,enrolled_on
CA,c1,982628497,active,2025-01-01
"""
SECRETS = {
    *("VECA880615HSRLNG07", "VECA880615JT3", "VLCNAG88061526H100", "982628497", "0288317", "66547846", "G12345678"),
    *("V12345678840309", "123456782", "11223344", "8675550123", "9565556057", EMAIL),
}
REASON = "the numbers go into request R-000041"


def flat(text: str) -> str:
    """The text as one could still read numbers out of it."""
    return re.sub(r"[^0-9A-Za-z@]", "", text).upper()


def found_in(text: str) -> set[str]:
    return {secret for secret in SECRETS if flat(secret) in flat(text)}


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    files = (("drivers", DRIVERS), ("events", EVENTS), ("enrolments", ENROLMENTS), ("events", LATER))
    return load_kept(*((source, text, "2026-06-30") for source, text in files))


@pytest.fixture
def secrets(loaded: Any) -> dict[Role, str]:
    with open_workspace(loaded.folder).transaction() as connection:
        return {role: Keys(connection).add(role.value, role, "tester")["secret"] for role in Role}


@pytest.fixture
def client_as(loaded: Any, secrets: dict[Role, str]) -> Callable[[Role], TestClient]:
    app = create_app(open_workspace(loaded.folder))

    def client(role: Role) -> TestClient:
        return TestClient(app, headers={"Authorization": f"Bearer {secrets[role]}"}, raise_server_exceptions=False)

    return client


@pytest.fixture
def identity(loaded: Any) -> str:
    return str(loaded.json("show", "MX/m1")["identity_id"])


BODIES: dict[str, list[dict[str, Any]]] = {
    "/api/v1/drivers/search": [{"text": "velarde"}, {"name": "velarde"}],
    "/api/v1/drivers/lookup": [{"source": "MX", "record_id": "m1"}],
    "/api/v1/match": [{"records": [{"surname": "Velarde", "given_name": "Agapito", "birth_date": "1988-06-15"}]}],
    "/api/v1/reconcile": [{"q0": {"query": "Agapito Velarde"}}],
    "/api/v1/exchange/requests": [{"partner": "MX", "reason": REASON}],
    "/api/v1/reviews/{review_id}/note": [{"text": "looked at"}],
}
IN_FULL = {"/api/v1/drivers/{identity_id:path}/unmask", "/api/v1/exchange/packets"}
"""Routes that show identifiers in full: each takes a reason, which is kept."""


def test_the_world_holds_what_the_answers_are_searched_for(loaded: Any, identity: str) -> None:
    assert found_in(json.dumps(loaded.json("show", identity))) == SECRETS


@pytest.mark.parametrize("role", list(Role))
def test_no_route_shows_an_identifier_to_any_role(
    client_as: Callable[[Role], TestClient], identity: str, role: Role
) -> None:
    client = client_as(role)
    assert isinstance(client.app, FastAPI)
    queries = {
        "/api/v1/why": {"a": "MX/m1", "b": "CA/c1"},
        "/api/v1/paths": {"from": identity, "to": "CA/c2"},
        "/api/v1/drivers/{identity_id:path}/graph": {"hops": "4"},
        "/api/v1/session/provider": {"state": "x"},
    }
    answered = set()
    routes = [one for one in served(client.app.routes) if one not in PAGES and role in ACCESS[one]]
    for method, template in routes:
        path = re.sub(r"\{identity_id[^}]*\}", identity, template).replace("{what}", "property")
        path = re.sub(r"\{[^}]+\}", "1", path)
        for body in BODIES.get(template, [{}]) if method == "POST" else [None]:
            answer = client.request(method, path, json=body, params=queries.get(template))
            if template not in IN_FULL:
                assert not found_in(answer.text), (method, template)
            if answer.is_success:
                answered.add((method, template))
    looked_at = {(method, template) for method, template in routes if method == "GET" or template in BODIES} - NOT_HERE
    assert looked_at <= answered, "a route was not looked at: it did not answer"


NOT_HERE = {
    ("GET", "/api/v1/session/provider"),  # none is set up
    *(("GET", f"/api/v1/loads/{{job_id}}{part}") for part in ("", "/rejects", "/warnings")),  # nothing was sent
    ("GET", "/api/v1/decisions/jobs/{job_id}"),  # nothing was judged
    ("GET", "/api/v1/reviews/{review_id}/letter"),  # none was written
    ("GET", "/api/v1/reviews/{review_id}/replay"),  # nothing was decided
    ("GET", "/api/v1/reviews/{review_id}/without"),
}


def test_a_partner_is_sent_what_finds_the_person(client_as: Callable[[Role], TestClient]) -> None:
    client = client_as(Role.REVIEWER)
    asked = client.post("/api/v1/exchange/requests", json={"partner": "MX", "reason": REASON})
    assert asked.json()["rows"], asked.text
    packets = client.post("/api/v1/exchange/packets", json={"partner": "MX", "reason": REASON})
    assert packets.status_code == 200, packets.text
    assert found_in(packets.text)
    assert client.post("/api/v1/exchange/packets", json={"partner": "MX"}).status_code == 422


def test_masked_values_show_what_agrees(client_as: Callable[[Role], TestClient], identity: str) -> None:
    document = client_as(Role.VIEWER).get(f"/api/v1/drivers/{identity}").json()
    records = {record["record_id"]: record for record in document["records"]}
    raw, standard = records["m1"]["raw"], records["m1"]["standard"]
    assert raw["curp"] == standard["curp"] == "…NG07#" + standard["curp"][-12:]
    assert standard["licence"].startswith("FED:…8317#")
    phones = next(item for item in document["attributes"] if item["attribute"] == "phone")
    assert not phones["agrees"]
    assert len({value["value"] for value in phones["values"]}) == len(phones["values"])
    assert records["m1"]["raw"]["given_name"] == "Agapito"
    assert records["m1"]["key"] == "MX/m1"


def test_bits_are_told_beside_masked_values(client_as: Callable[[Role], TestClient]) -> None:
    answer = client_as(Role.VIEWER).get("/api/v1/why", params={"a": "MX/m1", "b": "CA/c1"})
    row = next(row for row in answer.json()["by_attribute"] if row["attribute"] == "fast_id")
    assert row["left"] == row["right"]
    assert row["left"].startswith("…8497#")
    assert row["bits"] > 0


@pytest.mark.parametrize("text", ["982628497", "VECA880615HSRLNG07", "+528675550123", "66547846"])
def test_a_search_by_identifier_finds_the_person(
    client_as: Callable[[Role], TestClient], identity: str, text: str
) -> None:
    for body in ({"text": text}, {"identifier": text}):
        hits = client_as(Role.VIEWER).post("/api/v1/drivers/search", json=body).json()["hits"]
        assert identity in [hit["identity_id"] for hit in hits]


@pytest.mark.parametrize("role", sorted(ACCESS["POST", "/api/v1/drivers/{identity_id:path}/unmask"]))
def test_identifiers_are_shown_for_a_reason_that_is_audited(
    loaded: Any, client_as: Callable[[Role], TestClient], identity: str, role: Role
) -> None:
    answer = client_as(role).post(f"/api/v1/drivers/{identity}/unmask", json={"reason": REASON})
    assert answer.status_code == 200
    assert answer.json() == loaded.json("show", identity)
    (entry,) = [e for e in AuditLog(loaded.folder).entries(identity) if e.action == "unmask"]
    assert (entry.actor, entry.detail) == (f"key:{role.value}", REASON)


@pytest.mark.parametrize("reason", [None, "", "because", " " * 40, "x" * 401, "because\nof a thing"])
def test_without_a_reason_nothing_is_shown(
    loaded: Any, client_as: Callable[[Role], TestClient], identity: str, reason: str | None
) -> None:
    client = client_as(Role.SUPERVISOR)
    answer = client.post(f"/api/v1/drivers/{identity}/unmask", json={} if reason is None else {"reason": reason})
    assert answer.status_code == 422
    assert not found_in(answer.text)
    assert "unmask" not in {entry.action for entry in AuditLog(loaded.folder).entries()}


def test_what_cannot_be_audited_is_not_shown(
    loaded: Any, client_as: Callable[[Role], TestClient], identity: str
) -> None:
    client = client_as(Role.SUPERVISOR)
    for file in loaded.folder.glob("audit.db*"):
        file.unlink()
    (loaded.folder / "audit.db").mkdir()
    answer = client.post(f"/api/v1/drivers/{identity}/unmask", json={"reason": REASON})
    assert answer.status_code == 503
    assert not found_in(answer.text)


def test_only_the_roles_of_the_table_unmask() -> None:
    roles = ACCESS["POST", "/api/v1/drivers/{identity_id:path}/unmask"]
    assert Role.VIEWER not in roles
    assert Role.INVESTIGATOR in roles
    assert roles != PUBLIC
