"""The tables of docs/scale.md, out of the document of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MARKS = ("<!-- spark -->", "<!-- /spark -->")


def tables(document: Mapping[str, Any]) -> str:
    """Markdown: where it was measured, what each run took, and its stages."""
    parts = (_about(document), _runs(document), _growth(document), _stages(document))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _about(document: Mapping[str, Any]) -> Iterator[str]:
    packages = ", ".join(f"{name} {version}" for name, version in document["packages"].items())
    yield (
        f"{document['day']}, {document['cores']} cores, Spark with master `{document['master']}`. "
        f"Python {document['python']}, Java {document['java']}, {packages}."
    )


def _runs(document: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "| records | engine | s | s with its start | peak MB of all processes | s a million | shuffled MB a million "
        "| largest task over the middle one | tasks lost | same as here |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for run in document["runs"]:
        millions = run["records"] / 1e6
        moved = f"{run['shuffled_mb'] / millions:,.0f}" if "shuffled_mb" in run else ""
        same = "" if run["engine"] == "local" else ("yes" if run["equal"] else "NO")
        yield (
            f"| {run['records']:,} | {run['engine']} | {run['seconds']:,.0f} | {run['whole_s']:,.0f} "
            f"| {run['peak_mb']:,.0f} | {run['seconds'] / millions:,.0f} | {moved} | {run.get('skew', '')} "
            f"| {run.get('lost_tasks', '')} | {same} |"
        )


def growth(document: Mapping[str, Any], engine: str, figure: str) -> dict[int, float]:
    """What a million records cost, in parts of what they cost at the smallest size, by the number of records."""
    runs = sorted((r for r in document["runs"] if r["engine"] == engine), key=lambda run: run["records"])
    costs = {run["records"]: run[figure] / run["records"] for run in runs}
    return {records: round(cost / costs[runs[0]["records"]], 2) for records, cost in costs.items()}


def _growth(document: Mapping[str, Any]) -> Iterator[str]:
    rows = {
        "s here": growth(document, "local", "seconds"),
        "s on Spark": growth(document, "spark", "seconds"),
        "bytes through shuffles": growth(document, "spark", "shuffled_mb"),
    }
    sizes = list(rows["s on Spark"])
    yield f"| a million records, in parts of those at {sizes[0]:,} | {' | '.join(f'{n:,}' for n in sizes[1:])} |"
    yield f"|---|{'---|' * len(sizes[1:])}"
    for name, found in rows.items():
        yield f"| {name} | {' | '.join(f'{found[n]:.2f}' for n in sizes[1:])} |"


def _stages(document: Mapping[str, Any]) -> Iterator[str]:
    runs = [run for run in document["runs"] if run["engine"] == "spark"]
    names = list(dict.fromkeys(_name(stage["stage"]) for run in runs for stage in run["stages"]))
    yield f"| stage on Spark, s | {' | '.join(format(run['records'], ',') for run in runs)} |"
    yield f"|---|{'---|' * len(runs)}"
    for name in names:
        taken = [sum(s["seconds"] for s in run["stages"] if _name(s["stage"]) == name) for run in runs]
        yield f"| {name} | {' | '.join(f'{seconds:,.0f}' for seconds in taken)} |"


def _name(stage: str) -> str:
    """Stages of which there are several together."""
    kind, _, number = stage.rpartition("-")
    return kind if number.isdigit() else stage
