"""Signing in and out, and how a person likes the pages."""

from __future__ import annotations

import time
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.accounts.login import Login, LoginRefused, PasswordMustChange, log_in
from api.accounts.purpose import Purpose, stated
from api.accounts.sessions import Sessions
from api.http.access_table import ACCESS
from api.http.models.sessions import ProviderLogin
from api.http.oidc import start_login
from api.http.security import cookie_name, drop_cookie, set_cookie
from api.http.service import Service, ServiceDependency, address_of
from api.http.sessions import refuse_other_sites
from api.web.look import COOKIE, KEPT_S, Look
from api.web.site import POLICY, Page, render
from api.web.visit import FormDependency, PageRoute, VisitDependency, field
from linkage.errors import SettingsError

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PROVIDER = ("POST", "/sign-in/provider")
_STATUS = {"wrong": 401, "no_purpose": 400, "too_many": 429}
Text = Annotated[str, Form(max_length=400)]


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    service: ServiceDependency,
    next_: Annotated[str, Query(alias="next", max_length=400)] = "/",
    ended: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Who looks, and why."""
    return _sign_in(request, service, next_, {}, "ended" if ended else "")


@router.post("/sign-in")
def sign_in(  # noqa: PLR0913, PLR0917 - one field each
    request: Request,
    service: ServiceDependency,
    user: Text = "",
    password: Text = "",
    purpose: Text = "",
    reference: Text = "",
    new_password: Text = "",
    next: Text = "/",  # noqa: A002 - the name of the field
) -> Response:
    """A session, or the page again with what is wrong."""
    refuse_other_sites(request)
    typed = {"user": user, "purpose": purpose, "reference": reference}
    if purpose not in set(Purpose):
        return _sign_in(request, service, next, typed, "no_purpose")
    try:
        service.rates.login(address_of(request), user)
        asked = Login(user, password, stated(_purpose(purpose), reference), new_password)
        token = log_in(service.workspace, service.log, asked, service.access.sessions, time.time())
    except LoginRefused:
        return _sign_in(request, service, next, typed, "wrong")
    except PasswordMustChange:
        return _sign_in(request, service, next, typed, "must_change")
    except HTTPException as error:
        refused = _sign_in(request, service, next, typed, "too_many")
        refused.headers.update(error.headers or {})
        return refused
    answer = RedirectResponse(_inside(next), 303)
    set_cookie(request, answer, token, service.access.sessions.life_s)
    return answer


@router.post("/sign-in/provider")
def sign_in_elsewhere(
    request: Request,
    service: ServiceDependency,
    purpose: Text = "",
    reference: Text = "",
    next: Text = "/",  # noqa: A002 - the name of the field
) -> Response:
    """On to the provider that people may log in at, with a stated purpose."""
    answer = Response(status_code=303)
    login = ProviderLogin(purpose=_purpose(purpose), reference=reference, then=_inside(next))
    answer.headers["location"] = start_login(login, request, answer, service)["url"]
    return answer


@router.post("/sign-out")
def sign_out(request: Request, here: VisitDependency, _: FormDependency) -> Response:
    """The session ends."""
    with here.service.workspace.transaction() as connection:
        sessions = Sessions(connection, here.service.access.sessions, time.time())
        if session := sessions.find(here.token):
            sessions.close(session)
    here.audit("logout", [None])
    answer = RedirectResponse("/sign-in", 303)
    drop_cookie(request, answer)
    return answer


@router.post("/settings")
def settings(request: Request, here: VisitDependency, form: FormDependency) -> Response:
    """Dark or light, dense or with more room, keys on or off, and the language."""
    look = here.page.look.changed(
        field(form, "theme"), field(form, "density"), field(form, "keys"), field(form, "language")
    )
    answer = RedirectResponse(_inside(field(form, "back")), 303)
    is_local = cookie_name(request) == cookie_name(request).removeprefix("__Host-")
    answer.set_cookie(
        COOKIE, look.cookie(), max_age=KEPT_S, path="/", secure=not is_local, httponly=True, samesite="strict"
    )
    return answer


def _sign_in(request: Request, service: Service, where: str, typed: dict[str, str], fault: str = "") -> Response:
    answer = render(
        "sign_in.html",
        Page(look=Look.of_request(request)),
        _STATUS.get(fault, 200),
        fault=fault,
        next=_inside(where),
        purposes=[one.value for one in Purpose],
        has_provider=service.access.provider is not None and PROVIDER in ACCESS,
        user=typed.get("user", ""),
        purpose=typed.get("purpose", ""),
        reference=typed.get("reference", ""),
    )
    if service.access.provider:  # a browser holds where a form leads in the end against the policy, too
        place = urlsplit(service.access.provider.issuer)
        allowed = f"form-action 'self' {place.scheme}://{place.netloc}"
        answer.headers["content-security-policy"] = POLICY.replace("form-action 'self'", allowed)
    return answer


def _purpose(text: str) -> Purpose:
    try:
        return Purpose(text)
    except ValueError:
        raise SettingsError("choose what you need people's records for") from None


def _inside(where: str) -> str:
    """The address where it is one of ours: no page sends anybody elsewhere."""
    return where if where.startswith("/") and not where.startswith(("//", "/\\")) else "/"
