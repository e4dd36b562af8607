"""`train`: a model from a table of the user's own, its report, and the guard's word on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from linkage.errors import SettingsError, SourceError, TrainingError
from linkage.model import load_model
from linkage.model_file import write_model
from linkage.pipeline.frames import for_columns
from linkage.pipeline.train import Options, Training, train
from linkage.standardise.plain import plain_records


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks to be trained.

    Args:
        model: name or file of the model to start from.
        columns: model field to column of the table, where its name does not say.
        out: where the model goes; None = nowhere, for the report alone.
        force: write a model that the guard refuses.
    """

    path: Path
    model: str = "person"
    columns: Mapping[str, str] = field(default_factory=dict)
    out: Path | None = None
    seed: int = 1
    force: bool = False


def train_model(request: TrainRequest) -> dict[str, Any]:
    """The `train` document: weights, blocking rules, expected matches, and what speaks against the model.

    Raises:
        SourceError: the table cannot be read.
        SettingsError: the output has no `.toml` name.
        TrainingError: the guard refuses the model, and `force` is not given; nothing is written.
    """
    if request.out is not None and request.out.suffix != ".toml":
        raise SettingsError("a model is written to a file that ends in .toml")
    started = time.perf_counter()
    model = load_model(request.model)
    records = plain_records(_read(request.path), model.fields, request.columns).sort("key")
    found = train(records, for_columns(model, records), None, Options(request.seed))
    document = _document(found, len(records)) | {"seconds": round(time.perf_counter() - started, 3)}
    if request.out is not None:
        if found.findings and not request.force:
            raise TrainingError(tuple(finding.message for finding in found.findings))
        write_model(found.model, request.out, _facts(found, len(records), request))
        document["model"] = str(request.out)
    return document


def _read(path: Path) -> pl.DataFrame:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise SourceError(path, "unknown-format", "a table ends in .csv or .parquet")
    try:
        return pl.read_csv(path, infer_schema=False) if path.suffix.lower() == ".csv" else pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SourceError(path, "unreadable", f"the table cannot be read ({type(error).__name__})") from error


def _facts(found: Training, records: int, request: TrainRequest) -> dict[str, Any]:
    return {
        "calibrated": False,
        "records": records,
        "expected_matches": round(found.matches),
        "started_from": request.model,
        "seed": request.seed,
        "method": "EM over samples of all blocking rules, u from random pairs; no labels",
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
        "calibrated": False,
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
