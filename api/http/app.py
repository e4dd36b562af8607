"""The application: routes, problem documents, access log and health, for one workspace."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from api.audit import AuditLog
from api.graph_store import LEDGER, GraphStoreChoice
from api.http import drivers, health, problems
from api.http.access import AccessLog
from api.http.access_table import unlisted
from api.http.metrics import Metrics
from api.http.service import Service
from linkage.ledger import Workspace


def create_app(workspace: Workspace, store: GraphStoreChoice = LEDGER) -> FastAPI:
    """The API over `workspace`, its graph read from `store`; it holds no state, so several may serve one workspace."""
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
    app.state.service = Service(workspace.kept_open(), log, store, metrics)
    problems.install(app)
    for group in (drivers, health):
        app.include_router(group.router)
    app.add_middleware(AccessLog, metrics)  # the outermost, so that it sees what others refuse
    assert not unlisted(app.routes), "every route has an entry in the access table"
    return app
