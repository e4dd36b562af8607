"""Whether the process answers, whether the workspace can, and what is measured: nothing of it tells of a person."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response

from api.doctor import readiness
from api.http.metrics import CONTENT_TYPE
from api.http.models.service import Health, Readiness
from api.http.service import ServiceDependency

router = APIRouter(tags=["service"])


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", response_model=Readiness)
def readyz(service: ServiceDependency) -> Any:
    """The workspace can be read and audited and its graph is up to date; also what loads wait."""
    checks = readiness(service.workspace, service.store)
    is_ready = all(check["ok"] for check in checks)
    body = {"status": "ok" if is_ready else "not ready", "checks": checks}
    return Response(orjson.dumps(body), 200 if is_ready else 503, media_type="application/json")


@router.get("/metrics", include_in_schema=False)
def metrics(service: ServiceDependency) -> Response:
    """Counts and times for Prometheus, by route template."""
    return Response(service.metrics.exposition(), media_type=CONTENT_TYPE)
