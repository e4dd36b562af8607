"""The application: routes, problem documents, access log and health, for one workspace."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api.audit import AuditLog
from api.doctor import readiness
from api.graph_store import LEDGER, GraphStoreChoice
from api.http import drivers, loads, problems, records
from api.http.access import MAX_BODY, AccessLog
from api.http.access_table import unlisted
from api.http.models.service import Health, Readiness
from api.http.service import Service
from api.jobs.limits import Limits
from linkage.ledger import Workspace


def create_app(workspace: Workspace, store: GraphStoreChoice = LEDGER, limits: Limits | None = None) -> FastAPI:
    """The API over `workspace`, its graph read from `store`; it holds no state, so several may serve one workspace."""
    app = FastAPI(
        title="Crosslane",
        version=version("crosslane"),
        summary="Drivers resolved across US, Mexican and Canadian records, and linked risk with its reasons.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = Service(workspace, AuditLog(workspace.path), store)
    problems.install(app)
    app.state.limits = limits or Limits()
    app.add_middleware(AccessLog, larger={loads.UPLOAD: app.state.limits.max_upload + MAX_BODY})
    app.include_router(drivers.router)
    app.include_router(loads.router)
    app.include_router(records.router)

    @app.get("/healthz", tags=["service"])
    def healthz() -> Health:
        """The process answers."""
        return Health()

    @app.get("/readyz", tags=["service"], response_model=Readiness)
    def readyz() -> Any:
        """The workspace can be read and audited."""
        checks = readiness(workspace, store)
        is_ready = all(check["ok"] for check in checks)
        body = {"status": "ok" if is_ready else "not ready", "checks": checks}
        return JSONResponse(body, 200 if is_ready else 503)

    assert not unlisted(app.routes), "every route has an entry in the access table"
    return app
