"""`python -m benchmarks.reliability WORLD`: how far the driver model's probabilities can be believed on a world.

Two tables: of the pairs it keeps, and of the memberships in identities of two records and more, where a record belongs
when its entity is the commonest of its identity.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.levels import persons_of
from linkage.model import load_model
from linkage.pipeline import Change, Previous, resolve
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR
from linkage.training.reliability import Reliability, reliability


def main() -> None:
    """One world, resolved from nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("world", type=Path)
    frame = persons_of(parser.parse_args().world, date(2026, 6, 30))
    persons = PERSON.conform(frame).drop("raw")
    nothing = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset())
    found = resolve(persons, Change(frozenset(persons["key"]), persons.head(0)), nothing, load_model())
    entity = frame.select("key", "entity")
    pairs = (
        found.pairs.join(entity, left_on="record_l", right_on="key")
        .join(entity, left_on="record_r", right_on="key", suffix="_r")
        .with_columns(is_true=pl.col("entity") == pl.col("entity_r"))
    )
    _print("kept pairs", pairs, "match_probability")
    members = found.memberships.join(entity, left_on="record_key", right_on="key").filter(
        pl.len().over("identity_id") > 1
    )
    size = pl.len().over("identity_id", "entity")
    members = members.with_columns(size=size).with_columns(
        is_true=pl.col("size") == pl.col("size").max().over("identity_id")
    )
    _print("memberships", members, "confidence")


def _print(name: str, rows: pl.DataFrame, column: str) -> None:
    curve: Reliability = reliability(rows[column].to_numpy(), rows["is_true"].to_numpy())
    print(f"{name}: {rows.height:,}, Brier {curve.brier:.5f}, expected calibration error {curve.expected_error:.5f}")
    for part in curve.bins:
        observed = f"{part.observed:.3f} ({part.lower:.3f} to {part.upper:.3f})"
        print(f"  {part.pairs:7,} said {part.predicted:.3f}, were {observed}")


if __name__ == "__main__":
    main()
