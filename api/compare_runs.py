"""The `compare` document: what merged, split and moved between two runs or two files of identities, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from api.run_reasons import Reasons
from api.run_span import Span
from linkage.errors import SourceError
from linkage.evaluate import PREDICTED, Changes, Merged, Moved, Split, compare_partitions
from linkage.ledger import Decisions, History, LoadTables, Run, Workspace
from linkage.model import load_model
from linkage.unreadable import UNREADABLE

Because = Callable[[Merged | Split | Moved], list[dict[str, Any]]]

_COLUMNS = ("source", "record_id", "identity_id")


def compare_runs(workspace: Workspace, first: int, second: int | None = None) -> dict[str, Any]:
    """What changed from after one run to after another, with the reasons.

    Args:
        second: the latest one where it is None.

    Raises:
        SettingsError: there is no such run, or nothing was kept of who was who then.
    """
    with workspace.reading() as connection:
        history = History(connection)
        earlier = history.require(first)
        later = history.require(second) if second is not None else history.runs()[-1]
        if later.run_id < earlier.run_id:
            earlier, later = later, earlier
        before = history.partition(earlier.run_id, workspace.fact_store)
        after = history.partition(later.run_id, workspace.fact_store)
        changes = compare_partitions(before, after)
        span = Span(workspace, connection, earlier, later, before, after, changes, load_model())
        document = _document(changes, Reasons(span).of)
        runs = {"run1": run_document(connection, earlier), "run2": run_document(connection, later)}
    return runs | document


def compare_files(first: Path, second: Path) -> dict[str, Any]:
    """What lies between two files as `identities --format csv` writes them; files give no reasons.

    Raises:
        SourceError: a file cannot be read, or lacks a column.
    """
    changes = compare_partitions(_read(first), _read(second))
    return {"run1": {"file": str(first)}, "run2": {"file": str(second)}} | _document(changes, lambda _: [])


def list_runs(connection: apsw.Connection) -> list[dict[str, Any]]:
    """All runs with what they did, oldest first."""
    counted = connection.execute("SELECT run_id, kind, count(*) FROM move GROUP BY run_id, kind").fetchall()
    moves: dict[int, dict[str, int]] = {}
    for run_id, kind, number in counted:
        moves.setdefault(int(str(run_id)), {})[str(kind)] = int(str(number))
    return [
        run_document(connection, run) | {name: moves.get(run.run_id, {}).get(kind, 0) for name, kind in _MOVES.items()}
        for run in History(connection).runs()
    ]


_MOVES = {"created": "mint", "grown": "grow", "merged": "merge", "split": "split", "retired": "retire"}


def run_document(connection: apsw.Connection, run: Run) -> dict[str, Any]:
    """A run with what caused it: the load's source and mode, or the decision."""
    document: dict[str, Any] = {"run": run.run_id, "cause": run.cause, "ref": run.ref, "at": run.at, "model": run.model}
    if run.cause == "load":
        load = LoadTables(connection).get(run.ref)
        return document | ({"source": load.source, "mode": load.mode} if load else {})
    if run.cause in ("decision", "undo"):
        decision = Decisions(connection).get(run.ref)
        return document | {"judgement": decision.judgement, "a": decision.a, "b": decision.b, "by": decision.by}
    return document


def _document(changes: Changes, because: Because) -> dict[str, Any]:
    """The lists with numbers of reasons, each reason once."""
    listed: list[dict[str, Any]] = []
    number: dict[str, int] = {}

    def numbers(change: Merged | Split | Moved) -> list[int]:
        found = []
        for reason in because(change):
            text = repr(sorted(reason.items(), key=lambda item: item[0]))
            if text not in number:
                number[text] = len(listed)
                listed.append({"n": number[text], **reason})
            found.append(number[text])
        return found

    document = {
        "records": {
            "common": changes.common,
            "added": len(changes.added),
            "removed": len(changes.removed),
        },
        "identities": {"before": changes.before, "after": changes.after, "unchanged": changes.unchanged},
        "merged": [
            {"into": one.into, "from": list(one.former), "records": _lists(one.records), "reasons": numbers(one)}
            for one in changes.merged
        ],
        "split": [
            {"from": one.former, "into": list(one.into), "records": _lists(one.records), "reasons": numbers(one)}
            for one in changes.split
        ],
        "moved": [
            {"record": one.record, "from": one.former, "to": one.now, "reasons": numbers(one)} for one in changes.moved
        ],
    }
    return document | {"reasons": listed}


def _lists(records: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(keys) for name, keys in records.items()}


def _read(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise SourceError(path, "file-missing", "there is no such file") from None
    except UNREADABLE:
        raise SourceError(path, "not-readable", "this is no UTF-8 CSV file of source,record_id,identity_id") from None
    for name in _COLUMNS:
        if name not in frame.columns:
            raise SourceError(path, "column-missing", f"a file of identities needs a column {name}", 1, name)
    named = frame.select(
        key=pl.concat_str("source", "record_id", separator="/"), identity_id="identity_id"
    ).drop_nulls()
    if named["key"].is_duplicated().any():
        raise SourceError(path, "record-twice", "a record is in two rows")
    return PREDICTED.check(named.sort("key"))
