"""The application: routes, problem documents, access log and health, for one workspace."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api.access_settings import AccessSettings
from api.audit import AuditLog
from api.doctor import readiness
from api.graph_store import LEDGER, GraphStoreChoice
from api.http import changes, drivers, graph, oidc, openapi, problems, scores, sessions, unmask, why
from api.http.access import AccessLog
from api.http.access_table import unlisted
from api.http.masked import masked_answers
from api.http.models.service import Health, Readiness
from api.http.security import Shield
from api.http.service import Service
from api.masking import masker_of
from linkage.ledger import Workspace


def create_app(workspace: Workspace, store: GraphStoreChoice = LEDGER, access: AccessSettings | None = None) -> FastAPI:
    """The API over `workspace`, its graph read from `store`; what it keeps is its own, so several may serve one.

    Args:
        access: how people and services get in; None = with the default limits and no provider.
    """
    with workspace.reading() as connection:
        masker = masker_of(connection)
    app = FastAPI(
        default_response_class=masked_answers(masker),
        title="Crosslane",
        version=version("crosslane"),
        summary="Drivers resolved across US, Mexican and Canadian records, and linked risk with its reasons.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = Service(workspace, AuditLog(workspace.path), store, access or AccessSettings())
    problems.install(app)
    app.add_middleware(AccessLog)
    app.add_middleware(Shield)
    # Routes below a driver come before the driver, whose id may hold slashes.
    for group in (sessions, oidc, scores, graph, why, changes, unmask, drivers):
        app.include_router(group.router)
    openapi.install(app)

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
