"""`review start` to `review unclear`: what people do to reviews, each with a name and a reason, and audited."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from api.cli import review_view
from api.cli.session import Answer, Session, command, parse_date
from api.reviews.actions import ReviewActions
from api.reviews.start import Wish, start_review
from eligibility.letters import Language
from eligibility.reviews.states import Outcome
from eligibility.trace import Finding

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the review.", show_default=False)]
ReasonOption = Annotated[
    str, typer.Option("--reason", "-r", help="Why, in words that others can check.", show_default=False)
]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="What to write down.", show_default=False)]
OutcomeArgument = Annotated[
    Outcome, typer.Argument(metavar="OUTCOME", help="retain, conditions, suspend, revoke, refer.")
]


def register(reviews: typer.Typer) -> None:
    """The commands are part of `review`."""
    for name, function in (
        ("start", start_command),
        ("assign", assign_command),
        ("note", note_command),
        ("ask", ask_command),
        ("answer", answer_command),
        ("resolve", resolve_command),
        ("decide", decide_command),
        ("sign", sign_command),
        ("return", return_command),
        ("letter", letter_command),
        ("appeal", appeal_command),
        ("rule", rule_command),
        ("opinion", opinion_command),
        ("clear", clear_command),
        ("unclear", unclear_command),
    ):
        command(reviews, name)(function)


def start_command(
    session: Session,
    driver: Annotated[
        str,
        typer.Argument(metavar="DRIVER", help="Identity id, former id or source/record_id.", show_default=False),
    ],
    reason: ReasonOption,
) -> Answer:
    """Start a review of an enrolled driver; one at a time, whatever screening brings up beside it."""
    return _changed(session, "start", start_review(session.workspace(), Wish(driver, reason, session.actor)))


def assign_command(
    session: Session,
    number: Number,
    to: Annotated[str, typer.Argument(metavar="PERSON", help="Who is to decide it.", show_default=False)],
    reason: ReasonOption = "taken from the queue",
) -> Answer:
    """Give a review to a reviewer."""
    return _changed(session, "assign", _actions(session).assign(number, to, reason))


def note_command(session: Session, number: Number, text: TextArgument) -> Answer:
    """Write a note on a review."""
    return _changed(session, "note", _actions(session).note(number, text))


def ask_command(
    session: Session,
    number: Number,
    text: TextArgument,
    due: Annotated[str, typer.Option("--due", help="Day by which it is needed, YYYY-MM-DD.", show_default=False)],
) -> Answer:
    """Ask for information; the review waits for it."""
    due_on = parse_date(due, "--due")
    assert due_on is not None, "the option must be given"
    return _changed(session, "ask", _actions(session).ask(number, text, due_on))


def answer_command(session: Session, number: Number, text: TextArgument) -> Answer:
    """Write down what came back, or that nothing did; the review goes on."""
    return _changed(session, "answer", _actions(session).answer(number, text))


def resolve_command(
    session: Session,
    number: Number,
    factor: Annotated[str, typer.Argument(metavar="FACTOR", help="As `review show` names it, or one of its events.")],
    finding: Annotated[
        Finding, typer.Argument(metavar="FINDING", help="confirmed, mitigated, not_theirs, unfounded or noted.")
    ],
    reason: ReasonOption,
) -> Answer:
    """Say what you find of one factor."""
    return _changed(session, "resolve", _actions(session).resolve(number, factor, finding, reason))


def decide_command(
    session: Session,
    number: Number,
    outcome: OutcomeArgument,
    reason: ReasonOption,
    code: Annotated[
        list[str], typer.Option("--code", help="Reason code, once for each; the letter is made from them.")
    ] = [],  # noqa: B006 - never changed
) -> Answer:
    """Decide a review; conditions, suspend and revoke wait for a second person's signature."""
    return _changed(session, "decide", _actions(session).decide(number, outcome, code, reason))


def sign_command(session: Session, number: Number, reason: ReasonOption) -> Answer:
    """Sign an adverse outcome that somebody else decided."""
    return _changed(session, "sign", _actions(session).sign(number, reason))


def return_command(session: Session, number: Number, outcome: OutcomeArgument, reason: ReasonOption) -> Answer:
    """Do not sign, and say what you would decide; the reviewer decides again."""
    return _changed(session, "return", _actions(session).send_back(number, outcome, reason))


def letter_command(
    session: Session,
    number: Number,
    language: Annotated[Language, typer.Option("--lang", help="en, es or fr.")] = Language.ENGLISH,
    round_: Annotated[int | None, typer.Option("--round", help="Of an earlier round.", show_default=False)] = None,
    issue: Annotated[bool, typer.Option("--issue", help="Record that it was sent.")] = False,  # noqa: FBT002
) -> Answer:
    """Print the letter of an outcome, made from its reason codes; the same every time."""
    actions = _actions(session)
    if issue:
        document = actions.issue_letter(number, language, "letter sent")
    else:
        document = actions.letter(number, language, round_)
    session.audit("review letter", [document["identity_id"]], f"review {number} {language.value}")
    return Answer(document, text=document["text"])


def appeal_command(
    session: Session,
    number: Number,
    grounds: Annotated[str, typer.Option("--grounds", help="What the driver says.", show_default=False)],
    evidence: Annotated[str, typer.Option("--evidence", help="What came with it.")] = "none",
    filed_on: Annotated[
        str | None, typer.Option("--filed-on", help="Day it came in, YYYY-MM-DD; today by default.", show_default=False)
    ] = None,
) -> Answer:
    """Write down a driver's appeal against an adverse outcome."""
    day = parse_date(filed_on, "--filed-on") or date.today()
    return _changed(session, "appeal", _actions(session).appeal(number, grounds, evidence, day))


def rule_command(
    session: Session,
    number: Number,
    granted: Annotated[
        bool,
        typer.Option("--granted/--upheld", help="Open the review again, or let the outcome stand.", show_default=False),
    ],
    reason: ReasonOption,
) -> Answer:
    """Decide an appeal; somebody who neither decided nor signed the outcome must do it."""
    return _changed(session, "rule", _actions(session).decide_appeal(number, reason, is_granted=granted))


def opinion_command(session: Session, number: Number, outcome: OutcomeArgument, reason: ReasonOption) -> Answer:
    """Say what you would have decided in a closed review that you read with `review show --blind`."""
    return _changed(session, "opinion", _actions(session).opine(number, outcome, reason))


def clear_command(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="PERSON", help="Who is cleared.", show_default=False)],
    reason: ReasonOption,
) -> Answer:
    """Let a person see what concerns terrorism; nobody clears themselves."""
    document = _actions(session).grant_clearance(name, reason)
    session.audit("review clear", [None])
    return Answer(document, lambda out: out.print("The person is cleared."))


def unclear_command(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="PERSON", help="Who is not cleared any more.", show_default=False)],
    reason: ReasonOption,
) -> Answer:
    """Take a clearance back."""
    document = _actions(session).withdraw_clearance(name, reason)
    session.audit("review unclear", [None])
    return Answer(document, lambda out: out.print("The person is not cleared any more."))


def _actions(session: Session) -> ReviewActions:
    return ReviewActions(session.workspace(), session.actor)


def _changed(session: Session, action: str, document: dict[str, Any]) -> Answer:
    noted = f"review {document['review_id']} {document['trail_head']}"
    session.audit(f"review {action}", [document["identity_id"]], noted)
    return Answer(document, lambda out: review_view.print_changed(out, document))
