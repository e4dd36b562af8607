"""Policy and sources: what counts, what is covered? No person is on it, so that every role may read it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.policies.document import Comparison, policies_document
from api.policies.kept import FILES
from api.policies.sources import sources_document
from api.web.site import render
from api.web.visit import PageRoute, VisitDependency

router = APIRouter(route_class=PageRoute, include_in_schema=False)
FIRST = 25
Asked = Annotated[str, Query(max_length=100)]


@router.get("/policy")
def policy_page(  # noqa: PLR0913, PLR0917 - one parameter each
    here: VisitDependency,
    policy: Asked = "risk",
    older: Asked = "",
    newer: Asked = "",
    country: Annotated[str, Query(max_length=20)] = "",
    everything: Annotated[str, Query(alias="all", max_length=1)] = "",
) -> Response:
    """Versions of the policies side by side, the factors, the sources, and the linkage models."""
    document = policies_document(here.service.workspace, Comparison(policy, older, newer))
    sources = sources_document(here.service.workspace)
    here.audit("policy page", [None])
    fitting = [row for row in document["factors"] if country in ("", row["country"])]
    return render(
        "policy.html",
        here.at("policy"),
        document=document,
        sources=sources,
        policies=list(FILES),
        countries=sorted({row["country"] for row in document["factors"]}),
        country=country,
        factors=fitting if everything else fitting[:FIRST],
        total=len(fitting),
        differing=[row for row in document["comparison"]["rows"] if row["change"] != "same"],
    )
