"""`python -m faults [--kills N] [--seed N] [--out FILE] [--page FILE]`: all faults, with a table of what was lost."""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson

from faults.plan import all_faults
from faults.table import show, write_table


def main() -> int:
    """Exit code 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="processes to be killed, Neo4j aside (default 200)")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, help="file for the figures as JSON")
    parser.add_argument("--page", type=Path, help="page that holds the table between its marks")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        rows = [row.document() for row in all_faults(Path(folder), asked.kills, rng)]
    show(rows)
    if asked.page:
        write_table(asked.page, rows)
    if asked.out:
        about = {
            "at": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "seed": asked.seed,
        }
        asked.out.write_bytes(orjson.dumps(about | {"faults": rows}, option=orjson.OPT_INDENT_2) + b"\n")
    return int(any(row["lost"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
