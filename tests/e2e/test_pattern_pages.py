"""Patterns in the browser: asked under a token, told as rows, a file, a picture, a pin and a watch."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from api.audit import AuditLog
from api.roles import Role
from graph.patterns import PATTERNS, Cut
from tests.e2e.page_addresses import US, actions
from tests.e2e.web_world import IDENTIFIERS, Browser, Office

OTHER = "STORY-MX/M-41"
QUESTIONS: dict[str, dict[str, str]] = {
    "near-offenders": {"gap_days": "36500", "limit": "500"},
    "shared-vehicles": {"least_carriers": "2"},
    "moved-together": {"days": "3650"},
    "clusters": {"kinds": "phone", "least_people": "2"},
    "paths": {"from": US, "to": OTHER},
    "nearest-listed": {"person": US, "listed_by": "derogatory-record,DRUG_SMUGGLING,SEIZURE"},
}
ANSWERED = ("near-offenders", "clusters", "paths")


@pytest.fixture(scope="module")
def ana(office: Office) -> Browser:
    return office.as_(Role.INVESTIGATOR)


def filled(ana: Browser, name: str, **typed: str) -> dict[str, object]:
    """What a browser would send of the form as it stands, with some of it typed anew."""
    page = ana.get(f"/patterns/{name}").text
    inputs = [dict(re.findall(r'([a-z]+)="([^"]*)"', one)) for one in re.findall(r"<input [^>]*>", page)]
    marked = re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]+)" checked', page)
    sent: dict[str, object] = {
        one["name"]: one.get("value", "") for one in inputs if one.get("type") != "checkbox" and "name" in one
    }
    for key, value in marked:
        sent[key] = [*sent.get(key, []), value]  # type: ignore[misc]
    del sent["csrf"], sent["text"]
    return sent | typed


def asked(ana: Browser, name: str, **typed: str) -> str:
    """Where the answer is."""
    there: str = ana.post(f"/patterns/{name}", **filled(ana, name, **QUESTIONS[name] | typed)).headers["location"]
    return there


def ref_in(page: str, option: str) -> str:
    found = re.findall(rf'<option value="([^"]+)">{option}', page)
    return html.unescape(found[0])


def seen_since(office: Office, before: int) -> set[str | None]:
    entries = AuditLog(office.workspace.path).entries(limit=100_000)
    return {entry.identity_id for entry in entries[: len(entries) - before]}


def entries(office: Office) -> int:
    return len(AuditLog(office.workspace.path).entries(limit=100_000))


def test_every_question_is_listed_and_has_a_form(ana: Browser) -> None:
    page = ana.get("/patterns").text
    for pattern in PATTERNS:
        assert f'href="/patterns/{pattern.name}"' in page
        form = ana.get(f"/patterns/{pattern.name}").text
        assert all(f'name="{parameter.name}"' in form for parameter in pattern.parameters)
    ana.get("/patterns/none", 404)
    ana.post("/patterns/none", 404)


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_names_nobody_in_its_address_and_everybody_in_the_audit(
    office: Office, ana: Browser, name: str
) -> None:
    there = asked(ana, name)
    assert re.fullmatch(r"/patterns/asked/[\w-]{12}", there)
    for path in (there, f"{there}/rows.csv"):
        before = entries(office)
        text = ana.get(path).text
        shown = office.api.people_in(text)
        assert shown <= seen_since(office, before), path
        assert bool(shown) == (name in {*ANSWERED, "nearest-listed"}), "the world has rows of these"
        assert [one for one in IDENTIFIERS if one in text] == []
        assert not re.search(r"US-FAST-TERR|\bUS/E[89]\b|\bI9\b", text)
        assert "<b>Ib" not in text or path.endswith(".csv")
    title = re.findall(r"<title>(.*?)</title>", ana.get(there).text)[0]
    assert not re.search("Ocampo|D-[A-Z2-7]{10}", title)


def test_a_list_that_terrorism_alone_would_make_is_empty(office: Office, ana: Browser) -> None:
    there = asked(ana, "nearest-listed", person="US/1", listed_by="SEIZURE", hops="8")
    assert office.api.people_in(ana.get(there).text) == {office.api.id_of("US/1")}


@pytest.mark.parametrize("name", ANSWERED)
def test_the_file_holds_the_rows_and_runs_nothing(ana: Browser, name: str) -> None:
    file = ana.get(f"{asked(ana, name)}/rows.csv")
    assert file.headers["content-disposition"] == f'attachment; filename="crosslane-{name}.csv"'
    head, *rows = list(csv.reader(io.StringIO(file.text)))
    assert rows
    assert not any(one.endswith("_name") and f"{one.removesuffix('_name')}_number" in head for one in head)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", ANSWERED)
def test_an_answer_and_a_row_of_it_open_in_the_explorer(office: Office, ana: Browser, name: str) -> None:
    there = asked(ana, name)
    for path in (f"{there}/explore", f"{there}/explore?row=1"):
        before = entries(office)
        page = ana.get(path).text
        start = json.loads(re.findall(r'id="explorer-data">(.*?)</script>', page, re.DOTALL)[0])
        people = {node["key"] for node in start["nodes"] if node["kind"] == "Identity"}
        assert people
        assert people <= seen_since(office, before)
        assert [one for one in IDENTIFIERS if one in page] == []
        assert f'href="{there}"' in page
        assert "Back to the answer" in page
    ana.get(f"{there}/explore?row=9999", 404)


def test_a_picture_with_a_thing_in_the_middle_is_saved_and_opened_again(office: Office, ana: Browser) -> None:
    there = asked(ana, "clusters", show="0")
    page = ana.get(f"{there}/explore?row=1").text
    start = json.loads(re.findall(r'id="explorer-data">(.*?)</script>', page, re.DOTALL)[0])
    assert start["focus"].startswith("Phone:~"), "nobody is named, so the phone is in the middle, veiled"
    state = {"focus": start["focus"], "things": [start["focus"]], "positions": {}, "hidden": [], "pinned": []}
    saved = ana.post("/views", name="a phone", state=json.dumps(state | {"filters": {"kinds": ["Phone"]}}))
    opened = ana.get(saved.headers["location"]).text
    assert "To its own page" in opened
    assert [one for one in IDENTIFIERS if one in opened] == []


def test_what_cannot_be_asked_is_said_beside_its_field_and_what_was_typed_stays(ana: Browser) -> None:
    wrong = {"hub": "0", "limit": "many", "ties": "", "as_of": "31/12/2026"}
    page = ana.post("/patterns/near-offenders", 200, **filled(ana, "near-offenders", **wrong)).text
    assert "4 fields cannot be used. Nothing was asked." in re.sub("</?bdi>", "", page)
    assert 'value="many"' in page
    assert page.count('aria-invalid="true"') == 3
    assert "Mark one or more of these." in page
    page = ana.post("/patterns/paths", 200, **filled(ana, "paths", **{"from": "Ocampo, Ramiro", "to": " "})).text
    assert "Nobody has this id" in page
    assert "Fill this in." in page
    assert 'value="Ocampo, Ramiro"' in page


def test_a_question_is_its_askers_alone_and_the_role_is_asked(office: Office, ana: Browser) -> None:
    there = asked(ana, "clusters")
    for path in (there, f"{there}/rows.csv", f"{there}/explore"):
        office.as_(Role.REVIEWER).get(path, 404)
        office.as_(Role.VIEWER).get(path, 403)
    ana.get("/patterns/asked/nonsense", 404)
    search = ana.post("/search", text="ocampo").headers["location"].removeprefix("/s/")
    ana.get(f"/patterns/asked/{search}", 404)


def test_an_answer_and_a_row_of_it_are_pinned_reported_exported_and_opened_again(office: Office, ana: Browser) -> None:
    page = ana.get(asked(ana, "near-offenders")).text
    case = ana.post("/cases", title="Patterns", kind="pattern", ref=ref_in(page, "The answer")).headers["location"]
    ana.post(f"{case}/pins", kind="pattern", ref=ref_in(page, "Row .*?1"), note="the first")
    ana.post(f"{case}/pins", 400, kind="pattern", ref='{"name": "none", "given": {}}')
    for path in (case, f"{case}/report", f"{case}/report.pdf", f"{case}/export"):
        before = entries(office)
        text = ana.get(path).text
        assert office.api.people_in(text) <= seen_since(office, before), path
        assert [one for one in IDENTIFIERS if one in text] == []
    assert "Drivers near somebody with events" in ana.get(f"{case}/report").text
    told = ana.get(case).text
    assert "Drivers near somebody with events" in told
    assert "one row of its answer" in told
    rows = int(re.findall(r": (\d+) rows?\.", re.sub("</?bdi>", "", told))[0])
    assert (f"5 of {rows} are shown." in re.sub("</?bdi>", "", told)) == (rows > 5)
    sent = {"csrf": ana.csrf}
    files = {"file": ("c.csv", ana.get(f"{case}/export").content, "text/csv")}
    opened = ana.client.post("/cases/open-file", data=sent, files=files)
    assert "Nothing changed since it was exported." in opened.text, opened.text[-2000:]
    values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', told.partition("</table>")[2]))
    assert values["gap_days"] == "36500", "the pin asks the same question again"


def test_a_question_is_watched_asked_again_and_named_in_the_audit(office: Office, ana: Browser) -> None:
    page = ana.get(asked(ana, "paths")).text
    ref = html.unescape(
        re.findall(r'name="kind" value="pattern"><input type="hidden" name="ref" value="([^"]+)"', page)[0]
    )
    ana.post("/watches", kind="pattern", ref=ref, reason="a tip", expires_on="2999-01-01")
    both = {office.api.id_of(US), office.api.id_of(OTHER)}
    assert both <= actions(office, "watch set")
    for path in ("/watches", "/patterns"):
        before = entries(office)
        text = ana.get(path).text
        assert office.api.people_in(text) == both <= seen_since(office, before)
        assert "Ways between two drivers" in text
        assert 'action="/patterns/paths"' in text
    assert "/patterns/" not in office.as_(Role.REVIEWER).get("/watches").text
    day = ana.get(asked(ana, "clusters", as_of="2026-01-01")).text
    assert 'action="/watches"' not in day, "a past day never changes"
    ana.post("/watches", 400, kind="pattern", ref="{}", reason="a tip", expires_on="2999-01-01")


def test_each_name_of_a_pattern_has_its_text() -> None:
    from api.web.texts import load_catalogue
    from api.web.views.pattern import headings

    t = load_catalogue()
    for pattern in PATTERNS:
        assert all(t.has(f"pattern_{part}.{pattern.name}") for part in ("title", "question", "beware"))
        assert all(t.has(f"pattern_column.{name}") for name in headings(pattern.name))
        for parameter in pattern.parameters:
            assert t.has(f"pattern_set.{parameter.name}")
            assert all(t.has(f"pattern_choice.{word}") for word in parameter.choices)
    assert all(t.has(f"pattern_cut.{cut.value}") for cut in Cut)
