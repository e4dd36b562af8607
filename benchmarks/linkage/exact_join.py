"""A join on exact standardised name and birth date, run like an engine: how hard a set of driver records is."""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import polars as pl


def main() -> None:
    """One run from files to files, as `peers/splink_run.py` does it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task")
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sweep", action="store_true", help="changes nothing")
    options = parser.parse_args()
    records = pl.read_parquet(
        options.input / "records.parquet", columns=["record", "name_given", "name_surname", "born"]
    )
    join(records).write_parquet(options.out / "clusters.parquet")
    facts = {"versions": {"polars": version("polars")}, "threshold": "equal"}
    (options.out / "facts.json").write_text(json.dumps(facts))


def join(records: pl.DataFrame) -> pl.DataFrame:
    """Clusters (record, cluster); a record that lacks name or date stands alone."""
    name = pl.concat_str("name_given", "name_surname", "born", separator="|")
    return records.select("record", cluster=pl.coalesce(name, pl.concat_str(pl.lit("alone:"), "record")))


if __name__ == "__main__":
    main()
