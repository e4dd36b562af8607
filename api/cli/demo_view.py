"""The demo as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from api.cli import risk_view, why_view
from api.cli.driver_view import coverage_text
from api.cli.output import cell, fields, table

ANSWERS_SHOWN = 5
Chapter = Callable[[Console, dict[str, Any]], None]


def print_opening(out: Console) -> None:
    """What the demo is, and that nobody in it exists."""
    out.print("Crosslane: records in, people out, risk on the graph; a human decides.", style="bold")
    out.print("Every person below is SYNTHETIC: nobody exists. The last file is real and holds companies only.\n")


def tell(out: Console, name: str, document: dict[str, Any]) -> None:
    """One chapter."""
    title, chapter = CHAPTERS[name]
    out.rule(f"[bold]{title}[/bold]", align="left")
    chapter(out, document)
    out.print()


def print_questions(out: Console, document: dict[str, Any]) -> None:
    """The identities in Neo4j: ten questions in Cypher and what the server answered."""
    pushed = document["pushed"]
    out.rule("[bold]The same graph in Neo4j[/bold]", align="left")
    out.print(
        f"{pushed['rows']:,} nodes and edges written in {pushed['seconds']} s. Ten questions of docs/cypher.md:\n"
    )
    for number, question in enumerate(document["questions"], 1):
        out.print(f"{number}. {question['title']}", style="bold", markup=False)
        out.print(question["asks"], markup=False)
        rows = [["" if value is None else value for value in row] for row in question["rows"][:ANSWERS_SHOWN]]
        out.print(table(None, question["columns"], rows))
        if len(question["rows"]) > ANSWERS_SHOWN:
            out.print(f"and {len(question['rows']) - ANSWERS_SHOWN} more", style="dim")
        out.print(question["beware"] + "\n", style="dim", markup=False)


def print_closing(out: Console, document: dict[str, Any], commands: Sequence[str]) -> None:
    """How long it took, and what to try next."""
    out.rule("[bold]What to try next[/bold]", align="left")
    for line in commands:
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print(f"\nDone in {document['seconds']} s. Nothing here decides about anybody: a person does.", style="dim")


def _files(out: Console, files: Sequence[dict[str, Any]], label: str) -> None:
    columns = ("file", "read as", "rows", "rejected", "warnings")
    rows = [[f["file"], f["source"], f["rows"], f["rejected"], f["warned"]] for f in files]
    out.print(table(label, columns, rows))


def _world(out: Console, document: dict[str, Any]) -> None:
    _files(out, document["files"], "Files of three countries (SYNTHETIC)")
    out.print(f"\n{document['rows']:,} rows read, {document['rejected']:,} rejected.\n")
    mix = document["mix"]
    rows = [[countries, found["identities"], found["records"]] for countries, found in mix.items()]
    rows.append(["all", sum(f["identities"] for f in mix.values()), sum(f["records"] for f in mix.values())])
    out.print(table("Identities by the countries that know them", ("countries", "identities", "records"), rows))
    pairs = document["evaluation"]["pairs"]
    out.print(
        f"\nAgainst the world's truth: pair precision {pairs['precision']:.3f}, recall {pairs['recall']:.3f}, "
        f"F1 {pairs['f1']:.3f} over {document['evaluation']['records']:,} records.",
        style="bold",
    )


def _enrolled(out: Console, document: dict[str, Any]) -> None:
    driver, risk = document["driver"], document["risk"]
    _files(out, document["files"], "The story's own files (SYNTHETIC)")
    out.print()
    enrolment = driver["enrolment"]
    term = f"since {enrolment['enrolled_on']}, until {enrolment['expires_on']}"
    out.print(
        fields(
            {
                "driver": f"{_name(driver)}, born {driver['records'][0]['standard']['birth_date']} (SYNTHETIC)",
                "enrolled": f"FAST, {enrolment['status']}, {term}",
                "own risk": f"{risk['own']['score']:.1f}: clean in US records",
                "linked risk": f"{risk['linked']['score']:.1f}",
                "coverage": coverage_text(driver["coverage"]),
            }
        )
    )
    out.print("Unknown is not clean: Mexico was never asked about this driver.", style="bold")


def _file_arrives(out: Console, document: dict[str, Any]) -> None:
    _files(out, document["files"], "A Mexican file arrives (SYNTHETIC)")
    out.print("\nWhy the US and the Mexican record are one person, bit by bit:")
    why_view.print_why(out, document["why"])
    out.print()
    risk_view.print_risk(out, document["risk"])


def _decision_undone(out: Console, document: dict[str, Any]) -> None:
    decision, without = document["unlink"]["decision"], document["risk_without"]
    out.print(cell(f"unlink {decision['a']} {decision['b']}: decision {decision['n']}, by {decision['by']}"))
    out.print(f"  linked risk is now {without['linked']['score']:.1f}: it rested on the Mexican record")
    out.print(f"undo {decision['n']}: everything is back.")
    out.print("Memberships, scores, risk and reasons were compared with those before: equal.", style="bold")


def _father_and_son(out: Console, document: dict[str, Any]) -> None:
    out.print("A father and his son: one name, one house, one phone, two people (SYNTHETIC).")
    why_view.print_why(out, document["why"])


def _hub(out: Console, document: dict[str, Any]) -> None:
    risk = document["risk"]
    out.print("A driver who gives a freight yard's address and its dispatcher's phone (SYNTHETIC).")
    out.print(f"Linked risk {risk['linked']['score']:.1f}. Discounted:", style="bold")
    risk_view.print_hubs(out, risk)


def _real_file(out: Console, document: dict[str, Any]) -> None:
    out.print("REAL DATA: FMCSA operating-authority revocations of 6 August 2024, US public domain, companies only.")
    out.print(
        f"{document['rows']:,} rows read, {document['rejected']:,} rejected; {document['events']:,} events "
        f"on {document['carriers']:,} carriers.",
        style="bold",
    )


def _name(driver: dict[str, Any]) -> str:
    standard = driver["records"][0]["standard"]
    return " ".join(standard[part] for part in ("given_name", "surname", "second_surname") if standard[part])


CHAPTERS: dict[str, tuple[str, Chapter]] = {
    "world": ("1. A border world", _world),
    "enrolled": ("2. One driver", _enrolled),
    "file_arrives": ("3. A file arrives", _file_arrives),
    "decision_undone": ("4. A decision, and its undoing", _decision_undone),
    "father_and_son": ("5. Two people of one name", _father_and_son),
    "hub": ("6. A hub that adds nothing", _hub),
    "real_file": ("7. A real file", _real_file),
}
