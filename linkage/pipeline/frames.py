"""Library use: Polars frames or any Arrow table in, identities out; no workspace.

from linkage import dedupe, link
people = dedupe(frame)                      # one table, trained on itself
people.memberships                          # record, identity, confidence
pairs = link(left, right, "person").pairs   # two tables that hold nobody twice
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block
from linkage.errors import SettingsError, TrainingError
from linkage.model import Model, load_model
from linkage.pipeline.blocking_plan import rules_for
from linkage.pipeline.engine import Engine
from linkage.pipeline.frequencies import frequencies
from linkage.pipeline.train import Options, Training, train
from linkage.standardise.plain import plain_records

FEW = 1000
"""Records that a table is thought to come from, where rarity has to be counted in it and nothing is learned."""
MEMBERS = {"record": pl.String, "identity": pl.String, "confidence": pl.Float64}


@dataclass(frozen=True)
class Settings:
    """How to resolve a table.

    Args:
        columns: model field to the table's column, where its name does not say; `key` may be among them.
        train: learn weights and blocking rules from the table; else take the model as it is.
        rules: whether training may choose the blocking rules; else those of the model hold.
        threads: has no say in the outcome.
        seed: of training.
        force: use a trained model that the guard refuses.
    """

    columns: Mapping[str, str] | None = None
    train: bool = True
    rules: bool = True
    threads: int = min(2, os.cpu_count() or 1)
    seed: int = 1
    force: bool = False


@dataclass(frozen=True)
class Resolved:
    """What was found.

    Args:
        memberships: `record`, `identity` (key of its first record), `confidence`; ordered by record.
        pairs: SCORED_PAIR: kept pairs.
        candidates: pairs that blocking made.
        model: that was used.
        training: what it rests on, where it was trained here.
    """

    memberships: pl.DataFrame
    pairs: pl.DataFrame
    candidates: int
    model: Model
    training: Training | None


def dedupe(table: Any, model: Model | Path | str = "person", settings: Settings | None = None) -> Resolved:
    """Which rows of one table are one entity.

    Args:
        table: Polars frame, or anything that speaks Arrow.
        model: a model, its file, or the name of a shipped one.

    Raises:
        SettingsError: a column that `settings` names does not exist, or no column is of use to the model.
        TrainingError: the table cannot train the model; the message says why.
    """
    settings = settings or Settings()
    model = model if isinstance(model, Model) else load_model(model)
    records = plain_records(_frame(table), model.fields, settings.columns or {}).sort("key")
    return _resolve(records, None, model, settings)


def link(left: Any, right: Any, model: Model | Path | str = "person", settings: Settings | None = None) -> Resolved:
    """Which rows of two tables are one entity; each table holds nobody twice.

    Keys must not be in both tables.

    Raises:
        SettingsError: as `dedupe`, or a key is in both tables.
        TrainingError: as `dedupe`.
    """
    settings = settings or Settings()
    model = model if isinstance(model, Model) else load_model(model)
    sides = [plain_records(_frame(table), model.fields, settings.columns or {}) for table in (left, right)]
    records = pl.concat(
        [side.with_columns(side=pl.lit(number, dtype=pl.Int8)) for number, side in enumerate(sides)], how="diagonal"
    ).sort("key")
    if records["key"].n_unique() != len(records):
        raise SettingsError("a key is in both tables; make them distinct")
    return _resolve(records.drop("side"), records["side"].to_numpy(), model, settings)


def _resolve(records: pl.DataFrame, side: npt.NDArray[np.int8] | None, model: Model, settings: Settings) -> Resolved:
    model = for_columns(model, records)
    everyone = np.ones(len(records), dtype=np.bool_)
    training = None
    if settings.train:
        options = Options(settings.seed, keep_rules=not settings.rules, threads=settings.threads)
        training = train(records, model, side, options)
        if training.findings and not settings.force:
            raise TrainingError(tuple(finding.message for finding in training.findings))
        engine, entries = training.engine, training.entries
    else:
        if model.frequencies.is_empty():
            model = replace(model, frequencies=frequencies(records, model, FEW))
        model = replace(model, blocking=rules_for(records, model))
        engine = Engine(records, model, side=side, threads=settings.threads)
        made = block.block_keys(records, model.blocking)
        entries = block.active_entries(made, everyone, model.limits.block)
    pairs, candidates = engine.score_candidates(entries, everyone)
    partition = engine.cluster(pairs, everyone)
    keys = records["key"]
    memberships = pl.DataFrame(
        {"record": keys, "identity": keys.gather(partition.root), "confidence": partition.confidence}, schema=MEMBERS
    )
    return Resolved(memberships, pairs.frame(keys, engine.model), candidates, engine.model, training)


def for_columns(model: Model, records: pl.DataFrame) -> Model:
    """The model without the attributes and blocking rules that the records have no columns for."""
    attributes = {n: a for n, a in model.attributes.items() if set(a.columns) <= set(records.columns)}
    if not attributes:
        raise SettingsError(f"no column is of use to the model; it knows {', '.join(model.fields)}")
    rules = tuple(r for r in model.blocking if all(term.partition(".")[0] in records.columns for term in r))
    return model.restricted(attributes, rules)


def _frame(table: Any) -> pl.DataFrame:
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    try:
        frame = pl.DataFrame(table)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"a table of type {type(table).__name__} cannot be read as an Arrow table") from error
    return frame
