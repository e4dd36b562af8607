"""Who may do what: six roles, each for one kind of work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person or a service may do.

    A viewer looks drivers up. An investigator also sees identifiers in full, for a reason, and judges links. A
    reviewer works on reviews, a supervisor also signs. A loader brings files in and an auditor reads the audit;
    neither sees people.
    """

    VIEWER = "viewer"
    INVESTIGATOR = "investigator"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    LOADER = "loader"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Args:
        actor: how the audit and decisions name them: a user's name, or `key:NAME` of a service.
        purpose: what they said they need people's records for.
    """

    actor: str
    role: Role
    purpose: str = ""

    @property
    def is_person(self) -> bool:
        """Whether a person asks, and not a service: no user's name holds a colon."""
        return ":" not in self.actor
