"""The tables of docs/scale.md, out of the document of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MARKS = ("<!-- spark -->", "<!-- /spark -->")
GROWTH = 1.3
"""What a million records may cost at the largest size, in parts of what they cost at the smallest."""


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


def growth(document: Mapping[str, Any], engine: str, figure: str) -> float | None:
    """What a million records cost at the largest size, in parts of what they cost at the smallest."""
    runs = sorted((r for r in document["runs"] if r["engine"] == engine), key=lambda run: run["records"])
    if len(runs) < 2:
        return None
    small, large = (run[figure] / run["records"] for run in (runs[0], runs[-1]))
    return float(round(large / small, 2))


def _growth(document: Mapping[str, Any]) -> Iterator[str]:
    yield "| a million records at the largest size, in parts of the smallest | local | Spark |"
    yield "|---|---|---|"
    for name, figure in (("time", "seconds"), ("bytes through shuffles", "shuffled_mb")):
        local = growth(document, "local", figure) if figure == "seconds" else None
        yield f"| {name} | {local or ''} | {growth(document, 'spark', figure) or ''} |"


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
