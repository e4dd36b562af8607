"""The page about a soak, out of its document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

MARKS = ("<!-- soak -->", "<!-- /soak -->")


def tables(document: Mapping[str, Any]) -> str:
    """Markdown: what was asked, memory, and how long answers took by minute."""
    parts = (_facts(document), _memory(document), _minutes(document), _kinds(document))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _facts(document: Mapping[str, Any]) -> Iterator[str]:
    on, asked = document["on"], document["by_minute"]["all"]
    answers, loads = sum(row["answers"] for row in asked), Counter(document["done"])
    yield (
        f"{document['seconds'] / 60:.0f} minutes on {document['day']}: {answers:,} answers to {on['callers']} callers, "
        f"{loads['load']} loads of {on['rows']} rows, {loads['decision']} decisions and {loads['decision taken back']} "
        f"taken back, {sum(count for kind, count in loads.items() if kind.startswith('export'))} exports, "
        f"{sum(document['faults'].values())} errors."
    )
    yield ""
    yield (
        f"A workspace of {on['records']:,} records of {on['people']:,} people; {on['cores']} cores shared by the "
        f"server ({on['workers']} workers), the loads and the callers; one-minute load {on['load_before']} before and "
        f"{on['load_after']} after; {on['beside']}. Python {on['python']}, "
        + ", ".join(f"{name} {version}" for name, version in on["packages"].items())
        + "."
    )


def _memory(document: Mapping[str, Any]) -> Iterator[str]:
    yield "| process that | second third MB | last third MB | of which its own | most MB |"
    yield "|---|---|---|---|---|"
    for row in document["memory"]:
        (before, after), (own_before, own_after) = row["rss_mb"], row["own_mb"]
        own = f"{own_before:.0f}, {own_after:.0f}"
        yield f"| {row['role']} | {before:.0f} | {after:.0f} | {own} | {row['most_mb']:.0f} |"


def _minutes(document: Mapping[str, Any]) -> Iterator[str]:
    yield "| minute | answers | p50 ms | p95 ms | p99 ms | RSS of all processes MB | fixed work ms |"
    yield "|---|---|---|---|---|---|---|"
    minutes = zip(document["by_minute"]["all"], document["rss_by_minute"], document["pace_by_minute"], strict=True)
    for row, held, pace in minutes:
        times = " | ".join(_ms(row[name]) for name in ("p50", "p95", "p99"))
        yield f"| {row['minute']} | {row['answers']} | {times} | {held:.0f} | {pace:.2f} |"


def _kinds(document: Mapping[str, Any]) -> Iterator[str]:
    yield "| kind | answers | p50 ms, second and last third | p95 ms, second and last third |"
    yield "|---|---|---|---|"
    for kind, count in document["done"].items():
        figures = document["thirds"].get(kind)
        shown = [", ".join(map(_ms, figures[name])) for name in ("p50", "p95")] if figures else ["too few", "too few"]
        yield f"| {kind} | {count} | {shown[0]} | {shown[1]} |"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
