"""A blind sample of pairs for people to judge, and what it says about the run once they have.

Pairs come two records side by side, in a random order of pairs and of sides, without a score. Which stratum each was
drawn from stays in the ledger.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import polars as pl

from api.progress import Progress, Silent, percent
from api.show import SHOWN
from api.spreadsheet import as_given
from linkage import block
from linkage.compare import common_values
from linkage.errors import SettingsError, SourceError, TrainingError, UnknownRecord
from linkage.ledger import History, Workspace
from linkage.model import Model, load_model
from linkage.pipeline.engine import Engine
from linkage.schema import PERSON, Kind
from linkage.training.assess import DRAWN_PAIR, EDGES, RUN_PAIR, Assessment, Stratum, assess, draw
from linkage.training.labels import parse, settle
from linkage.unreadable import UNREADABLE

MIGRATIONS: tuple[str, ...] = (
    "CREATE TABLE sample ("
    "n INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run (run_id), model TEXT NOT NULL, "
    "size INTEGER NOT NULL, seed INTEGER NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, "
    "strata TEXT NOT NULL, pairs TEXT NOT NULL)",
)

COVERS = (
    "Recall covers the pairs that a blocking rule brought together and that weigh at least "
    f"{EDGES[0]:g} bits; what was never compared is not in it."
)
SHOWN_BESIDE = (*SHOWN, "city", "region", "postal_code")
_ANSWER = ("is_match", "by", "at")


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample: the document, and the rows of its file."""

    document: dict[str, Any]
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def draw_sample(workspace: Workspace, size: int, seed: int, by: str, progress: Progress | None = None) -> Sample:
    """Pairs of the present identities to be judged, noted in the ledger.

    Args:
        size: pairs to draw.
        by: who asks.

    Raises:
        SettingsError: nothing was loaded yet, or the size is no number of pairs.
    """
    if size < 1:
        raise SettingsError("--sample: give the number of pairs to draw, 1 or more")
    model = load_model()
    with workspace.reading() as connection:
        runs = History(connection).runs()
    if not runs:
        raise SettingsError("evaluate --sample: nothing was loaded yet")
    progress = progress or Silent()
    progress.stage("comparing", 100)
    try:
        drawn = draw(run_pairs(workspace, model, progress), size, seed)
    except TrainingError as error:
        raise SettingsError(f"evaluate --sample: {error}") from error
    at = datetime.now(UTC).isoformat(timespec="seconds")
    run = runs[-1]
    with workspace.exclusive(), workspace.transaction() as connection:
        n = int(connection.execute("SELECT coalesce(max(n), 0) + 1 FROM sample").get)
        connection.execute(
            "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (n, run.run_id, run.model, size, seed, by, at, json.dumps([_stratum(s) for s in drawn.strata]),
             json.dumps(drawn.key.rows())),
        )  # fmt: skip
    columns, rows = _side_by_side(workspace, drawn.pairs, (n, seed))
    document = {
        "sample": n,
        "run": run.run_id,
        "drawn": drawn.pairs.height,
        "pairs": sum(stratum.pairs for stratum in drawn.strata),
        "strata": [_stratum(stratum) for stratum in drawn.strata],
        "covers": COVERS,
    }
    return Sample(document, columns, rows)


