"""The graph as files for other programs, and as what Neo4j's offline importer takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.graph_store import GraphStoreChoice, open_graph
from graph.embedded import ChangeLog, EmbeddedStore
from graph.export import Format, write_graph
from graph.neo4j_csv import COMMAND, write_import
from linkage.errors import SettingsError
from linkage.ledger import Workspace

NEO4J_CSV = "neo4j-csv"
FORMATS: dict[str, tuple[tuple[Format, str], ...]] = {
    "graphml": ((Format.GRAPHML, "graph.graphml"),),
    "gexf": ((Format.GEXF, "graph.gexf"),),
    "node-link": ((Format.NODE_LINK, "graph.json"),),
    "csv": ((Format.NODES_CSV, "nodes.csv"), (Format.EDGES_CSV, "edges.csv")),
    "cypher": ((Format.CYPHER, "graph.cypher"),),
}
"""What can be written, as which files."""

_IMPORTED = "imported"  # follows the ledger from the state that was exported, whatever address it gets


def export_graph(workspace: Workspace, form: str, folder: Path, store: GraphStoreChoice) -> dict[str, Any]:
    """The whole graph is in files of the folder, which is made.

    Args:
        form: one of FORMATS, or `neo4j-csv`: the offline importer's files of the ledger's own graph.

    Returns:
        The `graph export` document: format, folder, files; for the importer its command and the counts too.

    Raises:
        SettingsError: there is no such format, the folder is a file, or (importer) holds something else.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    if form == NEO4J_CSV:
        return _importer_files(workspace, folder)
    if form not in FORMATS:
        raise SettingsError(f"--format: give one of {', '.join([*FORMATS, NEO4J_CSV])}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise SettingsError(f"{folder} is a file; name a folder") from None
    with workspace.reading() as connection, open_graph(connection, store) as reader:
        for kind, name in FORMATS[form]:
            with (folder / name).open("w", encoding="utf-8", newline="") as out:
                write_graph(reader, kind, out)
    return {"format": form, "folder": str(folder), "files": [name for _, name in FORMATS[form]]}


def _importer_files(workspace: Workspace, folder: Path) -> dict[str, Any]:
    with workspace.transaction() as connection:  # before the state that is written, so that no later change is lost
        ChangeLog(connection).follow(_IMPORTED)
    with workspace.reading() as connection:
        written = write_import(EmbeddedStore(connection), ChangeLog(connection).head(), folder)
    return {
        "format": NEO4J_CSV,
        "folder": str(folder),
        "files": sorted(path.name for path in folder.iterdir()),
        "nodes": written.nodes,
        "edges": written.edges,
        "command": f"cd {folder} && {COMMAND}",
    }
