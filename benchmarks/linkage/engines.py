"""The engines, how each is started, and the environments of those that are not ours."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = ("splink", "recordlinkage", "goldenmatch")


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine in one configuration.

    Args:
        name: as in the table.
        peer: environment it runs in; none where it runs in this one.
        variant: what its script is asked for beside the task.
        kinds: kinds of task it can do; empty for all.
        module: of this package, where there is no peer.
        about: one line for the table's legend.
    """

    name: str
    peer: str | None
    about: str
    variant: str = ""
    kinds: tuple[str, ...] = ()
    module: str = "crosslane_run"

    def command(self, environments: Path, kind: str, source: Path, target: Path) -> list[str]:
        """The command line of one run."""
        arguments = ["--task", kind, "--input", str(source), "--out", str(target)]
        if self.variant:
            arguments += ["--variant", self.variant]
        if self.peer is None:
            return [sys.executable, "-m", f"benchmarks.linkage.{self.module}", *arguments]
        return [str(interpreter(environments, self.peer)), str(HERE / "peers" / f"{self.peer}_run.py"), *arguments]


_TABLES = ("historical_50k", "febrl4", "people", "border")
ENGINES = {
    engine.name: engine
    for engine in (
        Engine("crosslane", None, "this project"),
        Engine("exact", None, "join on exact name and birth date", kinds=("border", "senzing"), module="exact_join"),
        Engine("splink", "splink", "Splink, tuned as its documentation says"),
        Engine("splink_fast", "splink", "Splink with its default number of pairs for u", "fast", ("people",)),
        Engine("splink_fixed", "splink", "Splink, given name and date in conflict fixed by hand", "fixed", ("border",)),
        Engine("splink_fixed_more", "splink", "Splink, more conflicts fixed by hand", "fixed_more", ("border",)),
        Engine("recordlinkage", "recordlinkage", "recordlinkage, ECM", kinds=_TABLES[:3]),
        Engine("goldenmatch", "goldenmatch", "GoldenMatch, probabilistic", kinds=_TABLES),
    )
}


def interpreter(environments: Path, peer: str) -> Path:
    """Python of one peer's environment."""
    folder = environments / peer
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def setup(environments: Path) -> None:
    """Make the environments that are not there yet, from the pinned requirements in `peers/`."""
    for peer in PEERS:
        python = interpreter(environments, peer)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(environments / peer)], check=True)
            requirements = str(HERE / "peers" / f"{peer}.txt")
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        print(f"{peer}: {python}")