def judge_sample(workspace: Workspace, path: Path, by: str) -> dict[str, Any]:
    """What a judged file says about the run that its sample was drawn from.

    Args:
        by: counts as the judge of rows that name none.

    Raises:
        SourceError: the file cannot be read, or is none of a sample of this workspace.
    """
    rows = _read(path, by)
    labels, rejected = parse(rows)
    settled = settle(labels)
    with workspace.reading() as connection:
        sample = _sample_of(connection, path, rows)
    strata = tuple(_as_stratum(item) for item in json.loads(sample["strata"]))
    key = _key(sample["pairs"])
    try:
        found = assess(strata, key, settled.pairs)
    except TrainingError as error:
        raise SourceError(path, "nothing-judged", str(error)) from error
    names = ("line", "column", "rule", "message")
    return {
        "sample": sample["n"],
        "run": sample["run_id"],
        "model": sample["model"],
        **_estimate(found),
        "undecided": settled.undecided,
        "disputed": settled.disputed,
        "double": settled.double,
        "agreed": settled.agreed,
        "rejected": [
            {"file": str(path), **dict(zip(names, row, strict=True))} for row in rejected.select(names).iter_rows()
        ],
        "covers": COVERS,
    }


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample as the ledger keeps it.

    Args:
        strata: what it was drawn from, from low to high weight.
        key: frame DRAWN_PAIR.
    """

    number: int
    run_id: int
    size: int
    by: str
    at: str
    strata: tuple[Stratum, ...]
    key: pl.DataFrame


def samples_of(connection: apsw.Connection) -> list[Drawn]:
    """Every sample ever drawn, the newest first."""
    rows = connection.execute("SELECT n, run_id, size, by, at, strata, pairs FROM sample ORDER BY n DESC")
    return [
        Drawn(n, run, size, by, at, tuple(_as_stratum(one) for one in json.loads(strata)), _key(pairs))
        for n, run, size, by, at, strata, pairs in rows
    ]


def pairs_of(connection: apsw.Connection, number: int) -> list[tuple[str, str]]:
    """The pairs of a sample, each with the lower record first.

    Raises:
        UnknownRecord: there is no such sample.
    """
    pairs = connection.execute("SELECT pairs FROM sample WHERE n = ?", (number,)).get
    if pairs is None:
        raise UnknownRecord("there is no such sample")
    return list(_key(str(pairs)).select("record_l", "record_r").iter_rows())


def run_pairs(workspace: Workspace, model: Model, progress: Progress) -> pl.DataFrame:
    """Frame RUN_PAIR: compared pairs from the lowest stratum up, and all pairs that are together."""
    persons = workspace.facts(Kind.PERSON, PERSON.without("raw"))
    wide = replace(model, thresholds=replace(model.thresholds, possible=min(model.thresholds.possible, EDGES[0])))
    everyone = np.ones(persons.height, dtype=np.bool_)
    entries = block.active_entries(block.block_keys(persons, wide.blocking), everyone, wide.limits.block)
    engine = Engine(persons, wide, common_values(persons, wide))
    scored = engine.score_candidates(entries, everyone, percent(progress))[0].frame(persons["key"], wide)
    identity = workspace.memberships().select("record_key", "identity_id")
    named = scored.join(identity, left_on="record_l", right_on="record_key").join(
        identity, left_on="record_r", right_on="record_key", suffix="_r"
    )
    compared = named.with_columns(is_link=pl.col("identity_id") == pl.col("identity_id_r"))
    together = identity.join(identity, on="identity_id", suffix="_r").filter(
        pl.col("record_key") < pl.col("record_key_r")
    )
    unmet = together.select(record_l="record_key", record_r="record_key_r").join(
        scored, on=["record_l", "record_r"], how="anti"
    )
    return pl.concat([RUN_PAIR.conform(compared), _weighed(engine, persons["key"], unmet)])


def _weighed(engine: Engine, keys: pl.Series, pairs: pl.DataFrame) -> pl.DataFrame:
    """Frame RUN_PAIR of pairs that are together without having been compared."""
    place = pl.DataFrame({"key": keys, "at": np.arange(len(keys), dtype=np.int32)})
    ends = pairs.join(place, left_on="record_l", right_on="key").join(
        place, left_on="record_r", right_on="key", suffix="_r"
    )
    weight = engine.compare(ends["at"].to_numpy(), ends["at_r"].to_numpy())[1].weight
    probability = 1.0 / (1.0 + np.exp2(-np.clip(weight, -60, 60)))
    told = ends.select(
        "record_l", "record_r", match_weight=pl.Series(weight, dtype=pl.Float64),
        match_probability=pl.Series(probability, dtype=pl.Float64), is_link=pl.lit(value=True),
    )  # fmt: skip
    return RUN_PAIR.conform(told)


def _side_by_side(
    workspace: Workspace, pairs: pl.DataFrame, sample: tuple[int, int]
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Columns and rows of the file: two records side by side, each attribute of both in neighbouring columns."""
    number, seed = sample
    keys = pl.concat([pairs["record_l"], pairs["record_r"]]).unique()
    facts = workspace.facts(Kind.PERSON, ["key", *SHOWN_BESIDE]).filter(pl.col("key").is_in(keys.implode()))
    held = {row["key"]: row for row in facts.iter_rows(named=True)}
    shown = [name for name in SHOWN_BESIDE if any(row[name] for row in held.values())]
    turned = np.random.default_rng([seed, number]).random(pairs.height) < 0.5
    rows = []
    for place, ((left, right), is_turned) in enumerate(zip(pairs.iter_rows(), turned.tolist(), strict=True), 1):
        ends = (right, left) if is_turned else (left, right)
        values = [held[end][name] for name in shown for end in ends]
        rows.append((number, place, *ends, *values, "", "", ""))
    sides = [f"{name}_{side}" for name in shown for side in ("l", "r")]
    return ("sample", "pair", "record_l", "record_r", *sides, *_ANSWER), rows


