"""`python -m benchmarks.levels WORLD...`: how often each level occurs among true, random and household pairs.

The bits of the shipped model are read off this table, on worlds that no reported figure uses.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from api.intake import intake
from fixtures.world.layout import loads
from linkage.compare import attribute_levels, encode
from linkage.model import load_model
from linkage.schema import PERSON, Kind
from linkage.sources import ReadOptions, load_manifest

Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
RANDOM_PAIRS = 3_000_000


def main() -> None:
    """One table over all worlds given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levels", description=__doc__)
    parser.add_argument("world", type=Path, nargs="+")
    names = attribute_levels(load_model())
    counts = [_counts(folder, names) for folder in parser.parse_args().world]
    print(f"{'attribute':14} {'level':14} {'true':>9} {'random':>9} {'household':>9} {'bits':>7} {'household':>9}")
    for attribute, levels in names.items():
        for code, level in enumerate(levels):
            if code:
                true, random, household = (_share(counts, which, attribute, code) for which in range(3))
                print(
                    f"{attribute:14} {level:14} {true:9.5f} {random:9.5f} {household:9.5f} "
                    f"{np.log2(true / random):7.2f} {np.log2(true / household):9.2f}"
                )


def persons_of(folder: Path, today: date) -> pl.DataFrame:
    """Person facts of a world, ordered by key, with `entity` and `family` from its truth."""
    frames = []
    for number, (path, source) in enumerate(loads(folder)):
        manifest = load_manifest(source)
        if Kind.PERSON in manifest.kinds:
            frames.append(intake(path, manifest, ReadOptions(), (number, today)).facts[Kind.PERSON])
    truth = pl.read_csv(folder / "truth.csv", infer_schema=False)
    people = pl.read_csv(folder / "people.csv", infer_schema=False)
    return (
        pl.concat(frames)
        .unique("key", keep="last")
        .join(
            truth.select(key=pl.col("source") + "/" + pl.col("record_id"), entity="entity_id", group="group"), on="key"
        )
        .join(people.select(entity="entity_id", family="family_id"), on="entity", how="left")
        .sort("key")
    )


def pairs_within(frame: pl.DataFrame, column: str, *, apart: str | None = None) -> Pairs:
    """Positions of all pairs of rows that share `column`, and differ in `apart` where given."""
    rows = (
        frame.with_row_index("at")
        .filter(pl.col(column).is_not_null())
        .select("at", column, *([apart] if apart else []))
    )
    pairs = rows.join(rows, on=column, suffix="_r").filter(pl.col("at") < pl.col("at_r"))
    if apart:
        pairs = pairs.filter(pl.col(apart) != pl.col(f"{apart}_r"))
    return pairs["at"].to_numpy().astype(np.int32), pairs["at_r"].to_numpy().astype(np.int32)


def _counts(folder: Path, names: Mapping[str, tuple[str, ...]]) -> list[dict[str, npt.NDArray[np.int64]]]:
    frame = persons_of(folder, date(2026, 6, 30))
    records = encode(PERSON.conform(frame), load_model())
    rng = np.random.default_rng(0)
    left, right = (rng.integers(0, len(frame), RANDOM_PAIRS, dtype=np.int32) for _ in range(2))
    entity = frame["entity"].rank("dense").to_numpy()
    other = entity[left] != entity[right]
    out = []
    for a, b in (
        pairs_within(frame, "entity"),
        (left[other], right[other]),
        pairs_within(frame, "family", apart="entity"),
    ):
        found = records.compare(a, b)
        out.append({name: np.bincount(found[name].levels, minlength=len(names[name])) for name in names})
    return out


def _share(counts: list[list[dict[str, npt.NDArray[np.int64]]]], which: int, attribute: str, code: int) -> float:
    """Share of a level among the pairs where both sides give the attribute; half a pair is added to each level."""
    table = sum(world[which][attribute] for world in counts)
    assert isinstance(table, np.ndarray)
    given = table[1:].sum()
    return float((table[code] + 0.5) / (given + 0.5 * (len(table) - 1)))


if __name__ == "__main__":
    main()
