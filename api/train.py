"""`train`: a model from a table of the user's own, its report, and the guard's word on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from api.engine import HERE, Engine, Place
from api.spreadsheet import as_given, csv_text
from linkage.errors import SettingsError, SourceError, TrainingError
from linkage.model import load_model
from linkage.model_file import write_model
from linkage.pipeline.frames import for_columns
from linkage.pipeline.train import Options, Training, of_whole, questions, train
from linkage.schema import ISSUE
from linkage.standardise.plain import plain_records
from linkage.training.labels import Settled, parse, settle
from linkage.unreadable import UNREADABLE

MOST = 200_000
"""Records that a model is trained on, of a table on Spark."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks to be trained.

    Args:
        model: name or file of the model to start from.
        columns: model field to column of the table, where its name does not say.
        out: where the model goes; None = nowhere, for the report alone.
        labels: judgements of people (record_l, record_r, is_match, by, at).
        ask: pairs to put to people next, written to `questions`.
        force: write a model that the guard refuses.
        engine: where the table is read; on Spark a sample of `most` records is trained on.
    """

    path: Place
    model: str = "person"
    columns: Mapping[str, str] = field(default_factory=dict)
    out: Path | None = None
    labels: Path | None = None
    ask: int = 0
    questions: Path | None = None
    seed: int = 1
    force: bool = False
    engine: Engine = HERE
    most: int = MOST


def train_model(request: TrainRequest) -> dict[str, Any]:
    """The `train` document: weights, blocking rules, expected matches, and what speaks against the model.

    Raises:
        SourceError: the table cannot be read.
        SettingsError: the output has no `.toml` name.
        TrainingError: the guard refuses the model, and `force` is not given; nothing is written.
    """
    if request.out is not None and request.out.suffix != ".toml":
        raise SettingsError("a model is written to a file that ends in .toml")
    if bool(request.ask) != (request.questions is not None):
        raise SettingsError("--ask N and --questions FILE go together")
    started = time.perf_counter()
    model = load_model(request.model)
    if request.engine.sample is None:
        records = plain_records(_read(Path(request.path)), model.fields, request.columns).sort("key")
        total = records.height
    else:
        records, total = request.engine.sample(request.path, model, request.columns, request.most)
    settled, refused = _labels(request.labels)
    options = Options(request.seed, labels=None if settled is None else settled.pairs)
    found = of_whole(train(records, for_columns(model, records), None, options), len(records), total)
    document = _document(found, total) | {"labels": _labels_document(settled, refused), "sample": len(records)}
    if request.questions is not None:
        asked = questions(found, records["key"], request.ask, options)
        shown = _side_by_side(asked, records)
        request.questions.write_text(csv_text(shown.columns, shown.iter_rows()), "utf-8")
        document["asked"] = asked.height
    document["seconds"] = round(time.perf_counter() - started, 3)
    if request.out is not None:
        if found.findings and not request.force:
            raise TrainingError(tuple(finding.message for finding in found.findings))
        write_model(found.model, request.out, _facts(found, total, request))
        document["model"] = str(request.out)
    return document


def _read(path: Path) -> pl.DataFrame:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise SourceError(path, "unknown-format", "a table ends in .csv or .parquet")
    try:
        return pl.read_csv(path, infer_schema=False) if path.suffix.lower() == ".csv" else pl.read_parquet(path)
    except UNREADABLE as error:
        raise SourceError(path, "unreadable", f"the table cannot be read ({type(error).__name__})") from error


def _labels(path: Path | None) -> tuple[Settled | None, pl.DataFrame]:
    """What people said, one answer a pair, and the rows that say nothing (ISSUE)."""
    if path is None:
        return None, ISSUE.empty()
    rows = _read(path)
    plain = [as_given(name) for name in ("record_l", "record_r") if name in rows.columns]
    labels, refused = parse(rows.with_columns(plain))
    return settle(labels), refused


def _labels_document(settled: Settled | None, refused: pl.DataFrame) -> dict[str, Any] | None:
    if settled is None:
        return None
    return {
        "pairs": settled.pairs.height,
        "matches": int(settled.pairs["is_match"].sum()),
        "undecided": settled.undecided,
        "disputed": settled.disputed,
        "judged_twice": settled.double,
        "agreed": settled.agreed,
        "rejected": refused.drop("file").to_dicts(),
    }


def _side_by_side(asked: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the values of both records, and room for the answer; no score, which would lead the answer."""
    shown = [name for name in records.columns if name != "key"]
    sides = (
        asked.select(pl.col(f"record_{side}").alias("key"))
        .join(records, on="key", how="left", maintain_order="left")
        .select(pl.col(name).alias(f"{name}_{side}") for name in shown)
        for side in ("l", "r")
    )
    both = pl.concat([asked, *sides], how="horizontal")
    turned = [f"{name}_{side}" for name in shown for side in ("l", "r")]
    return both.select(
        "record_l", "record_r", *turned, *(pl.lit(None, pl.String).alias(n) for n in ("is_match", "by", "at"))
    )


def _facts(found: Training, records: int, request: TrainRequest) -> dict[str, Any]:
    return {
        "calibrated": found.model.is_calibrated,
        "records": records,
        "expected_matches": round(found.matches),
        "started_from": request.model,
        "seed": request.seed,
        "method": "EM over samples of all blocking rules, u from random pairs",
        "labels": 0 if request.labels is None else str(request.labels.name),
        "refused_because": [finding.message for finding in found.findings],
    }


def _document(found: Training, records: int) -> dict[str, Any]:
    return {
        "records": records,
        "expected_matches": found.matches,
        "reached_matches": found.reached,
        "estimated_recall": found.reached / found.matches if found.matches else 1.0,
        "never_compared": found.never_compared,
        "prior_bits": found.model.prior_random,
        "calibrated": found.model.is_calibrated,
        "reliability": None if found.reliability is None else asdict(found.reliability),
        "converged": found.fit.converged,
        "rounds": found.fit.rounds,
        "findings": [{"attribute": f.attribute, "rule": str(f.rule), "message": f.message} for f in found.findings],
        "rules": [
            {
                "rule": list(r.rule),
                "pairs": r.pairs,
                "matches": r.matches,
                "further_pairs": r.further,
                "further_matches": r.further_matches,
                "records_left_out": r.left_out,
                "chosen": r.is_chosen,
            }
            for r in found.rules
        ],
        "attributes": {
            name: {
                level: {"bits": figures.bits, "information": figures.information} for level, figures in a.levels.items()
            }
            for name, a in found.model.attributes.items()
        },
        "model": None,
    }
