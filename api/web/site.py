"""The pages' frame: templates, assets named by their content, and what every page says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from importlib import resources
from typing import Any

from babel.numbers import get_decimal_symbol
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.http.access_table import ACCESS
from api.roles import Role
from api.web import marks
from api.web.look import Look
from api.web.shortcuts import GROUPS
from api.web.texts import LANGUAGES, Catalogue, load_catalogue
from api.web.views.pattern import cells_of, headings

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' blob: data:"
)
"""Content-Security-Policy of a page: nothing from elsewhere, nothing within; the picture of a graph is a blob."""

_ENGLISH = Markup('<span lang="en">{}</span>')
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
        is_loading: whether a load is being worked in, so that scores may be about to change.
        csrf: token that every form sends back.
        look: how the browser's owner likes the pages.
        open_cases: the person's own, to pin to.
    """

    user: str = ""
    role: Role | None = None
    purpose: str = ""
    workspace: str = ""
    path: str = "/"
    here: str = ""
    as_of: str | None = None
    is_loading: bool = False
    csrf: str = ""
    look: Look = field(default=Look())
    notices: Sequence[Notice] = field(default=())
    open_cases: Sequence[Mapping[str, Any]] = field(default=())

    @property
    def signed_in(self) -> bool:
        """Whether anybody is."""
        return bool(self.user)

    @property
    def t(self) -> Catalogue:
        """The texts of the page."""
        return load_catalogue(self.look.language)

    @property
    def stated_purpose(self) -> str:
        """What the records are needed for, in the page's language, with the number of the case."""
        purpose, blank, reference = self.purpose.partition(" ")
        key = f"purpose.{purpose}"
        return f"{self.t(key) if self.t.has(key) else purpose}{blank}{reference}"

    @property
    def words(self) -> Mapping[str, str]:
        """What the scripts of every page say."""
        return self.t.plain("page_js.")

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
    made.globals |= {"asset": asset, "bars": marks.bars, "shortcuts": GROUPS, "page_languages": LANGUAGES}
    made.globals |= {"pattern_headings": headings, "pattern_cells": cells_of}
    made.tests |= {"masked": marks.is_masked}
    made.filters |= {
        "name": marks.name,
        "certainty": marks.certainty,
        "visible": marks.visible,
        "prose": marks.prose,
        "value": _value,
        "cited": marks.cited,
        "day": _day,
        "moment": _moment,
        "whole": _whole,
        "points": _points,
        "number": _number,
        "format": _format,
        "said": _said,
        "english": _english,
    }
    return made


def render(template: str, page: Page, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(page_text(template, page, **values), status, {"content-security-policy": POLICY})


def page_text(template: str, page: Page, /, **values: Any) -> str:
    """A page."""
    dated = partial(marks.day, language=page.t.locale, as_of=_date(page.as_of))
    return environment().get_template(template).render(page=page, t=page.t, dated=dated, **values)


@pass_context
def _day(context: Context, value: str | date | None) -> Markup:
    return marks.day(value, context["t"].locale)


@pass_context
def _value(context: Context, held: object) -> Markup:
    return marks.value(held, context["t"].locale)


@pass_context
def _moment(context: Context, value: str | None) -> Markup:
    return marks.moment(value, context["t"].locale)


@pass_context
def _whole(context: Context, figure: float | None) -> str:
    """A figure of 0 to 100, rounded."""
    return "" if figure is None else _number(context, figure, 0)


@pass_context
def _points(context: Context, value: float) -> str:
    """Points, to three digits after the decimal mark."""
    return _number(context, value, 3)


@pass_context
def _number(context: Context, value: float, digits: int | None = None) -> str:
    t: Catalogue = context["t"]
    return t.number(value, digits)


@pass_context
def _said(context: Context, value: str, group: str) -> Markup:
    """The text of a value of a closed set; where the catalogue has none, the value as the engine writes it."""
    t: Catalogue = context["t"]
    key = f"{group}.{value}"
    return t(key) if t.has(key) else _english(context, value.replace("_", " "))


@pass_context
def _english(context: Context, text: str) -> Markup:
    """What the engine says, which is in English whatever the language of the page; readers are told so."""
    shown = marks.visible(text)
    return shown if context["t"].language == "en" else _ENGLISH.format(shown)


@pass_context
def _format(context: Context, pattern: str, value: float) -> str:
    """As Jinja's own, for one number, with the decimal mark of the page's language."""
    return (pattern % value).replace(".", get_decimal_symbol(context["t"].locale))


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
