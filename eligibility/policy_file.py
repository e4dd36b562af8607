"""The eligibility policy out of its files: every value with its source, nothing missing, nothing left over."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from eligibility.matters import Audience
from eligibility.policy import Consequence, EligibilityPolicy, Ground, Lookback, LookbackKind, Reason
from graph.policy import fold
from linkage.errors import ModelError

OUTCOMES = ("adverse", "retain", "refer")
_COLUMNS = ("code", "country", "authority", "category", "consequence", "lookback", "points", "description", "source")
_TOP = {"version", "lookback", "points", "cleared", "status", "reason", "event_type"}
_TABLES = {
    "lookback": {"none_stated_years"},
    "points": {"scale", "withheld"},
    "cleared": {"codes"},
    "status": {"arrest", "charge", "pardoned", "conviction", "in_force", "unstated"},
}


def load_eligibility_policy(path: Path | None = None) -> EligibilityPolicy:
    """The policy of a file, the shipped one by default, with the shipped table of grounds.

    Raises:
        ModelError: the file cannot be read, lacks a value or its source, has one too many, or one out of range.
    """
    return _of_file(path) if path else _shipped()


@cache
def _shipped() -> EligibilityPolicy:
    """Read once: the shipped file stays as it is while a process runs."""
    return _of_file(None)


def _of_file(path: Path | None) -> EligibilityPolicy:
    shipped = resources.files("eligibility")
    try:
        text = path.read_bytes() if path else (shipped / "eligibility_policy.toml").read_bytes()
        document = tomllib.loads(text.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _Wrong(f"{path}: {error}") from error
    table = (shipped / "data" / "grounds.csv").read_bytes()
    _require(set(document) == _TOP, f"needs exactly the entries {', '.join(sorted(_TOP))}")
    values, sources = _values(document)
    reasons = {row["code"]: _reason(row) for row in document["reason"]}
    by_category = {category: reason.code for reason in reasons.values() for category in reason.categories}
    cleared = frozenset(values["cleared.codes"])
    unstated = values["lookback.none_stated_years"]
    rows = list(csv.DictReader(table.decode().splitlines()))
    codes = {row["code"]: _ground(row, unstated, cleared, by_category) for row in rows}
    _require(len(codes) == len(rows), "a code stands twice in data/grounds.csv")
    _require(cleared <= set(codes), "cleared.codes names a code that data/grounds.csv has not")
    return EligibilityPolicy(
        version=str(document["version"]),
        digest=hashlib.sha256(text + b"\0" + table).hexdigest(),
        codes=codes,
        types=_types(document["event_type"], unstated, by_category),
        reasons=reasons,
        status_rank={name: int(values[f"status.{name}"]) for name in document["status"]},
        points_scale=str(values["points.scale"]),
        sources=sources,
    )


class _Wrong(ModelError):
    def __init__(self, text: str) -> None:
        super().__init__(f"eligibility policy: {text}")


def _require(is_so: bool, text: str) -> None:  # noqa: FBT001
    if not is_so:
        raise _Wrong(text)


def _values(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Every `{value, source}` of the file by its dotted name, and their sources likewise."""
    values, sources = {}, {}
    for table, names in _TABLES.items():
        _require(set(document[table]) == names, f"[{table}] needs exactly {', '.join(sorted(names))}")
        for name in names:
            entry = document[table][name]
            is_whole = isinstance(entry, dict) and set(entry) == {"value", "source"}
            _require(is_whole and bool(str(entry["source"]).strip()), f"{table}.{name} needs a value and a source")
            values[f"{table}.{name}"], sources[f"{table}.{name}"] = entry["value"], str(entry["source"])
    years = values["lookback.none_stated_years"]
    is_number = isinstance(years, int | float) and not isinstance(years, bool)
    _require(is_number and 0 <= years <= 100, "lookback.none_stated_years must be a number from 0 to 100")
    steps = [values[f"status.{name}"] for name in _TABLES["status"]]
    are_steps = all(isinstance(step, int) and not isinstance(step, bool) and 0 <= step < 10 for step in steps)
    _require(are_steps, "each status must be a whole number from 0 to 9")
    return values, sources


def _reason(row: Mapping[str, Any]) -> Reason:
    _require(set(row) == {"code", "for", "categories"}, "a reason needs code, for and categories and nothing else")
    _require(row["for"] in OUTCOMES, f"reason {row['code']}: for must be one of {', '.join(OUTCOMES)}")
    return Reason(row["code"], row["for"], frozenset(row["categories"]))


def _ground(row: Mapping[str, str], unstated: float, cleared: frozenset[str], by_category: Mapping[str, str]) -> Ground:
    code = row.get("code", "")
    _require(set(row) == set(_COLUMNS), f"data/grounds.csv needs exactly the columns {', '.join(_COLUMNS)}")
    _require(all(row[name].strip() for name in _COLUMNS if name != "points"), f"{code}: a value or its source is blank")
    _require(row["category"] in by_category, f"{code}: no reason code lists the category {row['category']}")
    return Ground(
        code=code,
        country=row["country"],
        authority=row["authority"],
        category=row["category"],
        consequence=_consequence(code, row["consequence"]),
        lookback=_lookback(code, row["lookback"], unstated),
        points=float(row["points"]) if row["points"] else None,
        description=row["description"],
        source=row["source"],
        audience=Audience.CLEARED if code in cleared else Audience.GENERAL,
        reason_code=by_category[row["category"]],
    )


def _types(rows: list[dict[str, Any]], unstated: float, by_category: Mapping[str, str]) -> dict[str, Ground]:
    wanted = {"name", "category", "consequence", "lookback", "source"}
    types = {}
    for row in rows:
        _require(set(row) == wanted and bool(row["source"].strip()), f"an event_type needs {', '.join(sorted(wanted))}")
        full = row | {"code": row["name"], "country": "any", "authority": "as the source says", "points": ""}
        full["description"] = row["name"].replace("_", " ").capitalize()
        del full["name"]
        _require(fold(row["name"]) not in types, f"event_type {row['name']} stands twice")
        types[fold(row["name"])] = _ground(full, unstated, frozenset(), by_category)
    return types


def _consequence(code: str, text: str) -> Consequence:
    allowed = [item.value for item in Consequence if item is not Consequence.UNMAPPED]
    _require(text in allowed, f"{code}: consequence must be one of {', '.join(allowed)}")
    return Consequence(text)


def _lookback(code: str, text: str, unstated: float) -> Lookback:
    if text == LookbackKind.NONE_STATED:
        return Lookback(LookbackKind.NONE_STATED, unstated or None)
    if text in (LookbackKind.LIFE, LookbackKind.IN_FORCE):
        return Lookback(LookbackKind(text))
    try:
        years = float(text)
    except ValueError:
        raise _Wrong(f"{code}: look-back {text} is none of years, life, none_stated, in_force") from None
    _require(0 < years <= 100, f"{code}: look-back must be from 0 to 100 years")
    return Lookback(LookbackKind.YEARS, years)
