"""How much a tie to a thing can say of two people on it: the policy's figure before time is taken into account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.holds import TIE_EDGES
from graph.policy import RiskPolicy
from graph.schema import EdgeKind


@dataclass(frozen=True, slots=True)
class TieStrength:
    """Strengths of the edges around some things.

    Args:
        policy: the policy of linked risk.
        people: people on each thing, by kind and key, of any time.
    """

    policy: RiskPolicy
    people: Mapping[tuple[str, str], int]

    def of(self, edge: Mapping[str, Any]) -> float | None:
        """R x min(1, k0/k) x confidence for a person's tie to a thing; 0 at a hub, None for what is no such tie.

        Two people who were on the thing at the same time are tied by about as much; the gap between their times and
        the distance to an event, which `association` also takes in, belong to a pair and not to one tie.
        """
        kind = EdgeKind(edge["kind"])
        if kind not in TIE_EDGES:
            return None
        rule = self.policy.ties[TIE_EDGES[kind][0]]
        count = self.people.get((edge["dst_kind"], edge["dst"]), 1)
        if count > self.policy.limits.hub_degree:
            return 0.0
        return float(rule.strength * min(1.0, rule.full_degree / max(count, 1)) * edge["confidence"])
