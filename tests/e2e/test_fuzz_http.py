"""Every route of the API and every page, asked for anything: an answer or a refusal in words, never a fault of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import api.web
from api.http import create_app
from api.http.access_table import ACCESS, PAGES
from api.jobs.limits import Limits
from api.match_build import build
from api.roles import Role
from linkage.model import load_model
from tests.e2e.http_world import UNLIMITED, Api, TestClient, serving
from tests.e2e.web_world import Browser, Office

FUZZED = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    max_examples=max(settings().max_examples // 5, 1),
)
ROUTES = sorted(entry for entry in ACCESS if entry not in PAGES)
FIELDS = sorted(
    {
        name
        for file in Path(api.web.__file__).parent.rglob("*.html")
        for name in re.findall(r'name="([\w.-]+)"', file.read_text("utf-8"))
    }
)
"""Fields of all forms."""
KNOWN = ("US/1", "US/2", "CA/1", "MX/a/b", "POSS/a", "D-AAAAAAAAAA", "2304", "900", "Identity", "driver", "1", "2", "0")
texts = st.one_of(
    st.sampled_from(KNOWN),
    st.sampled_from(["", " ", "2026-06-30", "9999-12-31", "0001-01-01", "same", "true", "-1", "1e9", "9" * 30, "null"]),
    st.sampled_from(
        ["..", "%00", "a b", "\u202e", "'; --", "<b>", "é", "\U0001f69a", "=1+1", "[1]", '{"a": 1}', "a,b"]
    ),
    st.text(max_size=8),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from([2**63, -(2**70), 1e308]), texts)
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def served(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, dict[Role, TestClient]]]:
    """The API, in which a person of each role is signed in; nobody does the jobs."""
    import shutil

    with serving(Path(shutil.copytree(world, tmp_path_factory.mktemp("fuzzed") / "workspace"))) as found:
        build(found.workspace, load_model())
        app = create_app(found.workspace, access=UNLIMITED, limits=Limits(wait_s=0.01))
        found.clients["app"] = TestClient(app, raise_server_exceptions=False)
        yield found, {role: found.person(role, f"p-{role}") for role in Role}


@pytest.fixture(scope="module")
def described(served: tuple[Api, dict[Role, TestClient]]) -> dict[str, Any]:
    document: dict[str, Any] = served[1][Role.VIEWER].get("/api/v1/openapi.json").json()
    return document


def path_of(data: st.DataObject, template: str) -> str:
    return re.sub(r"\{[^}]+\}", lambda _: quote(data.draw(texts), safe="") or "1", template)


def whoever_may(clients: dict[Role, TestClient], entry: tuple[str, str]) -> TestClient:
    roles = ACCESS[entry] or frozenset(Role)
    return clients[Role.SUPERVISOR if Role.SUPERVISOR in roles else sorted(roles)[0]]


def is_told(answer: Any) -> None:
    assert answer.status_code < 500, answer.text[-600:]
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", answer.text[-300:]
        document = answer.json()
        assert document["status"] == answer.status_code
        assert document["title"]
        assert document["detail"]


def altered(data: st.DataObject, example: Any) -> Any:
    """An example with something else in one to three places."""
    whole = json.loads(json.dumps(example))
    for _ in range(data.draw(st.integers(1, 3))):
        at = whole
        while isinstance(at, dict | list) and at:
            key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
                at[key] = data.draw(documents)
                break
            at = at[key]
    return whole


def examples_of(described: dict[str, Any], entry: tuple[str, str]) -> list[Any]:
    method, template = entry
    operation = described["paths"].get(template.replace(":path", ""), {}).get(method.lower(), {})
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:
        return []
    name = body["schema"].get("$ref", "").rpartition("/")[2]
    found: list[Any] = described["components"]["schemas"].get(name, {}).get("examples", [])
    return found


def queries_of(described: dict[str, Any], entry: tuple[str, str]) -> list[str]:
    method, template = entry
    operation = described["paths"].get(template.replace(":path", ""), {}).get(method.lower(), {})
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


@pytest.mark.parametrize("entry", [entry for entry in ROUTES if entry[0] != "GET"], ids=" ".join)
@given(data=st.data())
@FUZZED
def test_any_body_of_any_write_is_answered_or_refused_in_words(
    served: tuple[Api, dict[Role, TestClient]], described: dict[str, Any], entry: tuple[str, str], data: st.DataObject
) -> None:
    method, template = entry
    client, path = whoever_may(served[1], entry), path_of(data, template)
    examples = examples_of(described, entry)
    kind = data.draw(st.sampled_from(["any", "bytes", "form", *(["altered"] * 3 if examples else [])]))
    asked: dict[str, Any] = {}
    match kind:
        case "any":
            asked["json"] = data.draw(documents)
        case "altered":
            asked["json"] = altered(data, data.draw(st.sampled_from(examples)))
        case "bytes":
            asked = {"content": data.draw(st.binary(max_size=20)), "headers": {"content-type": "application/json"}}
        case "form":
            asked = {
                "data": {"queries": data.draw(texts)},
                "files": {"file": (data.draw(texts), b"source,record_id\n")},
            }
    is_told(client.request(method, path, **asked))


@pytest.mark.parametrize("entry", [entry for entry in ROUTES if entry[0] == "GET"], ids=" ".join)
@given(data=st.data())
@FUZZED
def test_any_question_is_answered_or_refused_in_words(
    served: tuple[Api, dict[Role, TestClient]], described: dict[str, Any], entry: tuple[str, str], data: st.DataObject
) -> None:
    names = queries_of(described, entry)
    drawn = data.draw(st.lists(st.tuples(st.sampled_from([*names, "cursor"]), texts), max_size=4))
    is_told(whoever_may(served[1], entry).get(path_of(data, entry[1]), params=drawn, follow_redirects=False))


def browser_of(office: Office, entry: tuple[str, str]) -> Browser:
    roles = PAGES[entry] or frozenset(Role)
    return office.as_(Role.SUPERVISOR if Role.SUPERVISOR in roles else sorted(roles)[0])


@pytest.mark.parametrize("entry", sorted(entry for entry in PAGES if entry[1] != "/sign-out"), ids=" ".join)
@given(data=st.data())
@FUZZED
def test_any_field_of_any_page_is_taken_or_refused_on_a_page(
    office: Office, entry: tuple[str, str], data: st.DataObject
) -> None:
    method, template = entry
    browser, path = browser_of(office, entry), path_of(data, template)
    fields = data.draw(st.lists(st.tuples(st.sampled_from(FIELDS), texts), max_size=6))
    if method == "GET":
        answer = browser.client.get(path, params=fields, follow_redirects=False)
    elif data.draw(st.booleans()):
        form: dict[str, Any] = {"csrf": browser.csrf, **dict(fields)}
        answer = browser.client.post(path, data=form, follow_redirects=False)
    else:
        headers = {"x-csrf-token": browser.csrf}
        answer = browser.client.post(path, json=data.draw(documents), headers=headers, follow_redirects=False)
    assert answer.status_code < 500, answer.text[-600:]
