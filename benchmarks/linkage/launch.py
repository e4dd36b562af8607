"""Runs one command under a memory limit and says what it took: `launch.py LIMIT_MB SECONDS USAGE.json COMMAND...`.

Stands alone on the standard library and stays small, because Linux hands a new process the peak of the process that
started it: a large parent would be counted as the child's memory.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

_PERIOD_S = 0.25
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch(threading.Thread):
    """Kills the session of a process once its processes together hold more memory than allowed, or take too long."""

    def __init__(self, session: int, limit_mb: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self._session, self._limit, self._until = session, limit_mb, time.monotonic() + seconds
        self.peak_mb = 0.0
        self.verdict = ""
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until told that the process ended."""
        while not self.ended.wait(_PERIOD_S):
            held = resident_mb(self._session)
            self.peak_mb = max(self.peak_mb, held)
            if held > self._limit:
                self.verdict = "died at limit"
            elif time.monotonic() > self._until:
                self.verdict = "timed out"
            if self.verdict:
                os.killpg(self._session, signal.SIGKILL)
                return


def resident_mb(session: int) -> float:
    """Resident memory of all processes of one session."""
    pages = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == session:
                    pages += int((folder / "statm").read_text().split()[1])
            except (OSError, IndexError):  # it ended in between
                continue
    return pages * _PAGE / 2**20


def measure(command: list[str], limit_mb: float, seconds: float) -> dict[str, object]:
    """Wall and CPU seconds, peak memory and how it ended: done, failed, died at limit, timed out."""
    started = time.perf_counter()
    process = subprocess.Popen(command, start_new_session=True)
    watch = Watch(process.pid, limit_mb, seconds)
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    watch.ended.set()
    watch.join()
    code = os.waitstatus_to_exitcode(status)
    return {
        "status": watch.verdict or ("failed" if code else "done"),
        "exit_code": code,
        "wall_s": round(wall, 3),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mb": round(max(usage.ru_maxrss / 1024, watch.peak_mb), 1),
    }


def main() -> None:
    """One command, its usage in a file."""
    limit_mb, seconds, target, *command = sys.argv[1:]
    Path(target).write_text(json.dumps(measure(command, float(limit_mb), float(seconds))))


if __name__ == "__main__":
    main()
