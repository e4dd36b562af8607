"""OpenRefine's protocol: documents of the published schemas, and what an analyst's client does, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api.roles import Role
from tests.e2e.http_world import Api, assert_problem

SCHEMAS = Path(__file__).parents[2] / "fixtures" / "reconciliation"
SERVICE = "/api/v1/reconcile"


def assert_valid(name: str, document: Any) -> None:
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas.values()])
    jsonschema_rs.Draft7Validator(schemas[name], registry=registry).validate(document)


def batch(**queries: Any) -> dict[str, Any]:
    assert_valid("reconciliation-query-batch", queries)
    return queries


def test_the_schemas_refuse_what_is_not_of_the_protocol() -> None:
    for name, wrong in (
        ("manifest", {"name": "x"}),
        ("reconciliation-query-batch", {"q0": {"quary": "x"}}),
        ("reconciliation-result-batch", {"q0": {"result": [{"name": "x", "score": 1}]}}),
        ("suggest-properties-response", {"result": [{"name": "x"}]}),
    ):
        with pytest.raises(jsonschema_rs.ValidationError):
            assert_valid(name, wrong)


def test_a_client_reconciles_a_column_as_openrefine_does(api: Api) -> None:
    client = api.as_(Role.INVESTIGATOR)
    manifest = client.get(SERVICE).json()
    assert_valid("manifest", manifest)
    assert manifest["versions"] == ["0.2"]
    assert manifest["view"]["url"] == "http://testserver/drivers/{{id}}"
    offered = client.get(
        manifest["suggest"]["property"]["service_url"] + manifest["suggest"]["property"]["service_path"]
    )
    assert_valid("suggest-properties-response", offered.json())
    birth, number = (
        client.get(f"{SERVICE}/suggest/property", params={"prefix": text}).json()["result"][0]["id"]
        for text in ("birth date (day", "licence num")
    )
    queries = batch(
        q0={
            "query": "Zabulondo Ramiro",
            "type": manifest["defaultTypes"][0]["id"],
            "type_strict": "should",
            "limit": 3,
            "properties": [{"pid": birth, "v": "19/03/1984"}, {"pid": number, "v": 31552208}],
        },
        q1={"query": "Quirina Befanoska"},
        q2={"query": "Nobody At All", "properties": [{"pid": "shoe_size", "v": 44}]},
    )
    by_form = client.post(SERVICE, data={"queries": json.dumps(queries)})
    assert by_form.status_code == 200, by_form.text
    results = by_form.json()
    assert_valid("reconciliation-result-batch", results)
    assert client.post(SERVICE, json=queries).json() == results
    first, second, third = (results[key]["result"] for key in ("q0", "q1", "q2"))
    assert [(c["id"], c["match"]) for c in first] == [(api.id_of("US/1"), True)]
    assert first[0]["description"] == "1984-03-19 · CA, US · 2 records"
    assert 99 < first[0]["score"] <= 100
    figures = {f["id"]: f["value"] for f in first[0]["features"]}
    rest = sum(value for name, value in figures.items() if name.startswith("bits_"))
    assert figures["bits"] == pytest.approx(figures["prior"] + rest, abs=1e-9)
    assert [c["id"] for c in second] == [api.id_of("US/2")]
    assert third == []
    assert api.audited("key:investigator") == {api.id_of("US/1"), api.id_of("US/2")}
    view = client.get(manifest["preview"]["url"].replace("{{id}}", first[0]["id"]))
    assert "ZABULONDO" in view.text
    assert view.headers["content-type"].startswith("text/html")


def test_a_match_is_only_what_a_load_would_join(api: Api) -> None:
    document = api.as_(Role.VIEWER).post(SERVICE, json=batch(q={"query": "Lucretia Van Houten"})).json()
    (candidate,) = document["q"]["result"]
    asked = {"record": {"full_name": "Lucretia Van Houten"}}
    (said,) = api.as_(Role.VIEWER).post("/api/v1/match", json=asked).json()["rows"][0]["candidates"]
    assert candidate["match"] == (said["verdict"] == "same")
    assert candidate["score"] == pytest.approx(100 * said["probability"])
    far = batch(q={"query": "Lucretia Van Houten", "properties": [{"pid": "birth_date", "v": "1955"}]})
    for candidate in api.as_(Role.VIEWER).post(SERVICE, json=far).json()["q"]["result"]:
        assert not candidate["match"]


def test_columns_of_name_parts_take_the_place_of_the_cell(api: Api) -> None:
    parts = [{"pid": "given_name", "v": ["", "Ramiro"]}, {"pid": "surname", "v": {"id": "x", "name": "Zabulondo"}}]
    query = batch(q={"query": "row 17", "properties": [*parts, {"pid": "birth_date", "v": "1984-03-19"}]})
    (candidate,) = api.as_(Role.VIEWER).post(SERVICE, json=query).json()["q"]["result"]
    assert candidate["id"] == api.id_of("US/1")


def test_other_types_hold_nobody(api: Api) -> None:
    query = batch(
        q={"query": "Ramiro Zabulondo", "type": ["carrier"]}, r={"query": "Ramiro Zabulondo", "type": "person"}
    )
    document = api.as_(Role.VIEWER).post(SERVICE, json=query).json()
    assert document["q"] == {"result": []}
    assert len(document["r"]["result"]) == 1


def test_a_limit_is_kept_and_results_are_ordered(api: Api) -> None:
    for limit in (1, 5):
        query = batch(q={"query": "Ramiro Zabulondo", "limit": limit})
        found = api.as_(Role.VIEWER).post(SERVICE, json=query).json()["q"]["result"]
        assert 1 <= len(found) <= limit
        assert [c["score"] for c in found] == sorted((c["score"] for c in found), reverse=True)


def test_the_manifest_needs_no_key_and_everything_else_does(api: Api) -> None:
    client = api.as_(Role.VIEWER)
    client.headers.pop("Authorization")
    assert client.get(SERVICE).status_code == 200
    assert_problem(client.post(SERVICE, json={"q": {"query": "Ramiro Zabulondo"}}), 401)
    assert_problem(client.get(f"{SERVICE}/suggest/property"), 401)
    assert_problem(client.get(f"{SERVICE}/preview/{api.id_of('US/1')}"), 401)


def test_queries_in_a_url_are_refused(api: Api) -> None:
    answer = api.as_(Role.VIEWER).get(SERVICE, params={"queries": '{"q": {"query": "Xolocotzi"}}'})
    assert "POST" in assert_problem(answer, 400)["detail"]
    assert "Xolocotzi" not in answer.text


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (422, {"data": {"queries": "Xolocotzi"}}),
        (422, {"data": {"Xolocotzi": "1"}}),
        (422, {"json": {"Xolocotzi": {"Xolocotzi": "Xolocotzi"}}}),
        (422, {"json": {"q": {"query": ["Xolocotzi"]}}}),
        (422, {"json": ["Xolocotzi"]}),
        (400, {"data": {"extend": '{"ids": ["Xolocotzi"], "properties": []}'}}),
        (400, {"content": b"Xolocotzi", "headers": {"content-type": "text/plain"}}),
    ],
)
def test_what_is_no_batch_is_refused_and_not_repeated(api: Api, status: int, sent: dict[str, Any]) -> None:
    answer = api.as_(Role.VIEWER).post(SERVICE, **sent)
    assert_problem(answer, status)
    assert "Xolocotzi" not in answer.text


def test_a_preview_shows_markup_as_text_and_is_audited(api: Api) -> None:
    identity = api.id_of("MX/50%2F")
    page = api.as_(Role.VIEWER).get(f"{SERVICE}/preview/{identity}")
    assert "&lt;b&gt;Ibáñez&lt;/b&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert api.audited("key:viewer") == {identity}
    assert_problem(api.as_(Role.VIEWER).get(f"{SERVICE}/preview/nobody"), 404)
