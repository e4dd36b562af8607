"""What a soak came to: its figures by minute and by process, and what of them is not as it should be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.soak.asking import Noted
from benchmarks.soak.watching import Process

GROWTH, ROOM_MB = 1.05, 10.0
"""In its last third a process may hold so much more than in its second third: a twentieth, or ten MB."""
SLOWER, ROOM_MS = 1.5, 100.0
"""And answers of a kind may take half as long again, or a tenth of a second more: minutes differ."""
FEW = 20
"""Answers of a kind in a third, below which their median says nothing."""
MINUTE_S = 60.0
_QUANTILES = (0.5, 0.95, 0.99)


def by_minute(noted: Sequence[Noted], minutes: int) -> dict[str, list[dict[str, Any]]]:
    """A row a minute of each kind and of all together: how many answers, and p50, p95 and p99 in milliseconds."""
    kinds = {"all": list(noted)}
    for one in noted:
        kinds.setdefault(one.kind, []).append(one)
    return {kind: [_row(kinds[kind], minute) for minute in range(minutes)] for kind in sorted(kinds)}


def _row(noted: Sequence[Noted], minute: int) -> dict[str, Any]:
    times = [one.took_ms for one in noted if not one.fault and int(one.at // MINUTE_S) == minute]
    quantiles = np.quantile(times, _QUANTILES) if times else (None,) * 3
    figures = {
        f"p{100 * share:.0f}": value if value is None else round(float(value), 1)
        for share, value in zip(_QUANTILES, quantiles, strict=True)
    }
    return {"minute": minute + 1, "answers": len(times), **figures}


def faults(noted: Sequence[Noted]) -> dict[str, int]:
    """What came instead of answers, and how often."""
    return dict(sorted(Counter(f"{one.kind}: {one.fault}" for one in noted if one.fault).items()))


def complaints(log: Iterable[str]) -> dict[str, int]:
    """Lines of a server's log that tell of a fault, by what they say, and how often."""
    found: Counter[str] = Counter()
    for line in log:
        try:
            said = json.loads(line)
        except json.JSONDecodeError:
            continue  # what it says to a person as it starts
        if said["level"] != "info":
            found[" ".join(str(said[name]) for name in ("log", "event", "error", "where") if name in said)] += 1
    return dict(sorted(found.items()))


def thirds(noted: Sequence[Noted], seconds: float) -> dict[str, dict[str, Any]]:
    """Median and 95th percentile of each kind in the second and in the last third, where there are enough answers."""
    found = {}
    for kind in sorted({one.kind for one in noted}):
        parts = [
            [one.took_ms for one in noted if one.kind == kind and not one.fault and _third(one.at, seconds) == third]
            for third in (1, 2)
        ]
        if min(map(len, parts)) >= FEW:
            found[kind] = {
                f"p{100 * share:.0f}": [round(float(np.quantile(part, share)), 1) for part in parts]
                for share in _QUANTILES[:2]
            }
    return found


def memory(processes: Sequence[Process], seconds: float) -> list[dict[str, Any]]:
    """Of each process that was there in both: the mean of its samples in the second and in the last third, in MB."""
    rows = []
    for process in processes:
        parts = [[one for one in process.samples if _third(one[0], seconds) == third] for third in (1, 2)]
        if all(parts):
            means = {
                name: [round(float(np.mean([one[place] for one in part])), 1) for part in parts]
                for place, name in ((1, "rss_mb"), (2, "own_mb"))
            }
            most = round(max(one[1] for one in process.samples), 1)
            rows.append({"pid": process.pid, "role": process.role, **means, "most_mb": most})
    return rows


def pace_by_minute(pace: Sequence[tuple[float, float]], minutes: int) -> list[float]:
    """Median milliseconds of the fixed work in each minute."""
    parts = [[took for at, took in pace if int(at // MINUTE_S) == minute] for minute in range(minutes)]
    return [round(float(np.median(part)), 2) if part else 0.0 for part in parts]


def slowing(pace: Sequence[tuple[float, float]], seconds: float) -> float:
    """How many times as long the fixed work took in the last third as in the second; 1 where the machine got faster."""
    before, after = ([took for at, took in pace if _third(at, seconds) == third] for third in (1, 2))
    return max(round(float(np.median(after) / np.median(before)), 3), 1.0) if before and after else 1.0


def findings(document: Mapping[str, Any]) -> list[str]:
    """What is not as it should be, one sentence each; times are held against the machine's own pace."""
    found = [f"{count} times {what}" for what, count in (document["faults"] | document["log"]).items()]
    for row in document["memory"]:
        before, after = row["rss_mb"]
        if after > max(before * GROWTH, before + ROOM_MB):
            found.append(f"the process that {row['role']} grew from {before} to {after} MB")
    for kind, figures in document["thirds"].items():
        for name, (before, after) in figures.items():
            if after > max(before * SLOWER, before + ROOM_MS) * document["slowing"]:
                found.append(f"{kind}: {name} grew from {before} to {after} ms")
    ended = [row["role"] for row in document["processes"] if row["role"] in LASTING and not row["lasted"]]
    return [*found, *(f"a process that {role} ended" for role in ended)]


LASTING = frozenset({"starts the others", "answers", "does jobs", "works out long answers"})
"""What has to be there from beginning to end."""


def _third(at: float, seconds: float) -> int:
    return min(int(3 * at / seconds), 2)
