"""The eligibility policy as a document: one row a ground, and where each other value comes from."""

from __future__ import annotations

from typing import Any

from eligibility.policy import Ground
from eligibility.policy_file import load_eligibility_policy

COLUMNS = (
    *("code", "country", "authority", "category", "consequence", "lookback", "points", "reason_code", "audience"),
    *("description", "source"),
)


def policy_document() -> dict[str, Any]:
    """The `review policy` document: every code of the table of grounds, then every event type."""
    policy = load_eligibility_policy()
    return {
        "version": policy.version,
        "policy": policy.name,
        "points_scale": policy.points_scale,
        "rows": [_row(ground) for ground in (*policy.codes.values(), *policy.types.values())],
        "sources": dict(policy.sources),
    }


def _row(ground: Ground) -> dict[str, Any]:
    row = {name: getattr(ground, name) for name in COLUMNS if name != "lookback"}
    return {name: ground.lookback.text if name == "lookback" else row[name] for name in COLUMNS}
