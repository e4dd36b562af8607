"""The pages' frame: templates, assets named by their content, and what every page says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from importlib import resources
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.http.access_table import ACCESS
from api.roles import Role
from api.web import marks
from api.web.texts import load_catalogue
from api.web.views.pattern import cells_of, headings

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' blob: data:"
)
"""Content-Security-Policy of a page: nothing from elsewhere, nothing within; the picture of a graph is a blob."""

MENU: tuple[tuple[str, str], ...] = (
    ("work", "/"),
    ("explore", "/explore"),
    ("review", "/reviews"),
    ("links", "/links"),
    ("coverage", "/coverage"),
    ("exchange", "/exchange"),
    ("ports", "/ports"),
    ("loads", "/loads"),
    ("cases", "/cases"),
    ("measures", "/measures"),
    ("audit", "/audit"),
    ("policy", "/policy"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One line above a page: `done`, `error` or nothing special."""

    text: Markup
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu."""

    name: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Who looks, at which workspace, and how they like it.

    Args:
        user: name of the person; empty on the page that signs in.
        path: of the page, to come back to.
        here: the menu's entry that the page belongs to.
        as_of: ISO day that the scores are for.
        csrf: token that every form sends back.
        theme: light, dark, or empty for what the browser prefers.
        density: comfortable, or empty.
        open_cases: the person's own, to pin to.
    """

    user: str = ""
    role: Role | None = None
    purpose: str = ""
    workspace: str = ""
    path: str = "/"
    here: str = ""
    as_of: str | None = None
    csrf: str = ""
    theme: str = ""
    density: str = ""
    notices: Sequence[Notice] = field(default=())
    open_cases: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def signed_in(self) -> bool:
        """Whether anybody is."""
        return bool(self.user)

    @property
    def menu(self) -> list[MenuItem]:
        """What the role may open."""
        return [MenuItem(name, href, name == self.here) for name, href in MENU if self.may_open("GET", href)]

    def may_open(self, method: str, path: str) -> bool:
        """Whether there is such a route, by its path template, and the role may call it."""
        return self.role in ACCESS.get((method, path), frozenset())


@cache
def environment() -> Environment:
    """The templates; every value is escaped, and one that is missing is an error."""
    made = Environment(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    made.globals |= {"asset": asset, "t": load_catalogue(), "bars": marks.bars}
    made.globals |= {"pattern_headings": headings, "pattern_cells": cells_of}
    made.tests |= {"masked": marks.is_masked}
    made.filters |= {
        "name": marks.name,
        "certainty": marks.certainty,
        "visible": marks.visible,
        "prose": marks.prose,
        "value": marks.value,
        "cited": marks.cited,
        "day": marks.day,
        "moment": marks.moment,
        "whole": marks.whole,
        "points": marks.points,
    }
    return made


def render(template: str, page: Page, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(page_text(template, page, **values), status, {"content-security-policy": POLICY})


def page_text(template: str, page: Page, /, **values: Any) -> str:
    """A page."""
    dated = partial(marks.day, as_of=_date(page.as_of))
    return environment().get_template(template).render(page=page, dated=dated, **values)


def asset(name: str) -> str:
    """Address of a built script, style or picture, by the name of its source."""
    return f"/static/{_manifest()[name]}"


@cache
def _manifest() -> Mapping[str, str]:
    held = resources.files("api") / "static" / "dist" / "manifest.json"
    named: dict[str, str] = json.loads(held.read_text("utf-8"))
    return named


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
