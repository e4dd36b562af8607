"""The policies in effect, value by value, kept by the workspace so that two versions can be laid side by side."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import apsw

from eligibility.coverage_policy import load_coverage_policy
from eligibility.exchange_policy import load_exchange_policy
from eligibility.matters import Audience
from eligibility.policy_file import load_eligibility_policy
from eligibility.screening.policy import load_screening_policy
from graph.policy_file import load_policy

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE policy_kept (
        kind      TEXT NOT NULL,
        name      TEXT NOT NULL,
        since     TEXT NOT NULL,                 -- when it was first in effect at a screening
        document  TEXT NOT NULL,                 -- dotted name -> [value, source]
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID;
    """,
)
Values = Mapping[str, tuple[str, str]]
"""Value and source by dotted name."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """Where a policy stands.

    Args:
        name: what decisions and scores call the version in effect.
        table: file beside it whose rows are by code, and the columns of it that decide.
    """

    package: str
    file: str
    name: Callable[[], str]
    table: str = ""
    columns: tuple[str, ...] = ()


FILES: Mapping[str, PolicyFile] = {
    "risk": PolicyFile(
        "graph", "risk_policy.toml", lambda: load_policy().name, "violations.csv", ("class", "severity", "lookback")
    ),
    "eligibility": PolicyFile(
        "eligibility",
        "eligibility_policy.toml",
        lambda: load_eligibility_policy().name,
        "grounds.csv",
        ("consequence", "lookback", "points"),
    ),
    "screening": PolicyFile("eligibility", "screening_policy.toml", lambda: load_screening_policy().name),
    "coverage": PolicyFile("eligibility", "coverage_policy.toml", lambda: load_coverage_policy().version),
    "exchange": PolicyFile("eligibility", "exchange_policy.toml", lambda: load_exchange_policy().version),
}


def keep_policies(connection: apsw.Connection, at: str) -> None:
    """Every policy in effect is kept, with the first time that it was.

    Args:
        connection: in a transaction.
    """
    held = set(connection.execute("SELECT kind, name FROM policy_kept"))
    for kind, file in FILES.items():
        if (kind, file.name()) not in held:
            document = json.dumps(values_of(kind))
            connection.execute("INSERT INTO policy_kept VALUES (?, ?, ?, ?)", (kind, file.name(), at, document))


def kept_policies(connection: apsw.Connection) -> dict[str, dict[str, str]]:
    """By kind, the names of the versions kept and since when, oldest first."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in FILES}
    for kind, name, since in connection.execute("SELECT kind, name, since FROM policy_kept ORDER BY since, name"):
        found[kind][name] = since
    return found


def kept_values(connection: apsw.Connection, kind: str, name: str) -> Values | None:
    """The values of a version; None where the workspace does not keep it and it is not the one in effect."""
    text = connection.execute("SELECT document FROM policy_kept WHERE kind = ? AND name = ?", (kind, name)).get
    if text is None:
        return values_of(kind) if name == FILES[kind].name() else None
    return {key: (str(value), str(source)) for key, (value, source) in json.loads(text).items()}


@cache
def values_of(kind: str) -> Values:
    """Every value of the policy in effect with its source; what is for cleared reviewers alone is left out."""
    file = FILES[kind]
    folder = resources.files(file.package)
    document = tomllib.loads((folder / file.file).read_text("utf-8"))
    document.pop("version")
    found = dict(_leaves(document))
    if file.table:
        rows = csv.DictReader((folder / "data" / file.table).read_text("utf-8").splitlines())
        found |= {
            f"code.{row['code']}": (", ".join(row[name] or "none" for name in file.columns), row.get("source", ""))
            for row in rows
        }
    cleared = {
        f"code.{ground.code}"
        for ground in load_eligibility_policy().codes.values()
        if ground.audience is Audience.CLEARED
    }
    return {name: value for name, value in found.items() if name not in cleared and not name.startswith("cleared.")}


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    for name, value in table.items():
        if isinstance(value, list):
            yield from (_row(f"{prefix}{name}", row) for row in value)
        elif set(value) == {"value", "source"}:
            yield f"{prefix}{name}", (_text(value["value"]), value["source"])
        else:
            yield from _leaves(value, f"{prefix}{name}.")


def _row(name: str, row: Mapping[str, Any]) -> tuple[str, tuple[str, str]]:
    """One entry of a list of tables: named by its code or name, and the severity from which it applies."""
    title = [str(row[key]) for key in ("code", "name", "from_severity") if key in row]
    said = [_text(value) for key, value in row.items() if key not in ("code", "name", "from_severity", "source")]
    return ".".join([name, *title]), ("; ".join(said), str(row.get("source", "")))


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
