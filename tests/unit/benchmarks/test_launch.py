"""What one run took, and that a run that takes too much is ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LAUNCH = Path(__file__).resolve().parents[3] / "benchmarks" / "linkage" / "launch.py"
HOLD = "block = bytearray({mb} * 2**20); import time; time.sleep({seconds})"


def usage(tmp_path: Path, code: str, limit_mb: float = 1000, seconds: float = 60) -> dict:
    target = tmp_path / "usage.json"
    command = [sys.executable, "-I", "-S", str(LAUNCH), str(limit_mb), str(seconds), str(target)]
    subprocess.run([*command, sys.executable, "-I", "-S", "-c", code], check=True)
    return json.loads(target.read_text())


def test_memory_and_time_are_those_of_the_process(tmp_path: Path) -> None:
    # The starting process must not be counted: it is larger than the process it starts.
    ballast = bytearray(400 * 2**20)
    small, large = usage(tmp_path, "pass"), usage(tmp_path, HOLD.format(mb=200, seconds=0.3))
    assert len(ballast) > 0
    assert small["status"] == large["status"] == "done"
    assert small["peak_mb"] < 100
    assert 200 < large["peak_mb"] < 300
    assert large["wall_s"] >= 0.3
    assert small["cpu_s"] < 2


def test_a_process_above_the_limit_dies(tmp_path: Path) -> None:
    found = usage(tmp_path, HOLD.format(mb=200, seconds=30), limit_mb=100)
    assert found["status"] == "died at limit"
    assert found["wall_s"] < 20


def test_memory_of_children_counts(tmp_path: Path) -> None:
    child = HOLD.format(mb=200, seconds=30)
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', {child!r}])"
    assert usage(tmp_path, code, limit_mb=100)["status"] == "died at limit"


def test_slow_and_failing_processes_are_told_apart(tmp_path: Path) -> None:
    assert usage(tmp_path, "import time; time.sleep(30)", seconds=0.5)["status"] == "timed out"
    failed = usage(tmp_path, "raise SystemExit(3)")
    assert (failed["status"], failed["exit_code"]) == ("failed", 3)
