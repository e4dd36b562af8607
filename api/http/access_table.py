"""Which roles may call which route: the one place that says so. A route that is not listed is not served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.routing import BaseRoute, Route

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
    ("GET", "/api/v1/openapi.json"): PUBLIC,
    ("POST", "/api/v1/loads"): LOAD,
    ("GET", "/api/v1/loads"): LOAD,
    ("GET", "/api/v1/loads/{job_id}"): LOAD,
    ("GET", "/api/v1/loads/{job_id}/rejects"): LOAD,
    ("GET", "/api/v1/loads/{job_id}/warnings"): LOAD,
    ("POST", "/api/v1/records"): LOAD,
    ("POST", "/api/v1/drivers/search"): READ,
    ("POST", "/api/v1/drivers/lookup"): READ,
    ("GET", "/api/v1/drivers"): READ,
    ("GET", "/api/v1/drivers/{identity_id:path}"): READ,
    ("GET", "/api/v1/drivers/{identity_id:path}/linked-risk"): READ,
}


def unlisted(routes: Iterable[BaseRoute]) -> list[tuple[str, str]]:
    """Method and path of the routes that the table does not name."""
    served = [
        (method, route.path)
        for route in routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    return [entry for entry in served if entry not in ACCESS]
