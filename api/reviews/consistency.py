"""How evenly people decide: agreement between first and second readers, blind readings, and overrides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.reviews.case import audience_of, day_of
from eligibility.matters import Audience
from eligibility.reviews.agreement import (
    CONFIDENCE,
    adverse_by_reviewer,
    agreement_of,
    blind_readings,
    overrides,
    second_signatures,
)
from linkage.ledger import Workspace


def agreement_document(workspace: Workspace, actor: str) -> dict[str, Any]:
    """The `review agreement` document; reviews for cleared reviewers are counted for them alone."""
    with workspace.reading() as connection:
        cleared = audience_of(connection, actor) is Audience.CLEARED
        return {
            "second_signatures": asdict(agreement_of(second_signatures(connection, is_cleared=cleared))),
            "blind_readings": asdict(agreement_of(blind_readings(connection, is_cleared=cleared))),
            "overrides": overrides(connection, is_cleared=cleared),
            "adverse_by_reviewer": adverse_by_reviewer(connection, is_cleared=cleared),
            "confidence": CONFIDENCE,
            "as_of": day_of(connection).isoformat(),
        }
