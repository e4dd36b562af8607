"""The application: routes, problem documents, access log and health, for one workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from api.access_settings import AccessSettings
from api.aside import Aside
from api.audit import AuditLog
from api.graph_store import LEDGER, GraphStoreChoice
from api.http import (
    audit_log,
    changes,
    coverage,
    decisions,
    drivers,
    exchange,
    graph,
    health,
    judging_jobs,
    loads,
    match,
    measures,
    oidc,
    openapi,
    ports,
    problems,
    reconcile,
    records,
    review_acts,
    review_start,
    reviews,
    scores,
    sessions,
    successions,
    unmask,
    why,
)
from api.http.access import MAX_BODY, AccessLog
from api.http.access_table import unlisted
from api.http.masked import masked_answers
from api.http.metrics import Metrics
from api.http.security import Shield
from api.http.service import Service
from api.jobs.limits import Limits
from api.masking import masker_of
from api.web.load_pages import UPLOADS
from api.web.mount import mount_pages
from linkage.ledger import Workspace

THREADS = 100
"""Requests that one process works on at once. Most of them wait: for the disk, or for a long answer to be ready."""

# Routes below a driver come before the driver, whose id may hold slashes.
GROUPS = (
    *(sessions, oidc, unmask, scores, graph, why, match, reconcile, drivers, decisions, judging_jobs),
    *(
        reviews,
        review_start,
        review_acts,
        coverage,
        ports,
        exchange,
        measures,
        successions,
        loads,
        records,
        changes,
        audit_log,
        health,
    ),
)


def create_app(
    workspace: Workspace,
    store: GraphStoreChoice = LEDGER,
    access: AccessSettings | None = None,
    limits: Limits | None = None,
    processes: int = 0,
) -> FastAPI:
    """The API over `workspace`, its graph read from `store`; what it keeps is its own, so several may serve one.

    Args:
        access: how people and services get in; None = with the default limits and no provider.
        limits: of writes; None = the default ones.
        processes: how many it starts for long answers; 0 = they are worked out where they are asked for.
    """
    aside = Aside(workspace, store, processes)
    with workspace.reading() as connection:
        masker = masker_of(connection)
    app = FastAPI(
        lifespan=lambda _: _life(aside),
        default_response_class=masked_answers(masker),
        title="Crosslane",
        version=version("crosslane"),
        summary="Drivers resolved across US, Mexican and Canadian records, and linked risk with its reasons.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    metrics = Metrics()
    log = AuditLog(workspace.path, metrics.audited)
    app.state.service = Service(workspace.kept_open(), log, store, aside, access or AccessSettings(), metrics)
    problems.install(app)
    for group in GROUPS:
        app.include_router(group.router)
    openapi.install(app)
    app.state.limits = limits or Limits()
    app.state.masker = masker
    mount_pages(app)
    app.add_middleware(
        AccessLog, metrics, larger=dict.fromkeys((loads.UPLOAD, *UPLOADS), app.state.limits.max_upload + MAX_BODY)
    )
    app.add_middleware(Shield)
    assert not unlisted(app.routes), "every route has an entry in the access table"
    return app


@asynccontextmanager
async def _life(aside: Aside) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield
    aside.close()
