"""`review ...`: the queue, one case, and what can be asked about them; whoever is shown a driver is audited first."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import review_acts, review_view
from api.cli.session import Answer, Session, command, parse_date
from api.report import review_page
from api.reviews.case import open_case
from api.reviews.consistency import agreement_document
from api.reviews.document import blinded, case_document, people_of
from api.reviews.policy import policy_document
from api.reviews.queue import QueueQuestion, queue_document
from api.reviews.relied import relied_document
from api.reviews.replay import replay
from api.reviews.without import without
from eligibility.clearance import Clearances
from eligibility.matters import Trigger
from eligibility.reviews.states import State
from linkage.errors import SettingsError

FORMATS = ("table", "csv", "html")
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the review.", show_default=False)]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or html (a page to print).")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="As known on this day, YYYY-MM-DD.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    reviews = typer.Typer(help="Reviews of enrolled drivers that people decide.", no_args_is_help=True)
    for name, function in (
        ("list", list_command),
        ("show", show_command),
        ("replay", replay_command),
        ("without", without_command),
        ("agreement", agreement_command),
        ("relied", relied_command),
        ("cleared", cleared_command),
        ("policy", policy_command),
    ):
        command(reviews, name)(function)
    review_acts.register(reviews)
    app.add_typer(reviews, name="review")


def list_command(  # noqa: PLR0913 - one option each
    session: Session,
    *,
    state: Annotated[State | None, typer.Option(help="In one state.", show_default=False)] = None,
    trigger: Annotated[Trigger | None, typer.Option(help="Brought up by one thing.", show_default=False)] = None,
    assignee: Annotated[str | None, typer.Option(help="With one person.", show_default=False)] = None,
    mine: Annotated[bool, typer.Option("--mine", help="With you.")] = False,
    driver: Annotated[
        str | None,
        typer.Option(help="Of one driver: identity id, former id or source/record_id.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    output: FormatOption = "table",
) -> Answer:
    """List reviews that wait for somebody, the weightiest first, with the reason each was opened."""
    _require_format(output)
    question = QueueQuestion(state, session.actor if mine else assignee, trigger, driver, everything)
    document = queue_document(session.workspace(), question, session.actor)
    people: list[str | None] = list(dict.fromkeys(row["identity_id"] for row in document["rows"]))
    session.audit("review list", people or [None], f"{len(document['rows'])} reviews")
    texts = {"csv": review_view.queue_csv, "html": review_page.queue_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: review_view.print_queue(out, document), text)


def show_command(
    session: Session,
    number: Number,
    *,
    as_of: AsOfOption = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Without what others found and decided, for an opinion of your own.")
    ] = False,
    output: FormatOption = "table",
) -> Answer:
    """Show one review: every factor with its evidence, the score with its reasons, coverage, and what was done."""
    _require_format(output)
    workspace = session.workspace()
    case = open_case(workspace, number, session.actor, parse_date(as_of, "--as-of"))
    document = case_document(workspace, case, session.actor)
    if blind:
        document = blinded(document)
    session.audit("review show", people_of(document), f"review {number}")
    texts = {"csv": review_view.factors_csv, "html": review_page.case_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: review_view.print_case(out, document), text)


def replay_command(session: Session, number: Number, as_of: AsOfOption = None) -> Answer:
    """Show what was known, scored and shown at the last step kept by a day, and what would differ now."""
    document = replay(session.workspace(), number, session.actor, parse_date(as_of, "--as-of"))
    shown = document["shown"]
    people = people_of(shown) if "driver" in shown else [document["identity_id"]]
    session.audit("review replay", people, f"review {number}")
    return Answer(document, lambda out: review_view.print_replay(out, document))


def without_command(
    session: Session,
    number: Number,
    fact: Annotated[
        str, typer.Argument(metavar="FACT", help="Event, incident or record to leave out.", show_default=False)
    ],
    as_of: AsOfOption = None,
) -> Answer:
    """Work out the trace and the score without one fact; nothing is stored."""
    document = without(session.workspace(), number, fact, session.actor, parse_date(as_of, "--as-of"))
    session.audit("review without", [document["identity_id"]], f"review {number}")
    return Answer(document, lambda out: review_view.print_without(out, document))


def agreement_command(session: Session, output: FormatOption = "table") -> Answer:
    """Measure how evenly people decide: agreement beyond chance, and outcomes against the order of the queue."""
    _require_format(output)
    document = agreement_document(session.workspace(), session.actor)
    session.audit("review agreement", [None])
    texts = {"csv": review_view.agreement_csv, "html": review_page.agreement_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: review_view.print_agreement(out, document), text)


def relied_command(
    session: Session,
    decision: Annotated[int, typer.Argument(metavar="DECISION", help="Number of the decision.", show_default=False)],
) -> Answer:
    """List the reviews and scores that rely on a merge, or relied on it until it was undone."""
    document = relied_document(session.workspace(), decision, session.actor)
    people = dict.fromkeys(row["identity_id"] for row in (*document["reviews"], *document["scores"]))
    session.audit("review relied", people or [None], f"decision {decision}")
    return Answer(document, lambda out: review_view.print_relied(out, document))


def cleared_command(session: Session) -> Answer:
    """List who may see what concerns terrorism, and who could."""
    with session.workspace().reading() as connection:
        document = {"rows": Clearances(connection).rows()}
    session.audit("review cleared", [None])
    return Answer(document, lambda out: review_view.print_cleared(out, document))


def policy_command(session: Session, output: FormatOption = "table") -> Answer:
    """List what each ground means: consequence, look-back, points of a standard, reason code, source and version."""
    _require_format(output)
    document = policy_document()
    del session  # nobody is shown and no workspace is read
    texts = {"csv": review_view.policy_csv, "html": review_page.policy_page}
    text = texts[output](document) if output in texts else None
    return Answer(document, lambda out: review_view.print_policy(out, document), text)


def _require_format(output: str) -> None:
    if output not in FORMATS:
        raise SettingsError(f"--format: give one of {', '.join(FORMATS)}")
