"""One review with all that a reviewer has before them: the trace, the score with its reasons, coverage, identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import apsw

from api import scores
from api.coverage import coverage_rows
from api.records import facts_of
from api.risk import risk
from api.show import show
from eligibility.clearance import Clearances
from eligibility.matters import Audience, linked_item
from eligibility.policy import EligibilityPolicy
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.deciding import Shown
from eligibility.reviews.records import CaseRecords
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.tables import Review, ReviewTables
from eligibility.reviews.work import Desk
from eligibility.trace import Factor, context_factor, items_shown, matter_factor, own_factors, with_findings
from eligibility.trail import Trail
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
        left = [factor.factor for factor in self.factors if not factor.is_resolved]
        return {
            "driver": dict(self.driver),
            "records": [{"record": key, "confidence": value} for key, value in sorted(self.records.items())],
            "trace": {
                "policy": self.policy.name,
                "points_scale": self.policy.points_scale,
                "factors": [factor.document() for factor in self.factors],
                "unresolved": left,
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
        driver = _driver(workspace, connection, review, records)
        level = _level(connection, review)
    policy = load_eligibility_policy()
    # A review for everybody shows nothing that only the cleared may see, whoever looks at it.
    own = own_factors(events, records, (day, review.audience), (policy, load_policy()))
    found = _risk(workspace, review, (day, policy)) if records else None
    factors = [*_about(review, own, level), *own, *_context(found)]
    coverage = coverage_rows(workspace, list(records), day) if records else []
    return Case(review, with_findings(factors, findings), found, driver, coverage, records, day, policy)


def _about(review: Review, own: Sequence[Factor], level: float) -> list[Factor]:
    """What the review is about, where none of the driver's incidents is it."""
    if review.key in {factor.factor for factor in own}:
        return []
    return [matter_factor(review.key, review.trigger, review.reason, level)]


def _level(connection: apsw.Connection, review: Review) -> float:
    """The highest level of what brought the review up in this round."""
    statement = "SELECT max(level) FROM review_item WHERE review_id = ? AND round = ? AND item NOT LIKE 'linked:%'"
    return float(connection.execute(statement, (review.review_id, review.round)).get or 0.0)


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


def _risk(workspace: Workspace, review: Review, when: tuple[date, EligibilityPolicy]) -> dict[str, Any] | None:
    """The `risk` document without coverage, and without own events that the review's readers may not see."""
    day, policy = when
    try:
        found = risk(workspace, review.identity_id, day)
    except UnknownIdentity:
        return None
    del found["coverage"]
    if review.audience is Audience.GENERAL:
        hidden = {
            event["event"]
            for event in found["own_event_details"]
            if policy.ground(event["code"], event["event_type"]).audience is Audience.CLEARED
        }
        found["own_events"] = [event for event in found["own_events"] if event not in hidden]
        found["own_event_details"] = [e for e in found["own_event_details"] if e["event"] not in hidden]
        for item in found["own"]["contributions"]:
            item["corroboration"] = [one for one in item["corroboration"] if one["event"] not in hidden]
    return found


def _driver(
    workspace: Workspace, connection: apsw.Connection, review: Review, records: Mapping[str, float]
) -> dict[str, Any]:
    """Who it is: former ids, attributes with the records that hold them, enrolment, and how sure the identity is."""
    if not records:
        return {"identity_id": review.identity_id, "former_ids": [], "attributes": [], "enrolment": None}
    shown = show(workspace, connection, review.identity_id)
    names = ("identity_id", "former_ids", "attributes", "enrolment", "weakest_link", "possible_links", "history")
    return {name: shown[name] for name in names}


def case_document(workspace: Workspace, case: Case, actor: str) -> dict[str, Any]:
    """The `review show` document: the case, and what people did to it."""
    review_id = case.review.review_id
    with workspace.reading() as connection:
        records, tables = CaseRecords(connection), ReviewTables(connection)
        others = tables.standing([case.review.identity_id])
        cleared = audience_of(connection, actor) is Audience.CLEARED
        kept = [
            {"n": s.n, "round": s.round, "moment": s.moment, "at": s.at, "as_of": s.as_of, "digest": s.digest}
            for s in Snapshots(connection).of(review_id)
        ]
        return {
            **case.review.document(),
            **case.document(),
            "findings": records.findings(review_id),
            "notes": records.notes(review_id),
            "proposals": [asdict(proposal) for proposal in records.proposals(review_id)],
            "appeals": records.appeals(review_id),
            "opinions": records.opinions(review_id),
            "letters": records.letters(review_id),
            "rounds": records.rounds(review_id),
            "snapshots": kept,
            "other_reviews": [
                {name: row[name] for name in ("review_id", "trigger", "key", "state", "outcome")}
                for row in others.iter_rows(named=True)
                if row["review_id"] != review_id and (cleared or row["audience"] == Audience.GENERAL)
            ],
            "trail": [entry.document() for entry in Trail(connection).of(case.review.subject)],
        }
