"""The head of the trail noted in the audit, which is another file: a rewritten ledger does not fit what was noted."""

from __future__ import annotations

import re

import apsw

from api.audit import AuditLog
from eligibility.trail import Trail

_NOTED = re.compile(r"trail (\d+):([0-9a-f]{16})$")


def head_note(connection: apsw.Connection) -> str:
    """How the audit notes the last row of the trail: its number and the start of its hash."""
    n, digest = Trail(connection).head()
    return f"trail {n}:{digest[:16]}"


def contradicted(connection: apsw.Connection, audit: AuditLog) -> list[str]:
    """Rows of the trail that are not what the audit noted when they were written, one sentence each."""
    noted = {}
    for detail in audit.details("%trail %:%"):
        if found := _NOTED.search(detail):
            noted[int(found[1])] = found[2]
    hashes = {int(n): str(digest)[:16] for n, digest in connection.execute("SELECT n, hash FROM trail")}
    return [f"row {n} is not the one that the audit noted" for n in sorted(noted) if hashes.get(n) != noted[n]]
