"""The document of the benchmark: least times, mean accuracy with its interval, failures said."""

from __future__ import annotations

from benchmarks.linkage.report import render

MACHINE = {"cores": 2, "chip": "chip", "memory_gb": 8, "system": "Linux", "python": "3.11"}


def record(engine: str, seed: int, wall: float, f1: float, **changes: object) -> dict:
    fixed = dict.fromkeys(("precision", "recall", "f1", "b3_f1"), f1)
    return {
        "task": "people_100k",
        "seed": seed,
        "engine": engine,
        "round": 0,
        "is_sweep": False,
        "status": "done",
        "wall_s": wall,
        "cpu_s": wall,
        "peak_mb": 100.0,
        "load_before": 0.1,
        "facts": {"versions": {engine: "1.0"}},
        "score": {"fixed": fixed, "groups": {}},
    } | changes


def row(text: str, engine: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {engine} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_times_are_the_least_of_the_rounds_and_accuracy_is_a_mean_with_interval() -> None:
    runs = [record("splink", 11, 5.0, 0.9), record("splink", 11, 4.0, 0.9), record("splink", 12, 6.0, 0.8)]
    cells = row(render([{"machine": MACHINE, "runs": runs}]), "splink")
    assert cells[1] == "5.0"  # mean of 4 and 6
    assert cells[6] == "**0.8500 ± 0.6353**"  # 12.706 * 0.0707 / sqrt(2)


def test_a_run_that_died_says_so() -> None:
    runs = [record("goldenmatch", 11, 9.0, 0.9, status="died at limit", score=None, peak_mb=14_000.0)]
    cells = row(render([{"machine": MACHINE, "runs": runs}]), "goldenmatch")
    assert cells[1] == "died at limit after 9"
    assert cells[3] == "14,000"


def test_later_files_replace_earlier_runs_of_an_engine() -> None:
    old, new = record("splink", 11, 5.0, 0.9), record("splink", 11, 3.0, 0.9)
    other = record("crosslane", 11, 1.0, 0.9)
    text = render([{"machine": MACHINE, "runs": [old, other]}, {"machine": MACHINE, "runs": [new]}])
    assert row(text, "splink")[1] == "3.0"
    assert row(text, "crosslane")[1] == "1.0"


def test_development_sets_are_labelled() -> None:
    text = render([{"machine": MACHINE, "runs": [record("splink", 0, 1.0, 0.9, task="historical_50k")]}])
    assert "## historical_50k (development set)" in text


def test_groups_stand_side_by_side_with_their_distance() -> None:
    def groups(one: float, other: float) -> dict:
        named = {"french": one, "hispanic": other, "punjabi": 0.0}
        pairs = {"french": 900, "hispanic": 5000, "punjabi": 3}
        return {
            "group": {
                name: {"precision": p, "recall": 0.9, "f1": 0.9, "true_pairs": pairs[name]} for name, p in named.items()
            }
        }

    runs = [record(engine, 301, 1.0, 0.9, task="border") for engine in ("crosslane", "splink")]
    runs[0]["score"]["groups"], runs[1]["score"]["groups"] = groups(0.98, 0.99), groups(0.9, 0.95)
    lines = render([{"machine": MACHINE, "runs": runs}]).splitlines()
    assert "| french | 900 | 0.980 / 0.900 | 0.900 / 0.900 |" in lines
    assert "| *furthest apart* | | 0.010 / 0.000 | 0.050 / 0.000 |" in lines
    assert not any(line.startswith("| punjabi") for line in lines)
