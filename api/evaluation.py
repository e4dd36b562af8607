"""The `evaluate` document: the workspace's identities against a truth file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from linkage.errors import SourceError
from linkage.evaluate import PREDICTED, PairScore, evaluate, evaluate_groups

NEEDED = ("source", "record_id", "entity_id")
GROUP = "group"


def read_truth(path: Path) -> pl.DataFrame:
    """Truth rows as text: source, record_id, entity_id and, where the file has it, group.

    Raises:
        SourceError: the file cannot be read, lacks a column, leaves one blank, or names a record twice differently.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise SourceError(path, "file-missing", "there is no such file") from None
    except (pl.exceptions.PolarsError, OSError):
        raise SourceError(path, "not-readable", "this is no UTF-8 CSV file of source,record_id,entity_id") from None
    frame = frame.rename({name: name.strip().lstrip("\ufeff") for name in frame.columns})
    for name in NEEDED:
        if name not in frame.columns:
            raise SourceError(path, "column-missing", f"the truth needs a column {name}", 1, name)
        blank = frame[name].fill_null("") == ""
        if blank.any():
            row = blank.arg_max() or 0
            raise SourceError(path, "value-missing", "every row needs a value here", row + 2, name)
    frame = frame.select(*NEEDED, *({GROUP} & set(frame.columns))).unique(maintain_order=True)
    doubled = frame.select(pl.struct("source", "record_id").is_duplicated()).to_series()
    if doubled.any():
        raise SourceError(
            path, "record-twice", f"{int(doubled.sum())} rows name one record with different entities or groups"
        )
    return frame


def evaluation(connection: apsw.Connection, truth: pl.DataFrame, sources: Collection[str] = ()) -> dict[str, Any]:
    """How well the identities agree with the truth, over the records of the truth only.

    Args:
        truth: as `read_truth` gives it.
        sources: only truth records of these sources count; none means all.
    """
    rows = truth.filter(pl.col("source").is_in(list(sources))) if sources else truth
    rows = rows.with_columns(pl.concat_str("source", "record_id", separator="/").alias("key"))
    found = connection.execute(
        "SELECT m.record_key, m.identity_id, r.country FROM membership m "
        "LEFT JOIN search_record r ON r.record_key = m.record_key"
    ).fetchall()
    held = pl.DataFrame(found, schema={**PREDICTED.columns, "country": pl.String}, orient="row")
    partition, labelled = held.select("key", "identity_id"), rows.select("key", "entity_id")
    result = evaluate(labelled, partition)
    countries = rows.join(held, on="key", how="left", maintain_order="left")["country"]
    by_group = {"country": evaluate_groups(labelled, partition, countries)}
    by_group["source"] = evaluate_groups(labelled, partition, rows["source"])
    if GROUP in rows.columns:
        by_group[GROUP] = evaluate_groups(labelled, partition, rows[GROUP])
    return {
        "records": result.records,
        "missing": result.missing,
        "entities": result.entities,
        "identities": result.identities,
        "pairs": pair_document(result.pairs),
        "b_cubed": {
            "precision": result.b_cubed.precision,
            "recall": result.b_cubed.recall,
            "f1": result.b_cubed.f1,
        },
        "by_group": {
            name: {label: pair_document(score) for label, score in scores.items()} for name, scores in by_group.items()
        },
    }


def pair_document(score: PairScore) -> dict[str, Any]:
    """Pair counts and ratios as JSON values."""
    return {
        "true": score.true,
        "predicted": score.predicted,
        "correct": score.correct,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }
