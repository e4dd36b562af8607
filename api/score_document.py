"""The stored score of one driver, and marks that tell when a figure may have changed."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

import apsw

from api import scores
from api.show import SCORE_COLUMNS
from eligibility.coverage_policy import load_coverage_policy
from graph.embedded import ChangeLog
from graph.policy_file import load_policy
from linkage.errors import UnknownRecord
from linkage.ledger import IdentityTables

_SCORE = (
    "SELECT score, band, own, linked, linked_band, linked_with_possible, as_of, policy FROM score WHERE identity_id = ?"
)


def score_document(connection: apsw.Connection, reference: str) -> dict[str, Any]:
    """`identity_id` and the columns of `scores`, as stored.

    Args:
        reference: identity id, former id or source/record_id.

    Raises:
        UnknownRecord: the reference names nothing, or nobody who has a score.
    """
    identity = IdentityTables(connection).require(reference)
    row = connection.execute(_SCORE, (identity,)).fetchone()
    if row is None:
        raise UnknownRecord("the driver has no score yet")
    return {"identity_id": identity} | dict(zip(SCORE_COLUMNS, row, strict=True))


def state_mark(connection: apsw.Connection, *more: object) -> str:
    """A text that stays the same only while every figure and reason that the workspace gives stays the same.

    It changes with every load, decision, ruling, day of the scores, policy and version of the software.

    Args:
        more: what else an answer depends on, such as whom it is about.
    """
    head = ChangeLog(connection).head()
    state = (head.workspace, head.sequence, head.token, scores.as_of(connection), load_policy().name)
    told = repr((*state, load_coverage_policy().version, version("crosslane"), *more))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
