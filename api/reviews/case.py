"""One review with all that a reviewer has before them: the trace, the score with its reasons, coverage, identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import apsw

from api import scores
from api.coverage import coverage_rows
from api.records import facts_of
from api.reviews.person import driver_shown, events_of_doubles
from api.risk import risk
from eligibility.clearance import Clearances
from eligibility.disqualification import disqualifications
from eligibility.matters import Audience, linked_item
from eligibility.own_factors import own_factors
from eligibility.policy import EligibilityPolicy
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.deciding import Shown
from eligibility.reviews.records import CaseRecords
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.tables import Review
from eligibility.reviews.work import Desk
from eligibility.trace import Factor, FactorKind, context_factor, items_shown, matter_factor, with_findings
from graph.errors import UnknownIdentity
from graph.policy_file import load_policy
from linkage.ledger import Workspace
from linkage.schema import Kind


@dataclass(frozen=True, slots=True)
class Case:
    """What is known for a review on a day.

    Args:
        factors: the trace, with the findings of the present round.
        risk: the `risk` document; None where the driver has no record any more.
        records: record key and confidence of the driver's records.
    """

    review: Review
    factors: Sequence[Factor]
    risk: Mapping[str, Any] | None
    driver: Mapping[str, Any]
    coverage: Sequence[Mapping[str, Any]]
    records: Mapping[str, float]
    as_of: date
    policy: EligibilityPolicy

    def document(self) -> dict[str, Any]:
        """What is shown and, when somebody decides, kept."""
        own = [factor for factor in self.factors if factor.kind is FactorKind.OWN]
        left = [factor.factor for factor in self.factors if not factor.is_resolved]
        return {
            "driver": dict(self.driver),
            "records": [{"record": key, "confidence": value} for key, value in sorted(self.records.items())],
            "trace": {
                "policy": self.policy.name,
                "points_scale": self.policy.points_scale,
                "factors": [factor.document() for factor in self.factors],
                "unresolved": left,
                "disqualification": [one.document() for one in disqualifications(own)],
            },
            "risk": self.risk,
            "coverage": list(self.coverage),
            "as_of": self.as_of.isoformat(),
        }

    def shown(self) -> Shown:
        """The same for whoever decides or signs."""
        items = items_shown(self.factors)
        basis = [(record, self.review.identity_id) for record in self.records]
        for item in self.risk["linked"]["contributions"] if self.risk else ():
            items.append((linked_item(item["incident"]), item["points"]))
            basis += [(record, item["associate"]) for record in item["records"]]
        return Shown(self.factors, self.document(), self.as_of, basis, items)


def day_of(connection: apsw.Connection) -> date:
    """The day the scores are for, today before the first."""
    return scores.as_of(connection) or date.today()


def audience_of(connection: apsw.Connection, actor: str) -> Audience:
    """What the person may see."""
    return Audience.CLEARED if Clearances(connection).is_cleared(actor) else Audience.GENERAL


def open_case(workspace: Workspace, review_id: int, actor: str, as_of: date | None = None) -> Case:
    """The case of a review as known on a day, as far as the person may see it.

    Raises:
        UnknownRecord: there is no review that the person may see.
    """
    with workspace.reading() as connection:
        review = Desk(connection).get(review_id, actor)
        day = as_of or day_of(connection)
        rows = connection.execute(
            "SELECT record_key, confidence FROM membership WHERE identity_id = ? ORDER BY record_key",
            (review.identity_id,),
        )
        records = {str(key): float(confidence) for key, confidence in rows}
        events = facts_of(workspace, connection, Kind.EVENT, "record_key", list(records))
        findings = CaseRecords(connection).findings_now(review)
        driver = driver_shown(workspace, connection, review, records)
        doubles = events_of_doubles(workspace, connection, driver)
        brought = _brought(connection, review)
    policy = load_eligibility_policy()
    # A review for everybody shows nothing that only the cleared may see, whoever looks at it.
    seen = (day, review.audience), (policy, load_policy())
    own = own_factors(events, records, *seen)
    found = _risk(workspace, review, day) if records else None
    possibly = [
        replace(factor, factor=f"possibly:{other}:{factor.factor}", kind=FactorKind.CONTEXT, must_resolve=False)
        for other, events_of, confidences in doubles
        for factor in own_factors(events_of, confidences, *seen)
    ]
    factors = [*_about(review, own, brought), *own, *possibly, *_context(found)]
    coverage = found["coverage"] if found else coverage_rows(workspace, list(records), day) if records else []
    shown = found and {name: value for name, value in found.items() if name != "coverage"}  # it stands beside it
    return Case(review, with_findings(factors, findings), shown, driver, coverage, records, day, policy)


def _about(review: Review, own: Sequence[Factor], brought: Sequence[tuple[str, float]]) -> list[Factor]:
    """What the review is about, where none of the driver's incidents is it."""
    if review.key in {factor.factor for factor in own}:
        return []
    return [matter_factor(review.key, review.trigger, review.reason, brought)]


def _brought(connection: apsw.Connection, review: Review) -> list[tuple[str, float]]:
    """What brought the review up, each with its level.

    Read from what was kept when it came up last; what a decision showed besides is no part of it.
    """
    kept = Snapshots(connection).of(review.review_id)
    matters = [one.document["matter"] for one in kept if "matter" in one.document]
    return [(str(item), float(level)) for item, level in matters[-1]["items"]] if matters else []


def _context(found: Mapping[str, Any] | None) -> list[Factor]:
    """What stands beside the factors: incidents of others, declared ties, carriers. Nobody resolves it."""
    if found is None:
        return []
    linked = [
        context_factor(linked_item(item["incident"]), item["sentence"], item["points"])
        for item in found["linked"]["contributions"]
    ]
    declared = [
        context_factor(f"declared:{tie['identity_id']}", tie["sentence"])
        for tie in found["context"]["declared"]["shown"]
    ]
    carriers = [
        context_factor(f"carrier:{item['carrier']}", " ".join(item["sentences"]))
        for item in found["context"]["carriers"]["shown"]
    ]
    return [*linked, *declared, *carriers]


def _risk(workspace: Workspace, review: Review, day: date) -> dict[str, Any] | None:
    """The `risk` document; None where that day knows no such driver."""
    try:
        return risk(workspace, review.identity_id, day)
    except UnknownIdentity:
        return None
