"""Every page: who is shown stands in the audit first, identifiers are masked, and nobody else is let in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from api.audit import AuditLog
from api.http.access_table import ACCESS
from api.roles import Role
from api.web.texts import own_texts
from tests.e2e.page_addresses import OTHERWISE, PAGES, POSTS, addresses_of, example, things_of
from tests.e2e.spoken import said
from tests.e2e.web_world import IDENTIFIERS, Browser, Office

_NUMBERED = re.compile(r"^\d+\. ")
"""A heading's number, which stands before a text of its own."""


@dataclass(frozen=True)
class Opened:
    """A page as somebody got it.

    Args:
        named: identity ids that the audit has of the visit.
    """

    path: str
    answer: Any
    named: set[str | None]


@pytest.fixture(scope="module")
def things(office: Office) -> dict[str, Any]:
    return things_of(office)


@pytest.fixture(scope="module")
def addresses(office: Office, things: dict[str, Any]) -> dict[str, list[tuple[Role, str]]]:
    return addresses_of(office, things)


def test_no_page_is_left_out(addresses: dict[str, list[tuple[Role, str]]]) -> None:
    assert set(addresses) == set(PAGES)
    assert {path for path, asked in addresses.items() if not asked} == set(OTHERWISE)


@pytest.fixture(scope="module")
def pages(office: Office, addresses: dict[str, list[tuple[Role, str]]]) -> list[Opened]:
    """Every page as each who may open it gets it."""
    log, opened = AuditLog(office.workspace.path), []
    known = len(log.entries(limit=100_000))
    for role, path in [one for asked in addresses.values() for one in asked]:
        answer = office.as_(role).get(path)
        entries = log.entries(limit=100_000)
        named = {entry.identity_id for entry in entries[: len(entries) - known] if entry.actor == role.value}
        opened.append(Opened(path, answer, named))
        known = len(entries)
    return opened


def test_whoever_a_page_shows_stands_in_the_audit_first(office: Office, pages: list[Opened]) -> None:
    shown = [(page.path, office.api.people_in(page.answer.text), page.named) for page in pages]
    assert [(path, sorted(people - named)) for path, people, named in shown if not people <= named] == []
    assert sum(len(people) for _, people, _ in shown) > 30, "the pages are of people"


def test_no_page_shows_an_identifier_in_full(pages: list[Opened]) -> None:
    assert [(page.path, one) for page in pages for one in IDENTIFIERS if one in page.answer.text] == []


def test_a_terrorism_event_is_on_no_page(pages: list[Opened]) -> None:
    for page in pages:
        if page.path.startswith("/reviews"):
            continue  # a cleared reviewer's own review may be about one
        assert not re.search(r"US-FAST-TERR|\bUS/E[89]\b|\bI9\b", page.answer.text), page.path


def test_a_page_holds_no_style_or_script_of_its_own(pages: list[Opened]) -> None:
    for page in pages:
        path, answer = page.path, page.answer
        if not answer.headers["content-type"].startswith("text/html"):
            assert path.endswith("/export"), path
            continue
        assert not re.search(r"<[^>]*\sstyle=", answer.text), path
        assert not re.search(r"<script(?![^>]*(?:src=\"/static/|type=\"application/json\"))", answer.text), path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "<b>Ibáñez" not in answer.text
        title = re.findall(r"<title>(.*?)</title>", answer.text)[0]
        assert not re.search("Ocampo|Ib|Zabulondo|D-[A-Z2-7]{10}", title), "titles name nobody"


def test_no_page_says_anything_in_english_that_the_catalogue_does_not_hold(
    office: Office, addresses: dict[str, list[tuple[Role, str]]], pages: list[Opened]
) -> None:
    """What a page says the same in Spanish and in English is data, or a text that nobody can translate."""
    english = {page.path: said(page.answer.text) for page in pages}
    both = said_alike("es")
    left: dict[str, str] = {}
    for role, path in {path: (role, path) for asked in addresses.values() for role, path in asked}.values():
        browser = office.as_(role)
        browser.client.cookies.set("crosslane_look", "---es", domain="crosslane.example")
        spanish = browser.get(path).text
        browser.client.cookies.delete("crosslane_look", domain="crosslane.example")
        alike = said(spanish) & english[path]
        left |= {text: path for text in alike if _NUMBERED.sub("", text) not in both}
    assert left == {}, "\n".join(f"{path}: {text}" for text, path in left.items())


def said_alike(language: str) -> set[str]:
    """Pieces between the places of texts that the language and English have in common."""
    found = []
    for tag in ("en", language):
        forms = [text.values() if isinstance(text, Mapping) else [text] for text in own_texts(tag).values()]
        pieces = (re.split(r"\{\w+\}", form) for held in forms for form in held)
        found.append({piece.strip() for split in pieces for piece in split})
    return found[0] & found[1]


def test_nobody_signed_in_is_led_to_sign_in_and_sees_nothing(office: Office) -> None:
    stranger = Browser(office.as_(Role.VIEWER).client.__class__(office.as_(Role.VIEWER).client.app), "nobody")
    stranger.client.base_url = "https://crosslane.example"  # type: ignore[assignment]
    for path in PAGES:
        answer = stranger.get(example(path), 303)
        assert answer.headers["location"].startswith("/sign-in?next=/")
    for path in POSTS:
        assert stranger.post(example(path)).headers["location"] == "/sign-in?next=/"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_what_the_table_says_and_nothing_else(office: Office, role: Role) -> None:
    browser = office.as_(role)
    for method, path in [*(("GET", one) for one in PAGES), *(("POST", one) for one in POSTS)]:
        if path == "/sign-out":
            continue
        is_let_in = role in ACCESS[method, path]
        answer = browser.client.request(method, example(path), follow_redirects=False)
        if method == "POST" and is_let_in:
            # without the token of the session nothing is done, whoever it is
            assert answer.status_code == 403, (path, answer.status_code)
            assert "another session" in answer.text, path
        elif is_let_in:
            assert answer.status_code < 500, (path, answer.status_code)
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403, (path, answer.status_code)
            assert "Your role may not open this" in answer.text


def test_a_form_that_came_from_elsewhere_changes_nothing(office: Office, things: dict[str, Any]) -> None:
    investigator = office.as_(Role.INVESTIGATOR)
    for csrf in ("", "x", office.as_(Role.REVIEWER).csrf):
        answer = investigator.client.post("/cases", data={"csrf": csrf, "title": "Forged"}, follow_redirects=False)
        assert answer.status_code == 403
    assert "Forged" not in investigator.get("/cases").text
    for where in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        back = investigator.post("/settings", theme="dark", back=where)
        assert back.headers["location"] == "/"
