"""What routes share: the workspace, the audit, and the caller behind a key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.accounts.remembered import RememberedSecrets
from api.audit import AuditLog, Entry
from api.graph_store import LEDGER, GraphStoreChoice
from api.http.access_table import ACCESS
from api.http.metrics import Metrics
from api.keys import Keys
from api.roles import Caller
from linkage.ledger import Workspace

_bearer = HTTPBearer(auto_error=False, description="A service key made by `crosslane key add`.")


@dataclass(frozen=True)
class Service:
    """One workspace being served."""

    workspace: Workspace
    log: AuditLog
    store: GraphStoreChoice = LEDGER
    metrics: Metrics = field(default_factory=Metrics)
    remembered: RememberedSecrets = field(default_factory=RememberedSecrets)

    def audit(self, caller: Caller, action: str, identities: Iterable[str | None], detail: str | None = None) -> None:
        """The audit holds one entry an identity before the answer that shows it leaves."""
        self.log.record(Entry(caller.actor, action, identity, detail) for identity in identities)


async def service_of(request: Request) -> Service:
    """The service behind the request's app; async, since it does nothing that a thread would have to wait for."""
    found: Service = request.app.state.service
    return found


ServiceDependency = Annotated[Service, Depends(service_of)]


def allowed(
    request: Request,
    service: ServiceDependency,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The caller, once the access table was found to let their role call the route.

    Raises:
        HTTPException: 401 without a valid key, 403 where the role may not.
    """
    caller = None
    if credentials is not None:
        with service.workspace.reading() as connection:
            caller = Keys(connection).caller(credentials.credentials, service.remembered)
    if caller is None:
        raise HTTPException(401, "give a valid service key as: Authorization: Bearer KEY")
    if caller.role not in ACCESS[request.method, request.scope["route"].path]:
        raise HTTPException(403, f"a {caller.role.value} may not do this; ask for a key of another role")
    return caller


CallerDependency = Annotated[Caller, Depends(allowed)]