def _read(path: Path, by: str) -> pl.DataFrame:
    try:
        rows = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise SourceError(path, "file-missing", "there is no such file") from None
    except UNREADABLE:
        raise SourceError(path, "not-readable", "this is no UTF-8 CSV file of a sample") from None
    for name in ("sample", "record_l", "record_r", *_ANSWER):
        if name not in rows.columns:
            raise SourceError(path, "column-missing", f"a judged sample needs a column {name}", 1, name)
    today = datetime.now(UTC).date().isoformat()
    plain = rows.with_columns(as_given("record_l"), as_given("record_r"))
    return plain.with_columns(
        by=pl.when(pl.col("by").fill_null("") != "").then("by").otherwise(pl.lit(by)),
        at=pl.when(pl.col("at").fill_null("") != "").then("at").otherwise(pl.lit(today)),
    )


def _sample_of(connection: apsw.Connection, path: Path, rows: pl.DataFrame) -> dict[str, Any]:
    """The ledger's row of the one sample that the file is of."""
    numbers = rows["sample"].drop_nulls().unique().to_list()
    names = ("n", "run_id", "model", "strata", "pairs")
    if len(numbers) == 1 and numbers[0].isdigit():
        row = connection.execute(
            "SELECT n, run_id, model, strata, pairs FROM sample WHERE n = ?", (int(numbers[0]),)
        ).fetchone()
        if row:
            return dict(zip(names, row, strict=True))
    raise SourceError(path, "no-sample", "its column sample names no sample of this workspace", 2, "sample")


def _estimate(found: Assessment) -> dict[str, Any]:
    shares = {name: asdict(getattr(found, name)) for name in ("precision", "recall", "f1")}
    return {"judged": found.judged, "unjudged": found.unjudged, **shares, "matches": found.matches}


def _key(pairs: str) -> pl.DataFrame:
    return pl.DataFrame(json.loads(pairs), schema=DRAWN_PAIR.columns, orient="row")


def _stratum(stratum: Stratum) -> dict[str, Any]:
    """As JSON, where nothing is infinite."""
    fields = asdict(stratum)
    return {name: None if isinstance(v, float) and math.isinf(v) else v for name, v in fields.items()}


def _as_stratum(item: dict[str, Any]) -> Stratum:
    low = -math.inf if item["low"] is None else item["low"]
    return Stratum(**item | {"low": low, "high": math.inf if item["high"] is None else item["high"]})
