"""The audit as a document: who saw and changed what, the newest first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from api.audit import AuditLog, Wanted
from linkage.ledger import IdentityTables, Workspace


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which entries.

    Args:
        identity_id: of one driver, under every id that they ever had; None = of all.
        actor: of one person or service; None = of all.
        since: from this UTC day on.
        before: older than the entry of this number.
        limit: entries at most.
    """

    identity_id: str | None = None
    actor: str | None = None
    since: date | None = None
    before: int | None = None
    limit: int = 100


def audit_document(workspace: Workspace, log: AuditLog, question: AuditQuestion) -> dict[str, Any]:
    """Rows, the newest first, and `last`: the number of the last one where older ones follow, else None."""
    identities = None
    if question.identity_id is not None:
        with workspace.reading() as connection:
            tables = IdentityTables(connection)
            current = tables.find(question.identity_id) or question.identity_id
            identities = sorted({question.identity_id, current, *tables.former_ids(current)})
    since = question.since.isoformat() if question.since else None
    wanted = Wanted(identities, question.actor, since, question.before)
    found = log.page(wanted, question.limit + 1)
    rows = [{"n": n, **asdict(entry)} for n, entry in found[: question.limit]]
    return {"rows": rows, "last": rows[-1]["n"] if len(found) > question.limit else None}
