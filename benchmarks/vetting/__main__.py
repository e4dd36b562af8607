"""`python -m benchmarks.vetting [--people N] [--seed S] [--own]`: a year of monthly loads, screened and judged."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.vetting.year import Year, run_year
from fixtures.world import WorldSettings


def main(arguments: list[str] | None = None) -> None:
    """The year is run with the true identities, with our own linkage, or both; what each found is printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vetting", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--identities", choices=("true", "own", "both"), default="both")
    options = parser.parse_args(arguments)
    settings = WorldSettings(options.people, options.seed)
    for name in ("true", "own"):
        if options.identities in (name, "both"):
            with tempfile.TemporaryDirectory() as folder:
                year = run_year(settings, Path(folder), is_plain=name == "true", report=_say)
            print("\n".join(report(year, name)))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def report(year: Year, identities: str) -> list[str]:
    """What the year did, line by line."""
    expected = {matter for one in year.loads for matter in one.expected}
    found = {matter for one in year.loads for matter in one.found}
    later = [one.seconds for one in year.loads if one.month]
    lines = [
        f"identities: {identities}; {year.drivers:,} drivers screened, {len(year.loads)} loads of 13 days",
        f"reviews opened: {sum(year.opened.values()):,} ({_counts(year.opened)})",
        f"brought up, with further rounds: {sum(year.rounds.values()):,} ({_counts(year.rounds)})",
        f"load by load: {sum(len(one.expected) for one in year.loads):,} expected, "
        f"{sum(len(one.missed) for one in year.loads):,} missed, "
        f"{sum(len(one.extra) for one in year.loads):,} not expected",
        f"over the year: {len(expected):,} matters expected, {len(expected - found):,} never brought up, "
        f"{len(found - expected):,} brought up that are not",
        f"two reviews of one matter: {year.twice}; opened or reopened by loading a month again: {year.again}",
        f"drivers in the higher linked band at a month's end without a review: {year.linked_missed}",
        f"seconds a monthly load: median {statistics.median(later):.2f}, longest {max(later):.2f}",
        "",
        "| trigger | step | reviews | median days | 95th percentile |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['trigger']} | {row['step']} | {row['reviews']:,} | {_days(row['median'])} | {_days(row['p95'])} |"
        for row in year.lag
        if row["reviews"]
    ]
    return lines


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _days(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


if __name__ == "__main__":
    main()
