"""All person facts of a synthetic world, standardised once and kept in Parquet for every measurement."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from api.intake import intake
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import PERSON_FILES, loads
from linkage.schema import PERSON, Kind
from linkage.sources import ReadOptions, load_manifest


def make(people: int, seed: int, folder: Path) -> Path:
    """A file of PERSON rows without `raw`, ordered by key, each key once."""
    out = folder / f"people-{people}-{seed}.parquet"
    if not out.exists():
        settings = WorldSettings(people, seed)
        world = folder / f"world-{people}-{seed}"
        generate(settings, world)
        wanted = {file.name for file in PERSON_FILES}
        frames = []
        for number, (path, source) in enumerate(one for one in loads(world) if one[0].name in wanted):
            taken = intake(path, load_manifest(source), ReadOptions(), (number, settings.today))
            frames.append(taken.facts[Kind.PERSON].select(PERSON.without("raw")))
            del taken
        whole = pl.concat(frames).unique("key", keep="last", maintain_order=True).sort("key")
        whole.write_parquet(out)
    return out
