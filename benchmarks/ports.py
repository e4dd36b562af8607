"""`python -m benchmarks.ports`: is the true effect of FAST had back, and how often is an alarm false?

Every seed is another world of nameless trucks with a known effect (`fixtures.world.crossings`). The ports that truly
turned are known, so each alarm is true or false. Prints one table; the numbers are what ran, nothing is chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter

from eligibility.ports.cells import count_cells
from eligibility.ports.ratio import crude_ratio, paired, pooled_ratio
from eligibility.ports.signals import Signal, find_signals
from fixtures.world.crossings import Effect, true_ratio
from fixtures.world.nameless import nameless_crossings, nameless_world

TODAY = date(2026, 6, 30)
ENTRIES = 1_000_000
ALARM_SHARE = 0.05
"""Random examinations where alarms are counted; the intervals are looked at with the world's own 0.02."""


@dataclass(slots=True)
class Tally:
    """What was seen over the seeds of one kind of world.

    Args:
        inside: intervals that hold the true ratio.
        paradox: worlds in which FAST looks significantly worse without strata while the true ratio is below 1.
        widths: upper over lower end of each interval.
    """

    inside: int = 0
    paradox: int = 0
    found: int = 0
    quarters_late: list[int] = field(default_factory=list)
    true_alarms: int = 0
    false_alarms: int = 0
    worlds_with_false: int = 0
    widths: list[float] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Both kinds of world are drawn and counted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ports", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--entries", type=int, default=ENTRIES, help="crossings of one world")
    options = parser.parse_args(arguments)
    started = perf_counter()
    kinds = {"no port turned": Effect(planted_port=None), "one port turned": Effect()}
    tallies = {name: _tally(effect, options.seeds, options.entries) for name, effect in kinds.items()}
    print(f"{options.seeds} seeds, {options.entries:,} crossings each, {perf_counter() - started:.0f} s\n")
    _print(tallies, options.seeds)


def _tally(effect: Effect, seeds: int, entries: int) -> Tally:
    tally = Tally()
    for seed in range(seeds):
        _count_interval(tally, effect, seed, entries)
        _count_alarms(tally, replace(effect, random_share=ALARM_SHARE), seed, entries)
    return tally


def _count_interval(tally: Tally, effect: Effect, seed: int, entries: int) -> None:
    pairs = paired(count_cells(nameless_crossings(entries, seed, TODAY, effect)).cells)
    ratio, crude = pooled_ratio(pairs), crude_ratio(pairs)
    truth = true_ratio(nameless_world(seed, TODAY, effect), pairs)
    if ratio is not None:
        tally.inside += ratio.low <= truth <= ratio.high
        tally.widths.append(ratio.high / ratio.low)
    tally.paradox += crude is not None and crude.low > 1 > truth


def _count_alarms(tally: Tally, effect: Effect, seed: int, entries: int) -> None:
    signals = find_signals(count_cells(nameless_crossings(entries, seed, TODAY, effect)).cells, TODAY)
    true = [signal for signal in signals if _is_true(signal, effect)]
    tally.found += bool(true)
    tally.true_alarms += len(true)
    tally.false_alarms += len(signals) - len(true)
    tally.worlds_with_false += len(signals) > len(true)
    if true:
        first, since = min(signal.looks[0].quarter for signal in true), effect.planted_since(TODAY)
        tally.quarters_late.append((first.year - since.year) * 4 + (first.month - since.month) // 3)


def _is_true(signal: Signal, effect: Effect) -> bool:
    """Whether FAST did turn at the port, and the alarm is about FAST and not from before."""
    is_fast = signal.last.kind.value.startswith("fast")
    return (
        is_fast and signal.last.port_code == effect.planted_port and signal.last.quarter >= effect.planted_since(TODAY)
    )


def _print(tallies: dict[str, Tally], seeds: int) -> None:
    print(f"| | {' | '.join(tallies)} |\n|---|{'---|' * len(tallies)}")
    rows = {
        "true ratio inside the 95 % interval": lambda t: f"{t.inside} of {seeds}",
        "width of the interval, upper / lower, median": lambda t: f"{sorted(t.widths)[len(t.widths) // 2]:.2f}",
        "worlds where FAST looks worse and is not": lambda t: f"{t.paradox} of {seeds}",
        "port that turned was flagged": lambda t: f"{t.found} of {seeds}",
        "quarters until it was, median": lambda t: (
            f"{sorted(t.quarters_late)[len(t.quarters_late) // 2]}" if t.quarters_late else ""
        ),
        "true alarms": lambda t: str(t.true_alarms),
        "false alarms": lambda t: f"{t.false_alarms} ({t.false_alarms / seeds / 8:.3f} a quarter)",
        "worlds with a false alarm in two years": lambda t: f"{t.worlds_with_false} of {seeds}",
    }
    for name, told in rows.items():
        print(f"| {name} | {' | '.join(told(tally) for tally in tallies.values())} |")


if __name__ == "__main__":
    main()
