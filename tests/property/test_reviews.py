"""Any order of steps by anybody: what a review may never become, and a refused step that changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from importlib import resources
from typing import Any

import apsw
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from eligibility.matters import Audience, Matter, Trigger
from eligibility.migrations import MIGRATIONS
from eligibility.policy import Consequence
from eligibility.policy_file import load_eligibility_policy
from eligibility.reviews.deciding import Decisions, Shown
from eligibility.reviews.records import CaseRecords, Proposal
from eligibility.reviews.redress import Redress
from eligibility.reviews.snapshots import Snapshots
from eligibility.reviews.states import ADVERSE, Outcome, State
from eligibility.reviews.tables import ReviewTables
from eligibility.reviews.work import Act, Desk
from eligibility.trace import Factor, FactorKind, Finding, matter_factor, with_findings
from eligibility.trail import Trail
from linkage.errors import LinkageError

POLICY = load_eligibility_policy()
DAY = date(2026, 11, 1)
PEOPLE = st.sampled_from(["ana", "ben", "eva", "ana", "ben", " "])
REASONS = st.sampled_from(["seen in the court file"] * 5 + ["", "\t"])
CODES = {Outcome.RETAIN: ["NOTHING_ADVERSE"], Outcome.REFER: ["REFERRED"]} | {
    outcome: ["CUSTOMS"] for outcome in ADVERSE
}
ON_NO_GROUND = CODES | {outcome: ["RECORDS_UNAVAILABLE"] for outcome in ADVERSE}
OUTCOMES = st.sampled_from(list(Outcome))
NUMBERS = st.sampled_from([1, 2, 3])
TABLES = ("review", "review_round", "review_item", "review_note", "review_finding", "review_proposal", "review_appeal")
DUMP = {name: f"SELECT * FROM {name}" for name in (*TABLES, "review_opinion", "review_snapshot", "trail", "trail_head")}


def _ledger() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    folder = resources.files("linkage.ledger") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    for script in [*((folder / name).read_text("utf-8") for name in names), *MIGRATIONS]:
        for _ in connection.execute(script):
            pass
    connection.execute("INSERT INTO membership VALUES ('US/1', 'D1', 1.0)")
    connection.execute("INSERT INTO clearance VALUES ('ana', 'eva', '2026', 'post', NULL, NULL, NULL)")
    return connection


class Reviews(RuleBasedStateMachine):
    """Reviews 1 (own event), 2 (a band crossed) and 3 (for cleared reviewers: ana alone)."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = _ledger()
        self.clock = 0
        self.level = 20.0
        self.done: dict[int, int] = {}
        for key, trigger, audience in (
            ("incident:CBP/1", Trigger.OWN_EVENT, Audience.GENERAL),
            ("linked_band", Trigger.LINKED_BAND, Audience.GENERAL),
            ("incident:CBP/9", Trigger.OWN_EVENT, Audience.CLEARED),
        ):
            ReviewTables(self.ledger).open(self._matter(key, trigger, audience), self._at(), DAY, "ana")

    def _at(self) -> str:
        self.clock += 1
        return f"2026-11-01T{self.clock // 3600:02}:{self.clock // 60 % 60:02}:{self.clock % 60:02}+00:00"

    def _matter(self, key: str, trigger: Trigger, audience: Audience) -> Matter:
        return Matter("D1", trigger, key, "US/1", ((key, self.level),), 50.0, "something new", audience)

    def _factors(self, number: int) -> list[Factor]:
        review = ReviewTables(self.ledger).get(number)
        own = Factor(
            "incident:CBP/1",
            FactorKind.OWN,
            "customs",
            Consequence.DISCRETIONARY,
            None,
            self.level,
            True,
            ("CUSTOMS",),
            items=(("incident:CBP/1", self.level),),
        )
        about = matter_factor(review.key, review.trigger, review.reason, [(review.key, 1.0)])
        factors = [about] if review.trigger is Trigger.LINKED_BAND else [own]
        return with_findings(factors, CaseRecords(self.ledger).findings_now(review))

    def _shown(self, number: int) -> Shown:
        factors = self._factors(number)
        return Shown(factors, {"factors": [factor.document() for factor in factors], "n": self.clock}, DAY)

    def _try(self, step: Callable[[], object]) -> bool:
        """Does the step, and nothing rolls it back: a refused one was refused before it wrote anything."""
        before = self._dump()
        told = Trail(self.ledger).head()[0]
        try:
            step()
        except LinkageError:
            assert self._dump() == before
            return False
        assert Trail(self.ledger).head()[0] > told, "nothing happens that the trail does not tell"
        return True

    def _dump(self) -> list[Sequence[object]]:
        return [self.ledger.execute(statement).fetchall() for statement in DUMP.values()]

    @rule(number=NUMBERS, to=PEOPLE, by=PEOPLE, reason=REASONS)
    def assign(self, number: int, to: str, by: str, reason: str) -> None:
        self._try(lambda: Desk(self.ledger).assign(number, to, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS)
    def ask(self, number: int, by: str, reason: str) -> None:
        self._try(lambda: Desk(self.ledger).ask(number, Act(by, reason, self._at()), DAY))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS)
    def answer(self, number: int, by: str, reason: str) -> None:
        self._try(lambda: Desk(self.ledger).answer(number, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS)
    def note(self, number: int, by: str, reason: str) -> None:
        self._try(lambda: Desk(self.ledger).note(number, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS, finding=st.sampled_from(list(Finding)))
    def resolve(self, number: int, by: str, reason: str, finding: Finding) -> None:
        factor = self._factors(number)[0]
        self._try(lambda: Desk(self.ledger).resolve(number, factor, finding, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS, outcome=OUTCOMES)
    def decide(self, number: int, by: str, reason: str, outcome: Outcome) -> None:
        shown, act = self._shown(number), Act(by, reason, self._at())
        self._try(lambda: Decisions(self.ledger, POLICY).decide(number, (outcome, CODES[outcome]), act, shown))

    @rule(
        number=NUMBERS, by=st.sampled_from(["ana", "ben"]), outcome=OUTCOMES, is_resolved=st.booleans(), second=PEOPLE
    )
    def carry_on(self, number: int, by: str, outcome: Outcome, is_resolved: bool, second: str) -> None:
        """The usual way to an outcome, with or without a finding, so that what follows it is met often."""
        act = Act(by, "the usual way", self._at())
        desk = Desk(self.ledger)
        self._try(lambda: desk.assign(number, by, act))
        if is_resolved:
            self._try(lambda: desk.resolve(number, self._factors(number)[0], Finding.CONFIRMED, act))
        shown, codes = self._shown(number), (CODES if number != 2 else ON_NO_GROUND)[outcome]
        self._try(lambda: Decisions(self.ledger, POLICY).decide(number, (outcome, codes), act, shown))
        self.sign(number, second, "the usual way")

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS)
    def sign(self, number: int, by: str, reason: str) -> None:
        shown, act = self._shown(number), Act(by, reason, self._at())
        self._try(lambda: Decisions(self.ledger, POLICY).sign(number, act, shown))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS, outcome=OUTCOMES)
    def send_back(self, number: int, by: str, reason: str, outcome: Outcome) -> None:
        self._try(lambda: Decisions(self.ledger, POLICY).send_back(number, outcome, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS)
    def appeal(self, number: int, by: str, reason: str) -> None:
        self._try(lambda: Redress(self.ledger).appeal(number, "a court paper", DAY, Act(by, reason, self._at())))

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS, is_granted=st.booleans())
    def decide_appeal(self, number: int, by: str, reason: str, is_granted: bool) -> None:
        act = Act(by, reason, self._at())
        self._try(lambda: Redress(self.ledger).decide_appeal(number, act, DAY, is_granted=is_granted))

    @rule(
        number=st.sampled_from([1, 1, 3]), by=PEOPLE, outcome=st.sampled_from(sorted(ADVERSE)), is_granted=st.booleans()
    )
    def go_to_appeal(self, number: int, by: str, outcome: Outcome, is_granted: bool) -> None:
        """An adverse outcome by ana and ben, where it can come about, and an appeal that anybody tries to decide."""
        self.carry_on(number, "ana", outcome, True, "ben")
        self.appeal(number, "ana", "the usual way")
        self.decide_appeal(number, by, "the usual way", is_granted)

    @rule(number=NUMBERS, by=PEOPLE, reason=REASONS, outcome=OUTCOMES)
    def opine(self, number: int, by: str, reason: str, outcome: Outcome) -> None:
        self._try(lambda: Redress(self.ledger).opine(number, outcome, Act(by, reason, self._at())))

    @rule(by=PEOPLE)
    def something_new(self, by: str) -> None:
        self.level += 1
        matter = self._matter("incident:CBP/1", Trigger.OWN_EVENT, Audience.GENERAL)
        if by.strip():  # whoever loads has a name
            self._try(lambda: ReviewTables(self.ledger).reopen(1, matter, self._at(), DAY, by))

    @rule(number=NUMBERS, score=st.floats(0, 100))
    def a_figure_changes(self, number: int, score: float) -> None:
        """However high a score is, a review is where people left it."""
        before = ReviewTables(self.ledger).get(number)
        self.ledger.execute("CREATE TABLE IF NOT EXISTS score (identity_id TEXT, score REAL)")
        self.ledger.execute("INSERT INTO score VALUES ('D1', ?)", (score,))
        assert ReviewTables(self.ledger).get(number) == before

    @rule()
    def a_second_review_of_one_matter(self) -> None:
        matter = self._matter("incident:CBP/1", Trigger.OWN_EVENT, Audience.GENERAL)
        assert not self._try(lambda: ReviewTables(self.ledger).open(matter, self._at(), DAY, "ana"))

    @invariant()
    def an_outcome_has_the_people_and_reasons_it_needs(self) -> None:
        for number in (1, 2, 3):
            review, records = ReviewTables(self.ledger).get(number), CaseRecords(self.ledger)
            assert (review.state is State.CLOSED) == (review.outcome is not None)
            assert review.round >= self.done.get(number, 1)
            self.done[number] = review.round
            waiting = [p for p in records.proposals(number) if p.verdict is None]
            last = records.rounds(number)[-1]
            assert (last["round"], last["outcome"]) == (review.round, review.outcome)
            assert len(waiting) == (review.state is State.PROPOSED)
            for appeal in records.appeals(number):
                people = {p.by for p in self._decided(number, appeal)} | {
                    p.second_by for p in self._decided(number, appeal)
                }
                assert appeal["decided_by"] not in people or appeal["decided_by"] is None
            if review.state is not State.CLOSED:
                continue
            decided = records.decided(number)
            assert decided is not None
            assert decided.outcome == review.outcome
            assert decided.round == review.round
            assert decided.by.strip()
            assert decided.reason.strip()
            if review.outcome in ADVERSE:
                assert decided.second_by
                assert decided.second_by != decided.by
                assert review.trigger is not Trigger.LINKED_BAND, "a figure alone carries no adverse outcome"
            assert records.findings_now(review), "nothing is closed unresolved"

    def _decided(self, number: int, appeal: dict[str, Any]) -> list[Proposal]:
        proposals = CaseRecords(self.ledger).proposals(number)
        return [p for p in proposals if p.verdict == "signed" and p.round == appeal["round"]]

    @invariant()
    def only_the_cleared_touch_what_is_for_them(self) -> None:
        actors = {entry.actor for entry in Trail(self.ledger).of("review:3")}
        assert actors <= {"ana"}
        assert ReviewTables(self.ledger).get(3).assignee in (None, "ana")

    @invariant()
    def the_trail_and_the_snapshots_are_whole(self) -> None:
        assert Trail(self.ledger).verify() == []
        assert Snapshots(self.ledger).broken() == []

    def teardown(self) -> None:
        self.ledger.close()


TestReviews = Reviews.TestCase
TestReviews.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
