"""The eligibility policy out of its files: every value with its source, nothing missing, nothing left over."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from eligibility.matters import Audience
from eligibility.policy import Consequence, EligibilityPolicy, Ground, Lookback, LookbackKind, Reason
from graph.policy import fold
from graph.sourced import read_policy, understood
from linkage.errors import ModelError

OUTCOMES = ("adverse", "retain", "refer")
_COLUMNS = ("code", "country", "authority", "category", "consequence", "lookback", "points", "description", "source")
_STATUSES = ("arrest", "charge", "pardoned", "conviction", "in_force", "unstated")


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


@understood("eligibility policy")
def _of_file(path: Path | None) -> EligibilityPolicy:
    shipped = resources.files("eligibility")
    reader, text = read_policy("eligibility policy", path, shipped / "eligibility_policy.toml")
    table = (shipped / "data" / "grounds.csv").read_bytes()
    version, reasons = reader.text("version"), {row["code"]: _reason(row) for row in reader.take("reason")}
    by_category = {category: reason.code for reason in reasons.values() for category in reason.categories}
    cleared = frozenset(reader.words("cleared.codes"))
    unstated = reader.number("lookback.none_stated_years", 0, 100)
    scale, types = str(reader.sourced("points.scale")), reader.take("event_type")
    reader.sourced("points.withheld")  # said, and used nowhere
    ranks = {name: reader.whole(f"status.{name}", 0, 9) for name in _STATUSES}
    reader.finish()
    rows = list(csv.DictReader(table.decode().splitlines()))
    codes = {row["code"]: _ground(row, unstated, cleared, by_category) for row in rows}
    _require(len(codes) == len(rows), "a code stands twice in data/grounds.csv")
    _require(cleared <= set(codes), "cleared.codes names a code that data/grounds.csv has not")
    return EligibilityPolicy(
        version=version,
        digest=hashlib.sha256(text + b"\0" + table).hexdigest(),
        codes=codes,
        types=_types(types, unstated, by_category),
        reasons=reasons,
        status_rank=ranks,
        points_scale=scale,
        sources=reader.sources,
    )


class _Wrong(ModelError):
    def __init__(self, text: str) -> None:
        super().__init__(f"eligibility policy: {text}")


def _require(is_so: bool, text: str) -> None:  # noqa: FBT001
    if not is_so:
        raise _Wrong(text)


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
