"""What routes share: the workspace, the audit, and the caller behind a key or a session."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import apsw
from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.access_settings import AccessSettings, Provider
from api.accounts.provider import IdentityProvider
from api.accounts.remembered import RememberedSecrets
from api.accounts.sessions import Session, Sessions, csrf_token
from api.aside import Aside, Told
from api.audit import AuditLog, Entry
from api.graph_store import LEDGER, GraphStoreChoice
from api.http.access_table import ACCESS
from api.http.metrics import Metrics
from api.http.rate_limit import Rates
from api.http.security import COOKIE, SAFE_METHODS, cookie_name
from api.keys import Keys
from api.report.pdf import Press
from api.roles import Caller
from linkage.ledger import Workspace

CSRF_HEADER = "X-CSRF-Token"
_bearer = HTTPBearer(auto_error=False, description="A service key made by `crosslane key add`.")
_cookie = APIKeyCookie(
    name=f"__Host-{COOKIE}",
    auto_error=False,
    description=f"A session opened by `POST /api/v1/session`; what changes anything also needs {CSRF_HEADER}.",
)


@dataclass(frozen=True)
class Service:
    """One workspace being served.

    Args:
        access: how people and services get in.
        metrics: what is counted of it.
        aside: what works out long answers; None = the thread that asks.
        remembered: secrets of keys that this process has checked.
        press: what makes PDFs of pages.
        rates: how often callers have asked this process.
        openid: the provider that people may log in at; None = there is none.
    """

    workspace: Workspace
    log: AuditLog
    store: GraphStoreChoice = LEDGER
    aside: Aside | None = None
    access: AccessSettings = field(default_factory=AccessSettings)
    metrics: Metrics = field(default_factory=Metrics)
    remembered: RememberedSecrets = field(default_factory=RememberedSecrets)
    press: Press = field(default_factory=Press)
    rates: Rates = field(init=False)
    openid: IdentityProvider | None = field(init=False)

    def __post_init__(self) -> None:
        """Counts start at nothing, and the provider is asked when somebody first goes there."""
        object.__setattr__(self, "rates", Rates(self.access.rates))
        object.__setattr__(self, "openid", _asked(self.access.provider))

    def audit(self, caller: Caller, action: str, identities: Iterable[str | None], detail: str | None = None) -> None:
        """The audit holds one entry an identity, with the caller's purpose, before the answer that shows it leaves."""
        why = f"for {caller.purpose}" if caller.purpose else None
        told = ": ".join(part for part in (why, detail) if part) or None
        self.log.record(Entry(caller.actor, action, identity, told) for identity in identities)

    def explanation(self, reference: str, as_of: date | None) -> Told:
        """The `risk` document of a driver, ready to be sent once it is audited."""
        return (self.aside or Aside(self.workspace, self.store)).explanation(reference, as_of)


def _asked(provider: Provider | None) -> IdentityProvider | None:
    if provider is None:
        return None
    from api.accounts.openid import OpenId  # noqa: PLC0415 - slow to load, and most workspaces have no provider

    return OpenId(provider)


async def service_of(request: Request) -> Service:
    """The service behind the request's app; async, since it does nothing that a thread would have to wait for."""
    found: Service = request.app.state.service
    return found


ServiceDependency = Annotated[Service, Depends(service_of)]


def session_of(request: Request) -> Session | None:
    """The session in which the request was allowed; None where a key opened it."""
    found: Session | None = request.state.session
    return found


def address_of(request: Request) -> str:
    """Where the request comes from, as far as the server can tell."""
    return request.client.host if request.client else "?"


def allowed(
    request: Request,
    service: ServiceDependency,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _: Annotated[str | None, Depends(_cookie)],
) -> Caller:
    """The caller, once the access table was found to let their role call the route.

    Raises:
        HTTPException: 401 without a valid key or session, 403 where the role may not or the second token is missing,
            429 where the caller asks too often.
    """
    request.state.session = None
    caller = _of_key(request, service, credentials) if credentials is not None else _of_session(request, service)
    if caller is None:
        raise HTTPException(401, "log in, or give a valid service key as: Authorization: Bearer KEY")
    service.rates.request(caller)
    if caller.role not in ACCESS[request.method, request.scope["route"].path]:
        raise HTTPException(403, f"a {caller.role.value} may not do this; ask for another role")
    return caller


CallerDependency = Annotated[Caller, Depends(allowed)]


def _of_key(request: Request, service: Service, credentials: HTTPAuthorizationCredentials) -> Caller | None:
    with service.workspace.reading() as connection:
        return Keys(connection).caller(
            credentials.credentials, service.remembered, lambda: service.rates.first_sight(address_of(request))
        )


def _of_session(request: Request, service: Service) -> Caller | None:
    token = request.cookies.get(cookie_name(request))
    if not token:
        return None
    now = time.time()
    with service.workspace.reading() as connection:
        session = Sessions(connection, service.access.sessions, now).find(token)
    if session is None:
        return None
    sent = request.headers.get(CSRF_HEADER, "")
    is_sent_by_page = hmac.compare_digest(sent.encode("utf-8", "replace"), csrf_token(token).encode())
    if request.method not in SAFE_METHODS and not is_sent_by_page:
        raise HTTPException(403, f"a session changes things only with its {CSRF_HEADER}; see GET /api/v1/session")
    if session.is_stale(now):
        _note_use(service, session, now)
    request.state.session = session
    return session.caller


def _note_use(service: Service, session: Session, now: float) -> None:
    """The session is in use; where a writer is at work, the next request notes it."""
    connection = service.workspace.connection()
    try:
        connection.set_busy_timeout(0)
        Sessions(connection, service.access.sessions, now).seen(session)
    except apsw.BusyError:
        pass
    finally:
        connection.close()
