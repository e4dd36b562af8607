"""What no template may hold: styles and scripts within the page, unescaped data, a form without its token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.http.access_table import ACCESS, PUBLIC
from api.web.site import environment

ROOT = Path(__file__).resolve().parents[4] / "api" / "web" / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_TAG = re.compile(r"<script\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_ACTION = re.compile(r"""(?:form)?action="([^"]*)\"""")
SIGN_IN = "sign_in.html"  # nobody has a session to be borne out by yet; the server checks where it came from


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_holds_nothing_that_the_policy_forbids_and_nothing_unescaped(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"\sstyle\s*=", text), "a style of its own"
    assert "<style" not in text
    assert not re.search(r"\|\s*safe\b", text)
    assert not re.search(r"\bMarkup\b|autoescape", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "a handler within the page"
    assert "javascript:" not in text.lower()
    assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", text), "an address elsewhere"
    for script in _TAG.findall(text):
        assert 'src="{{ asset(' in script or 'type="application/json"' in script, script


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_posts_sends_the_token_of_the_session(name: str) -> None:
    for form in _FORM.findall((ROOT / name).read_text("utf-8")):
        if 'method="post"' in form and name != SIGN_IN:
            assert 'name="csrf" value="{{ page.csrf }}"' in form, form[:120]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_address_in_a_template_is_that_of_a_route(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for form in re.findall(r"<form\b[^>]*>", text):
        assert "method=" in form or "data-expand" in form, form
    for method, address in [*(("POST", a) for a in _ACTION.findall(text)), *(("GET", a) for a in _links(text))]:
        if _is_route(method, address):
            continue
        pytest.fail(f"no route answers {method} {address}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_template_asks_the_access_table_is_in_it(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for method, path in re.findall(r"""may_open\("([A-Z]+)", "([^"]+)"\)""", text):
        assert (method, path) in ACCESS


def test_every_template_can_be_compiled() -> None:
    for name in TEMPLATES:
        environment().get_template(name)


def _links(text: str) -> list[str]:
    return [found for found in re.findall(r"""href="([^"]*)\"""", text) if found.startswith("/")]


def _is_route(method: str, address: str) -> bool:
    """Whether an address with places fits a route's template; addresses that begin with a place are the view's own."""
    path = re.sub(r"\{%.*?%\}", "", address)
    path = re.sub(r"\{\{.*?\}\}", "1", path).partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        path = "/drivers/1" + path.removeprefix("1")  # view.href, driver_href
        if path == "/drivers/1" and method == "GET":
            return True
    pages = {route for route, roles in ACCESS.items() if roles != PUBLIC or route[1].startswith("/sign-in")}
    return any(at == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) for at, template in pages)
