"""How the graph and the store that follows the ledger read to a person."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from api.cli.output import cell, error_console, fields, table

MAX_SHOWN = 40


def print_around(out: Console, document: dict[str, Any]) -> None:
    """The nodes with their distance, then the edges, then what was left out."""
    nodes, edges = document["nodes"], document["edges"]
    shown = [[n["hops"], n["kind"], n["key"], n["degree"]] for n in nodes[:MAX_SHOWN]]
    out.print(table(f"{len(nodes):,} nodes", ("hops", "kind", "key", "edges"), shown))
    walked = [[e["kind"], e["src"], e["dst"], e["first_seen"] or "", e["last_seen"] or ""] for e in edges[:MAX_SHOWN]]
    out.print(table(f"{len(edges):,} edges", ("kind", "from", "to", "first", "last"), walked))
    if max(len(nodes), len(edges)) > MAX_SHOWN:
        out.print(f"The first {MAX_SHOWN} of each; --json lists all.", style="dim")
    _print_hubs(out, document)
    if document["left_out"]:
        out.print(f"{document['left_out']:,} more nodes lie within reach; --limit shows more.")


def print_paths(out: Console, document: dict[str, Any]) -> None:
    """Each route on a line, then what was not walked through."""
    if document["hops"] is None:
        out.print(f"No route of at most {document['searched_hops']} edges that goes through no hub.", style="bold")
    for route in document["routes"]:
        out.print(cell(" - ".join(f"{place['kind']} {place['key']}" for place in route["nodes"])))
    _print_hubs(out, document)
    if document["truncated_by"]:
        out.print(f"There may be more: {', '.join(document['truncated_by'])}.", style="dim")


def print_exported(out: Console, document: dict[str, Any]) -> None:
    """Where the files are, and the importer's command."""
    out.print(cell(f"{document['folder']}: {len(document['files'])} files"))
    if "command" in document:
        out.print(f"{document['nodes']:,} nodes and {document['edges']:,} edges. With the server stopped:")
        out.print(document["command"], markup=False, soft_wrap=True)


def print_pushed(out: Console, document: dict[str, Any]) -> None:
    """Where the store stands now and what brought it there."""
    done = {"nothing": "held everything already", "changes": "took the changes in order", "filled": "was filled"}
    how = done.get(document["how"], "was compared as a whole and mended")
    out.print(cell(f"{document['store']} {how}: {document['rows']:,} rows, at change {document['applied']}."))
    out.print(f"{document['seconds']:.1f} s", style="dim")


def print_verified(out: Console, document: dict[str, Any]) -> None:
    """Counts and digests kind by kind, the verdict, and what differs."""
    counts = {**document["nodes"], **document["edges"]}
    rows = [
        [kind, counts.get(kind, 0), found["ledger"][:12], found["store"][:12], _verdict(found)]
        for kind, found in document["digests"].items()
    ]
    columns = ("kind", "held", "digest of the ledger", "of the store", "")
    out.print(table(f"{document['store']} and the ledger", columns, rows))
    if document["equal"]:
        out.print(f"Equal, at change {document['head']}.", style="bold green")
        return
    counted = ", ".join(f"{document[name]:,} {name}" for name in ("missing", "extra", "different"))
    out.print(
        f"Not equal: {counted}; the store is at change {document['applied']} of {document['head']}.", style="bold"
    )
    for item in document["differences"]:
        out.print(cell(f"{item['what']}: {item['kind']} {' '.join(item['key'])}"))
    out.print(
        "Mend it with: crosslane graph push (a server) or crosslane graph rebuild (the embedded graph).", style="dim"
    )


def warn_if_pending(document: dict[str, Any]) -> None:
    """On standard error, that the store that follows the ledger did not get a change yet."""
    followed = document.get("projection")
    if followed and followed["is_pending"]:
        error_console().print(fields({"committed, but pending at the store": followed["reason"]}), style="yellow")


def _print_hubs(out: Console, document: dict[str, Any]) -> None:
    for hub in document["hubs"][:MAX_SHOWN]:
        out.print(cell(f"{hub['kind']} {hub['key']} is a hub of {hub['degree']:,} edges and was not walked through."))


def _verdict(found: dict[str, str]) -> str:
    return "" if found["ledger"] == found["store"] else "differs"
