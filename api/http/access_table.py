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
MEASURE = SIGN | AUDIT
ANYBODY = frozenset(Role)
PUBLIC: frozenset[Role] = frozenset()
"""No key is asked for; such a route tells of no person."""

PAGES: Mapping[tuple[str, str], frozenset[Role]] = {
    ("GET", "/static/{name}"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("POST", "/sign-in/provider"): PUBLIC,
    ("POST", "/sign-out"): ANYBODY,
    ("POST", "/settings"): ANYBODY,
    ("GET", "/"): ANYBODY,
    ("GET", "/explore"): READ,
    ("GET", "/search"): READ,
    ("POST", "/search"): READ,
    ("POST", "/search/hits"): READ,
    ("GET", "/s/{token}"): READ,
    ("GET", "/drivers/{identity_id}"): READ,
    ("GET", "/drivers/{identity_id}/risk"): READ,
    ("GET", "/drivers/{identity_id}/identity"): READ,
    ("POST", "/drivers/{identity_id}/unmask"): INVESTIGATE,
    ("POST", "/drivers/{identity_id}/split"): REVIEW,
    ("POST", "/drivers/{identity_id}/review"): REVIEW,
    ("POST", "/decisions/{number}/undo"): REVIEW,
    ("GET", "/why"): READ,
    ("GET", "/drivers/{identity_id}/explore"): INVESTIGATE,
    ("POST", "/explore/expand"): INVESTIGATE,
    ("POST", "/explore/find"): INVESTIGATE,
    ("POST", "/explore/add"): INVESTIGATE,
    ("POST", "/explore/join"): INVESTIGATE,
    ("POST", "/explore/export"): INVESTIGATE,
    ("POST", "/explore/analytics"): INVESTIGATE,
    ("GET", "/things/{number}"): READ,
    ("GET", "/reviews"): REVIEW,
    ("POST", "/reviews/next"): REVIEW,
    ("GET", "/reviews/{number}"): REVIEW,
    ("POST", "/reviews/{number}/preview"): REVIEW,
    ("GET", "/reviews/{number}/letter"): REVIEW,
    ("GET", "/reviews/{number}/letter.pdf"): REVIEW,
    ("GET", "/reviews/{number}/replay"): REVIEW,
    ("GET", "/reviews/{number}/replay.pdf"): REVIEW,
    ("POST", "/reviews/{number}/{act}"): REVIEW,
    ("GET", "/coverage"): READ,
    ("GET", "/coverage/{identity_id}"): READ,
    ("GET", "/exchange"): REVIEW,
    ("POST", "/exchange/request"): REVIEW,
    ("POST", "/exchange/chase"): REVIEW,
    ("GET", "/ports"): READ,
    ("GET", "/ports/{port}"): READ,
    ("GET", "/watches"): INVESTIGATE,
    ("POST", "/watches"): INVESTIGATE,
    ("POST", "/watches/{number}/acknowledge"): INVESTIGATE,
    ("POST", "/watches/{number}/end"): INVESTIGATE,
    ("GET", "/views"): INVESTIGATE,
    ("POST", "/views"): INVESTIGATE,
    ("GET", "/views/{view_id}"): INVESTIGATE,
    ("POST", "/views/{view_id}/notes"): INVESTIGATE,
    ("GET", "/connect"): INVESTIGATE,
    ("GET", "/match-list"): INVESTIGATE,
    ("POST", "/match-list"): INVESTIGATE,
    ("GET", "/match-list.csv"): INVESTIGATE,
    ("GET", "/patterns"): INVESTIGATE,
    ("GET", "/patterns/{name}"): INVESTIGATE,
    ("POST", "/patterns/{name}"): INVESTIGATE,
    ("GET", "/patterns/asked/{token}"): INVESTIGATE,
    ("GET", "/patterns/asked/{token}/rows.csv"): INVESTIGATE,
    ("GET", "/patterns/asked/{token}/explore"): INVESTIGATE,
    ("GET", "/cases"): INVESTIGATE,
    ("POST", "/cases"): INVESTIGATE,
    ("GET", "/cases/{case_id}"): INVESTIGATE,
    ("GET", "/cases/{case_id}/report"): INVESTIGATE,
    ("GET", "/cases/{case_id}/report.pdf"): INVESTIGATE,
    ("GET", "/cases/{case_id}/export"): INVESTIGATE,
    ("POST", "/cases/open-file"): INVESTIGATE,
    ("POST", "/cases/{case_id}/pins"): INVESTIGATE,
    ("POST", "/cases/{case_id}/pins/{pin_id}/take-out"): INVESTIGATE,
    ("POST", "/cases/{case_id}/notes"): INVESTIGATE,
    ("POST", "/cases/{case_id}/ties"): INVESTIGATE,
    ("POST", "/cases/{case_id}/close"): INVESTIGATE,
    ("GET", "/measures"): MEASURE,
    ("POST", "/measures/sample"): SIGN,
    ("POST", "/measures/bands"): SIGN,
    ("GET", "/policy"): ANYBODY,
    ("GET", "/audit"): AUDIT,
    ("POST", "/audit/verify"): AUDIT,
    ("GET", "/loads"): LOAD,
    ("POST", "/loads"): LOAD,
    ("POST", "/loads/check"): LOAD,
    ("GET", "/loads/{job_id}"): LOAD,
    ("GET", "/loads/{job_id}/rejects.csv"): LOAD,
    ("GET", "/links"): REVIEW,
    ("POST", "/links/answer"): REVIEW,
    ("POST", "/links/undo"): REVIEW,
    ("POST", "/links/apply"): REVIEW,
}
"""Pages of the browser, which only a session opens."""

ACCESS: Mapping[tuple[str, str], frozenset[Role]] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/api/v1/openapi.json"): PUBLIC,
    ("POST", "/api/v1/session"): PUBLIC,
    ("GET", "/api/v1/session"): ANYBODY,
    ("DELETE", "/api/v1/session"): ANYBODY,
    ("POST", "/api/v1/session/provider"): PUBLIC,
    ("GET", "/api/v1/session/provider"): PUBLIC,
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
    ("POST", "/api/v1/decisions"): INVESTIGATE,
    ("DELETE", "/api/v1/decisions/{n}"): INVESTIGATE,
    ("GET", "/api/v1/decisions/jobs/{job_id}"): INVESTIGATE,
    ("GET", "/api/v1/reviews"): REVIEW,
    ("POST", "/api/v1/reviews"): REVIEW,
    ("GET", "/api/v1/reviews/agreement"): REVIEW,
    ("GET", "/api/v1/reviews/{review_id}"): REVIEW,
    ("GET", "/api/v1/reviews/{review_id}/replay"): REVIEW,
    ("GET", "/api/v1/reviews/{review_id}/without"): REVIEW,
    ("GET", "/api/v1/reviews/{review_id}/letter"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/assign"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/note"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/ask"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/answer"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/resolve"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/decide"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/sign"): SIGN,
    ("POST", "/api/v1/reviews/{review_id}/send-back"): SIGN,
    ("POST", "/api/v1/reviews/{review_id}/appeal"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/decide-appeal"): SIGN,
    ("POST", "/api/v1/reviews/{review_id}/opinion"): REVIEW,
    ("POST", "/api/v1/reviews/{review_id}/letter"): REVIEW,
    ("GET", "/api/v1/coverage"): READ,
    ("GET", "/api/v1/coverage/board"): READ,
    ("GET", "/api/v1/coverage/oldest"): READ,
    ("GET", "/api/v1/ports"): READ,
    ("GET", "/api/v1/ports/actions"): READ,
    ("POST", "/api/v1/ports/actions"): REVIEW,
    ("POST", "/api/v1/ports/actions/{n}/take"): REVIEW,
    ("POST", "/api/v1/ports/actions/{n}/measure"): REVIEW,
    ("POST", "/api/v1/ports/actions/{n}/close"): REVIEW,
    ("GET", "/api/v1/exchange"): REVIEW,
    ("POST", "/api/v1/exchange/requests"): REVIEW,
    ("POST", "/api/v1/exchange/chases"): REVIEW,
    ("POST", "/api/v1/exchange/packets"): REVIEW,
    ("POST", "/api/v1/exchange/answers"): REVIEW,
    ("GET", "/api/v1/successions"): READ,
    ("POST", "/api/v1/successions/rulings"): INVESTIGATE,
    ("DELETE", "/api/v1/successions/rulings/{n}"): INVESTIGATE,
    ("GET", "/api/v1/measures"): MEASURE,
    ("GET", "/api/v1/audit"): AUDIT,
    ("GET", "/api/v1/drivers/{identity_id:path}/linked-risk"): READ,
    ("POST", "/api/v1/drivers/{identity_id:path}/unmask"): INVESTIGATE,
    **PAGES,
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
