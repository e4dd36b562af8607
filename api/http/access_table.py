"""Which roles may call which route: the one place that says so. A route that is not listed is not served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from api.roles import Role

READ = frozenset({Role.VIEWER, Role.INVESTIGATOR, Role.REVIEWER, Role.SUPERVISOR})
INVESTIGATE = READ - {Role.VIEWER}
REVIEW = frozenset({Role.REVIEWER, Role.SUPERVISOR})
SIGN = frozenset({Role.SUPERVISOR})
LOAD = frozenset({Role.LOADER, Role.SUPERVISOR})
AUDIT = frozenset({Role.AUDITOR})
ANYBODY = frozenset(Role)
PUBLIC: frozenset[Role] = frozenset()
"""No key is asked for; such a route tells of no person."""

ACCESS: Mapping[tuple[str, str], frozenset[Role]] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/api/v1/openapi.json"): PUBLIC,
    ("POST", "/api/v1/session"): PUBLIC,
    ("GET", "/api/v1/session"): ANYBODY,
    ("DELETE", "/api/v1/session"): ANYBODY,
    ("POST", "/api/v1/loads"): LOAD,
    ("GET", "/api/v1/loads"): LOAD,
    ("GET", "/api/v1/loads/{job_id}"): LOAD,
    ("GET", "/api/v1/loads/{job_id}/rejects"): LOAD,
    ("GET", "/api/v1/loads/{job_id}/warnings"): LOAD,
    ("POST", "/api/v1/records"): LOAD,
    ("POST", "/api/v1/drivers/search"): READ,
    ("POST", "/api/v1/drivers/lookup"): READ,
    ("GET", "/api/v1/drivers"): READ,
    ("GET", "/api/v1/drivers/{identity_id:path}/score"): READ,
    ("GET", "/api/v1/drivers/{identity_id:path}/graph"): READ,
    ("GET", "/api/v1/drivers/{identity_id:path}"): READ,
    ("GET", "/api/v1/paths"): READ,
    ("GET", "/api/v1/why"): READ,
    ("POST", "/api/v1/match"): READ,
    ("GET", "/api/v1/reconcile"): PUBLIC,
    ("POST", "/api/v1/reconcile"): READ,
    ("GET", "/api/v1/reconcile/suggest/{what}"): READ,
    ("GET", "/api/v1/reconcile/preview/{identity_id:path}"): READ,
    ("GET", "/api/v1/changes"): READ,
    ("GET", "/api/v1/reviews"): REVIEW,
    ("GET", "/api/v1/drivers/{identity_id:path}/linked-risk"): READ,
    ("POST", "/api/v1/drivers/{identity_id:path}/unmask"): INVESTIGATE,
}


def served(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path template of every route, those of included routers too; what is no route has no method."""
    found = []
    for context in iter_route_contexts(list(routes)):
        if context.methods is None:
            found.append(("", str(context.path)))  # a mount or a socket, which no table can speak for
        else:
            found += [(method, str(context.path)) for method in sorted(context.methods - {"HEAD"})]
    return found


def unlisted(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path of the routes that the table does not name."""
    return [entry for entry in served(routes) if entry not in ACCESS]
