"""Deciding: what carries an outcome, what does not, and what a second person may sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import apsw
import pytest

from eligibility.letters import Language
from eligibility.matters import Matter, Trigger
from eligibility.policy import Consequence
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.agreement import adverse_by_reviewer, overrides
from eligibility.reviews.correspondence import Correspondence
from eligibility.reviews.deciding import Decisions, Shown
from eligibility.reviews.expunging import empty_reviews
from eligibility.reviews.records import CaseRecords
from eligibility.reviews.redress import Redress
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.states import ADVERSE, NotAllowed, Outcome, State
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.work import Act, Desk
from eligibility.trace import Factor, FactorKind, Finding, context_factor, matter_factor, with_findings
from eligibility.trail import EXPUNGED, Step, Trail
from graph.errors import StoreDamaged
from linkage.errors import SettingsError, UnknownRecord

AT, DAY = "2026-11-01T10:00:00+00:00", date(2026, 11, 1)
POLICY = load_eligibility_policy()


def own(level: float = 23.0, codes: tuple[str, ...] = ("CUSTOMS",), grounds: tuple[str, ...] = ("A",)) -> Factor:
    items = (("incident:CBP/1", level), *((f"incident:CBP/1#{ground}", level) for ground in grounds))
    return Factor(
        "incident:CBP/1", FactorKind.OWN, "customs", Consequence.DISCRETIONARY, None, level, must_resolve=True,
        reason_codes=codes, items=items,
    )  # fmt: skip


def act(by: str = "ana", reason: str = "seen in the file") -> Act:
    return Act(by, reason, AT)


class Bench:
    """One review with its factors."""

    def __init__(self, ledger: apsw.Connection, matter: Matter, factors: Sequence[Factor]) -> None:
        self.ledger, self.factors = ledger, list(factors)
        self.number = ReviewTables(ledger).open(matter, AT, DAY, "ana")
        Desk(ledger).assign(self.number, "ana", act())

    @property
    def state(self) -> State:
        return ReviewTables(self.ledger).get(self.number).state

    def resolve(self, finding: Finding = Finding.CONFIRMED) -> None:
        for factor in self.factors:
            if factor.must_resolve:
                Desk(self.ledger).resolve(self.number, factor, finding, act())

    def shown(self) -> Shown:
        found = CaseRecords(self.ledger).findings_now(ReviewTables(self.ledger).get(self.number))
        factors = with_findings(self.factors, found)
        return Shown(factors, {"factors": [factor.document() for factor in factors]}, DAY)

    def decide(self, outcome: Outcome, *codes: str, by: str = "ana") -> State:
        return Decisions(self.ledger, POLICY).decide(self.number, (outcome, codes), act(by), self.shown())

    def sign(self, by: str = "ben") -> None:
        Decisions(self.ledger, POLICY).sign(self.number, act(by), self.shown())


@pytest.fixture
def bench(
    ledger: apsw.Connection, member: Callable[..., None], a_matter: Callable[..., Matter]
) -> Callable[..., Bench]:
    member("D1", "US/1")

    def build(*factors: Factor, **changes: Any) -> Bench:
        return Bench(ledger, a_matter(**changes), factors or [own()])

    return build


def test_an_adverse_outcome_waits_for_a_second_person(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    assert made.decide(Outcome.SUSPEND, "CUSTOMS") is State.PROPOSED
    with pytest.raises(NotAllowed, match="second person"):
        made.sign("ana")
    made.sign("ben")
    assert made.state is State.CLOSED


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.RETAIN, "MITIGATED"), (Outcome.REFER, "REFERRED")])
def test_other_outcomes_close_at_once(bench: Callable[..., Bench], outcome: Outcome, code: str) -> None:
    made = bench()
    made.resolve(Finding.MITIGATED)
    assert made.decide(outcome, code) is State.CLOSED


def test_nothing_is_closed_with_a_factor_unresolved(bench: Callable[..., Bench]) -> None:
    made = bench()
    with pytest.raises(NotAllowed, match=r"still to be resolved: 1, the first is incident:CBP/1"):
        made.decide(Outcome.RETAIN, "MITIGATED")
    assert made.state is State.ASSIGNED


@pytest.mark.parametrize("outcome", sorted(ADVERSE))
@pytest.mark.parametrize("score", [0.0, 39.0, 99.9, 100.0])
def test_no_score_alone_carries_an_adverse_outcome(bench: Callable[..., Bench], outcome: Outcome, score: float) -> None:
    band = matter_factor("linked_band", Trigger.LINKED_BAND, f"linked risk of {score}", [("linked_band", score)])
    linked = context_factor("linked:CBP/7", "an incident of somebody else", score)
    made = bench(band, linked, trigger=Trigger.LINKED_BAND, key="linked_band")
    made.resolve()
    for code in ("LOW_RISK", "RECORDS_UNAVAILABLE", "CUSTOMS"):
        with pytest.raises(NotAllowed, match="a score or another's incident is none"):
            made.decide(outcome, code)
    assert made.state is State.ASSIGNED
    made.resolve(Finding.NOTED)
    assert made.decide(Outcome.RETAIN, "NOTHING_ADVERSE") is State.CLOSED


@pytest.mark.parametrize("trigger", [Trigger.POSSIBLE, Trigger.MERGED, Trigger.SPLIT])
def test_somebody_who_may_be_the_driver_carries_that_this_is_unsettled_and_nothing_else(
    bench: Callable[..., Bench], trigger: Trigger
) -> None:
    made = bench(matter_factor("possible:US/1~COURT/9", trigger, "an event of somebody", [("incident:COURT/9", 11.5)]))
    made.resolve()
    for code in ("LOW_RISK", "CUSTOMS"):
        with pytest.raises(NotAllowed, match=f"no confirmed factor carries {code}"):
            made.decide(Outcome.SUSPEND, code)
    assert made.decide(Outcome.CONDITIONS, "IDENTITY_UNSETTLED") is State.PROPOSED


@pytest.mark.parametrize("finding", [Finding.MITIGATED, Finding.NOT_THEIRS, Finding.UNFOUNDED])
def test_what_was_not_confirmed_carries_nothing(bench: Callable[..., Bench], finding: Finding) -> None:
    made = bench()
    made.resolve(finding)
    with pytest.raises(NotAllowed, match="needs a factor that you confirmed"):
        made.decide(Outcome.REVOKE, "CUSTOMS")


def test_codes_are_carried_by_what_was_confirmed(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    with pytest.raises(NotAllowed, match="LICENCE"):
        made.decide(Outcome.REVOKE, "CUSTOMS", "LICENCE")
    with pytest.raises(SettingsError, match="give reason codes"):
        made.decide(Outcome.REVOKE)
    with pytest.raises(SettingsError, match="give reason codes"):
        made.decide(Outcome.REVOKE, "NOTHING_ADVERSE")
    with pytest.raises(SettingsError, match="give reason codes"):
        made.decide(Outcome.RETAIN, "CUSTOMS")
    with pytest.raises(SettingsError, match="give reason codes"):
        made.decide(Outcome.REVOKE, "CUSTOMS", "CUSTOMS")
    assert made.decide(Outcome.REVOKE, "CUSTOMS", "LOW_RISK") is State.PROPOSED


def test_only_the_reviewer_decides(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    with pytest.raises(NotAllowed, match="somebody else"):
        made.decide(Outcome.RETAIN, "MITIGATED", by="ben")
    with pytest.raises(NotAllowed, match="somebody else"):
        Desk(made.ledger).resolve(made.number, made.factors[0], Finding.UNFOUNDED, act("ben"))


def test_nobody_signs_what_the_first_did_not_see(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    made.factors = [own(level=33.0)]
    with pytest.raises(NotAllowed, match="still to be resolved"):
        made.sign()
    assert made.state is State.PROPOSED


def test_something_new_overtakes_a_proposal(bench: Callable[..., Bench], a_matter: Callable[..., Matter]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    ReviewTables(made.ledger).reopen(made.number, a_matter(shown=(("incident:CBP/1", 33.0),)), AT, DAY, "eva")
    assert made.state is State.ASSIGNED
    with pytest.raises(NotAllowed, match="must be proposed"):
        made.sign()
    assert [proposal.verdict for proposal in CaseRecords(made.ledger).proposals(made.number)] == ["overtaken"]


def test_assigning_a_proposed_review_again_takes_the_proposal_back(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    Desk(made.ledger).assign(made.number, "ben", act(reason="a new record came in"))
    assert made.state is State.ASSIGNED
    (proposal,) = CaseRecords(made.ledger).proposals(made.number)
    assert (proposal.verdict, proposal.second_reason) == ("overtaken", "a new record came in")


def test_the_second_person_sends_it_back_with_an_outcome_of_their_own(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    deciding = Decisions(made.ledger, POLICY)
    with pytest.raises(NotAllowed, match="sign it, or name another"):
        deciding.send_back(made.number, Outcome.REVOKE, act("ben"))
    deciding.send_back(made.number, Outcome.RETAIN, act("ben", "I would keep it"))
    (proposal,) = CaseRecords(made.ledger).proposals(made.number)
    assert (proposal.verdict, proposal.second_outcome, proposal.second_by) == ("returned", "retain", "ben")
    assert made.state is State.ASSIGNED


def test_a_case_that_was_sent_back_counts_once_for_its_first_person(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.SUSPEND, "CUSTOMS")
    Decisions(made.ledger, POLICY).send_back(made.number, Outcome.CONDITIONS, act("ben"))
    made.decide(Outcome.CONDITIONS, "CUSTOMS")
    made.sign()
    (row,) = adverse_by_reviewer(made.ledger, is_cleared=False)
    assert (row["reviewer"], row["count"], row["of"]) == ("ana", 1, 1)


def test_context_is_not_resolved_and_own_records_are_not_just_noted(bench: Callable[..., Bench]) -> None:
    made = bench()
    with pytest.raises(NotAllowed, match="context"):
        Desk(made.ledger).resolve(made.number, context_factor("linked:CBP/7", "x"), Finding.NOTED, act())
    with pytest.raises(NotAllowed, match="confirmed, mitigated, or not theirs"):
        Desk(made.ledger).resolve(made.number, made.factors[0], Finding.NOTED, act())


def test_findings_of_an_earlier_round_resolve_nothing(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve(Finding.MITIGATED)
    made.decide(Outcome.RETAIN, "MITIGATED")
    ReviewTables(made.ledger).look_again(made.number, "a merge was undone", AT, DAY, "eva")
    Desk(made.ledger).assign(made.number, "ana", act())
    with pytest.raises(NotAllowed, match="still to be resolved"):
        made.decide(Outcome.RETAIN, "MITIGATED")


def test_a_further_ground_of_the_incident_is_found_again_though_it_weighs_no_more(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve(Finding.MITIGATED)
    made.factors = [own(grounds=("A", "B"))]
    with pytest.raises(NotAllowed, match="still to be resolved"):
        made.decide(Outcome.RETAIN, "MITIGATED")
    made.resolve(Finding.MITIGATED)
    made.factors = [own(grounds=("B",))]  # what was taken back since needs no other look
    assert made.decide(Outcome.RETAIN, "MITIGATED") is State.CLOSED


def test_something_new_that_weighs_less_than_what_went_is_found_again(bench: Callable[..., Bench]) -> None:
    def band(*items: tuple[str, float]) -> Factor:
        return matter_factor("linked_band", Trigger.LINKED_BAND, "linked risk", [("linked_band", 1.0), *items])

    made = bench(band(("linked:CBP/7", 0.9)))
    made.resolve(Finding.NOTED)
    made.factors = [band(("linked:CBP/8", 0.1))]
    with pytest.raises(NotAllowed, match="still to be resolved"):
        made.decide(Outcome.RETAIN, "MITIGATED")


def test_a_finding_from_before_its_items_were_kept_resolves_by_its_level(bench: Callable[..., Bench]) -> None:
    made = bench()
    row = (made.number, 1, 1, "incident:CBP/1", 23.0, "mitigated", "seen", "ana", AT)
    made.ledger.execute("INSERT INTO review_finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", row)
    assert made.shown().factors[0].is_resolved
    made.factors = [own(level=33.0)]
    assert not made.shown().factors[0].is_resolved


def test_waiting_for_information_nothing_is_decided(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    Desk(made.ledger).ask(made.number, act(reason="the disposition"), DAY)
    with pytest.raises(NotAllowed, match="it must be assigned"):
        made.decide(Outcome.RETAIN, "MITIGATED")
    Desk(made.ledger).answer(made.number, act(reason="nothing came"))
    assert made.decide(Outcome.RETAIN, "MITIGATED") is State.CLOSED
    kinds = [(note["kind"], note["due_on"]) for note in CaseRecords(made.ledger).notes(made.number)]
    assert kinds == [("request", "2026-11-01"), ("answer", None)]


def test_only_an_adverse_outcome_is_appealed_once_at_a_time(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    made.sign()
    redress = Redress(made.ledger)
    redress.appeal(made.number, "court paper", DAY, act(reason="dismissed"))
    with pytest.raises(NotAllowed, match="waits"):
        redress.appeal(made.number, "court paper", DAY, act(reason="again"))
    for by in ("ana", "ben"):
        with pytest.raises(NotAllowed, match="neither decided nor signed"):
            redress.decide_appeal(made.number, act(by), DAY, is_granted=False)
    redress.decide_appeal(made.number, act("eva"), DAY, is_granted=False)
    assert made.state is State.CLOSED
    with pytest.raises(NotAllowed, match="no appeal waits"):
        redress.decide_appeal(made.number, act("eva"), DAY, is_granted=True)


def test_an_appeal_that_waits_is_not_decided_by_whoever_decided_what_it_is_about(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve()
    made.decide(Outcome.REVOKE, "CUSTOMS")
    made.sign()
    redress = Redress(made.ledger)
    redress.appeal(made.number, "court paper", DAY, act("clerk", "dismissed"))
    ReviewTables(made.ledger).look_again(made.number, "a merge was undone", AT, DAY, "gil")
    Desk(made.ledger).assign(made.number, "eva", act("gil"))
    Desk(made.ledger).resolve(made.number, made.factors[0], Finding.CONFIRMED, act("eva"))
    made.decide(Outcome.SUSPEND, "CUSTOMS", by="eva")
    made.sign("fay")
    for by in ("ana", "ben", "eva", "fay"):
        with pytest.raises(NotAllowed, match="neither decided nor signed"):
            redress.decide_appeal(made.number, act(by), DAY, is_granted=True)
    redress.decide_appeal(made.number, act("ivo"), DAY, is_granted=True)
    assert made.state is State.OPEN


def test_a_letter_is_issued_once_a_language_and_known_again(bench: Callable[..., Bench]) -> None:
    made = bench()
    letters = Correspondence(made.ledger)
    review = ReviewTables(made.ledger).get(made.number)
    with pytest.raises(NotAllowed, match="before there is an outcome"):
        letters.letter(review, Language.FRENCH)
    made.resolve(Finding.MITIGATED)
    made.decide(Outcome.RETAIN, "MITIGATED")
    sent = letters.issue(review, Language.FRENCH, act(reason="sent"))
    assert (sent["is_as_issued"], sent["issued_at"]) == (True, AT)
    with pytest.raises(NotAllowed, match="issued in this language"):
        letters.issue(review, Language.FRENCH, act(reason="sent"))
    assert letters.letter(review, Language.ENGLISH)["issued_at"] is None


def test_a_changed_snapshot_is_found(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.resolve(Finding.MITIGATED)
    made.decide(Outcome.RETAIN, "MITIGATED")
    kept = Snapshots(made.ledger)
    assert [snapshot.moment for snapshot in kept.of(made.number)] == ["opened", "decided"]
    assert kept.broken() == []
    with pytest.raises(apsw.ConstraintError):
        made.ledger.execute("UPDATE review_snapshot SET document = x'00' WHERE n = 1")
    made.ledger.execute("DROP TRIGGER snapshot_is_kept")
    made.ledger.execute("UPDATE review_snapshot SET document = (SELECT document FROM review_snapshot WHERE n = 1)")
    assert kept.broken() == ["snapshot 2 of review 1 is not what was kept"]


def test_a_snapshot_that_cannot_be_unpacked_is_found_and_is_not_shown_as_taken_out(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.ledger.execute("DROP TRIGGER snapshot_is_kept")
    made.ledger.execute("UPDATE review_snapshot SET document = CAST(substr(document, 1, 40) AS BLOB)")
    kept = Snapshots(made.ledger)
    assert kept.broken() == ["snapshot 1 of review 1 is not what was kept"]
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        kept.of(made.number)


UNDER_WAY = (
    "INSERT INTO expunging (n, at, actor, reason, identities, records, work, places) "
    "VALUES (1, '2026-07-01', 'eva', 'an order', '[]', 1, '{}', '{}')"
)


def test_what_was_shown_can_be_taken_out_as_a_whole_and_told(bench: Callable[..., Bench]) -> None:
    made = bench()
    Desk(made.ledger).note(made.number, act(reason="a name and a birth date"))
    made.resolve(Finding.MITIGATED)
    made.decide(Outcome.RETAIN, "MITIGATED")
    kept, anchor = Snapshots(made.ledger), Desk(made.ledger).get(made.number, "ana").anchor

    def refused(change: str) -> None:
        with pytest.raises(apsw.ConstraintError):
            made.ledger.execute(change)

    for change in (
        "UPDATE review_note SET text = 'other'",
        "UPDATE review_finding SET reason = 'other'",
        "UPDATE review_snapshot SET document = x''",
        "UPDATE trail SET reason = 'other'",
    ):
        refused(change)
    made.ledger.execute(UNDER_WAY)
    for change in (
        "UPDATE review_note SET by = 'eva'",
        "UPDATE review_finding SET finding = 'other'",
        "UPDATE review_snapshot SET digest = 'other'",
        "UPDATE review_snapshot SET moment = 'signed'",
        "UPDATE trail SET actor = 'other'",
        "DELETE FROM review_note",
        "DELETE FROM trail",
    ):
        refused(change)
    emptied = empty_reviews(made.ledger, (), (anchor,))
    assert (emptied.reviews, len(emptied.digests)) == ((made.number,), 2)
    assert [snapshot.document for snapshot in kept.of(made.number)] == [{}, {}]
    assert CaseRecords(made.ledger).notes(made.number)[0]["text"] == "(expunged)"
    assert len(kept.broken()) == 2, "until it is told"
    told = {"expunged": list(emptied.digests)}
    Trail(made.ledger).append(Step("eva", EXPUNGED, "expunging:1", "retention is over", told), AT)
    assert kept.broken() == []
    assert Trail(made.ledger).verify() == []
    with pytest.raises(UnknownRecord):
        Desk(made.ledger).get(made.number, "ana")
    assert [row["of"] for row in overrides(made.ledger, is_cleared=False)] == [0, 0]


def test_a_document_taken_out_without_a_word_is_found(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.ledger.execute(UNDER_WAY)
    made.ledger.execute("UPDATE review_snapshot SET document = x''")
    assert Snapshots(made.ledger).broken() == ["snapshot 1 of review 1 is not what was kept"]
