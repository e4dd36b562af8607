"""The application: routes, problem documents, access log and health, for one workspace."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from api.access_settings import AccessSettings
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
    openapi,
    ports,
    problems,
    review_acts,
    reviews,
    scores,
    sessions,
    successions,
    why,
)
from api.http.access import AccessLog
from api.http.access_table import unlisted
from api.http.metrics import Metrics
from api.http.security import Shield
from api.http.service import Service
from linkage.ledger import Workspace

# Routes below a driver come before the driver, whose id may hold slashes.
GROUPS = (
    *(sessions, scores, graph, why, drivers, decisions, reviews, review_acts, coverage, ports, exchange, successions),
    *(changes, audit_log, health),
)


def create_app(workspace: Workspace, store: GraphStoreChoice = LEDGER, access: AccessSettings | None = None) -> FastAPI:
    """The API over `workspace`, its graph read from `store`; what it keeps is its own, so several may serve one.

    Args:
        access: how people and services get in; None = with the default limits and no provider.
    """
    app = FastAPI(
        title="Crosslane",
        version=version("crosslane"),
        summary="Drivers resolved across US, Mexican and Canadian records, and linked risk with its reasons.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    metrics = Metrics()
    log = AuditLog(workspace.path, metrics.audited)
    app.state.service = Service(workspace.kept_open(), log, store, access or AccessSettings(), metrics)
    problems.install(app)
    for group in GROUPS:
        app.include_router(group.router)
    openapi.install(app)
    app.add_middleware(AccessLog, metrics)
    app.add_middleware(Shield)
    assert not unlisted(app.routes), "every route has an entry in the access table"
    return app
