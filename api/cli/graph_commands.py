"""`graph`: what lies around a driver, and the store that follows the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from api.around import around, between, people_around
from api.cli import graph_view
from api.cli.driver_commands import AsOfOption, IdArgument
from api.cli.output import error_console
from api.cli.progress import BarProgress
from api.cli.session import Answer, Session, command, parse_date
from api.graph_export import export_graph
from api.projection import push_graph, rebuild_graph, verify_graph
from graph.paths import Search
from graph.patterns.steps import WALKED
from graph.schema import EdgeKind
from graph.store import ALL_EDGE_KINDS, WALKED_KINDS, Reach
from linkage.errors import SettingsError

KindsOption = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Kind of edge to walk, such as DROVE; may be repeated."),
]

ReplaceOption = Annotated[bool, typer.Option("--replace", help="Delete whatever else the database holds.")]


def register(app: typer.Typer) -> None:
    """The commands are part of `app`."""
    graph = typer.Typer(help="The graph around a driver, and the store that follows the ledger.", no_args_is_help=True)
    command(graph, "around")(around_command)
    command(graph, "paths")(paths_command)
    command(graph, "export")(export_command)
    command(graph, "push")(push_command)
    command(graph, "rebuild")(rebuild_command)
    command(graph, "verify")(verify_command)
    app.add_typer(graph, name="graph")


def around_command(  # noqa: PLR0913
    session: Session,
    *,
    reference: IdArgument,
    hops: Annotated[int, typer.Option(min=0, max=6, help="Edges walked from the driver.")] = 2,
    limit: Annotated[int, typer.Option(min=1, max=5000, help="Nodes shown at most.")] = 150,
    kinds: KindsOption = None,
    as_of: AsOfOption = None,
) -> Answer:
    """Show what lies around a driver, nearest first; hubs are named and not walked through."""
    reach = Reach(hops, edge_kinds(kinds), limit, as_of=parse_date(as_of, "--as-of"))
    workspace = session.workspace()
    document = around(workspace, reference, reach, session.store)
    session.audit("graph", people_around(workspace, document), f"{hops} hops")
    return Answer(document, lambda out: graph_view.print_around(out, document))


def paths_command(  # noqa: PLR0913
    session: Session,
    *,
    a: Annotated[str, typer.Argument(metavar="A", help="Identity or source/record_id.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Identity or source/record_id.", show_default=False)],
    hops: Annotated[int, typer.Option(min=1, max=8, help="Edges of a route at most.")] = 6,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Routes shown at most.")] = 20,
    kinds: KindsOption = None,
    as_of: AsOfOption = None,
) -> Answer:
    """Show the shortest routes between two drivers; none goes through a hub."""
    walked = edge_kinds(kinds) if kinds else WALKED  # a possible link, a source or a port joins nobody unasked
    reach = replace(Search().reach, hops=hops, kinds=walked, as_of=parse_date(as_of, "--as-of"))
    workspace = session.workspace()
    document = between(workspace, (a, b), Search(reach, max_routes=limit), session.store)
    session.audit("paths", people_around(workspace, document))
    return Answer(document, lambda out: graph_view.print_paths(out, document))


def export_command(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.", show_default=False)],
    form: Annotated[
        str,
        typer.Option("--format", help="graphml, gexf, node-link, csv, cypher, or neo4j-csv for the offline importer."),
    ] = "graphml",
) -> Answer:
    """Write the whole graph for other programs, or as what Neo4j's offline importer takes."""
    document = export_graph(session.workspace(), form, folder, session.store)
    session.audit("graph export", [None], form)
    return Answer(document, lambda out: graph_view.print_exported(out, document))


def push_command(session: Session) -> Answer:
    """Bring the store that follows the ledger up to it; what was interrupted goes on where it stopped."""
    if session.store.server is None:
        raise SettingsError("graph push: the embedded graph is the ledger's own; name a server with --store")
    with BarProgress(error_console()) as progress:
        document = push_graph(session.workspace(), session.store.server, progress)
    session.audit("graph push", [None], f"{document['rows']} rows")
    return Answer(document, lambda out: graph_view.print_pushed(out, document))


def rebuild_command(
    session: Session,
    may_replace: ReplaceOption = False,  # noqa: FBT002
) -> Answer:
    """Make the store's graph anew from the ledger's facts and identities."""
    with BarProgress(error_console()) as progress:
        document = rebuild_graph(session.workspace(), session.store, progress, replaces=may_replace)
    session.audit("graph rebuild", [None], f"{document['rows']} rows")
    return Answer(document, lambda out: graph_view.print_pushed(out, document))


def verify_command(session: Session) -> Answer:
    """Prove that the store holds the graph that the ledger's facts make, or list what differs; exit 1 if it does."""
    with BarProgress(error_console()) as progress:
        document = verify_graph(session.workspace(), session.store, progress)
    session.audit("graph verify", _named(document), "equal" if document["equal"] else "differs")
    return Answer(
        document, lambda out: graph_view.print_verified(out, document), exit_code=0 if document["equal"] else 1
    )


def edge_kinds(names: list[str] | None) -> frozenset[EdgeKind]:
    """The kinds that were named; where none was, all but declared ties between people.

    Raises:
        SettingsError: there is no such kind.
    """
    if not names:
        return WALKED_KINDS
    unknown = sorted({name for name in names if name.upper() not in EdgeKind.__members__})
    if unknown:
        raise SettingsError(f"--kind: {', '.join(unknown)} is none of {', '.join(sorted(ALL_EDGE_KINDS))}")
    return frozenset(EdgeKind(name.upper()) for name in names)


def _named(document: dict[str, Any]) -> list[str | None]:
    """Identities among the nodes that differ."""
    found = [item["key"][0] for item in document["differences"] if item["kind"] == "Identity"]
    return [*found] or [None]
