"""The base rate of each band, measured on the workspace itself: scored again as of a year ago, and what came since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import apsw
import polars as pl

from api import scores
from api.measures.shares import LEAST_BASE, share_of
from graph.embedded import EmbeddedStore
from graph.hindsight import Followed, follow
from graph.policy import BANDS
from graph.policy_file import load_policy
from linkage.errors import SettingsError
from linkage.ledger import Workspace

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE band_measure (
        n         INTEGER PRIMARY KEY,
        policy    TEXT NOT NULL,
        cut       TEXT NOT NULL,
        until     TEXT NOT NULL,
        at        TEXT NOT NULL,
        by_       TEXT NOT NULL CHECK (by_ <> ''),
        document  TEXT NOT NULL                  -- counts alone: no person is in it
    );
    """,
)
FOLLOWED_DAYS = 365
"""How long after the cut is looked (assumed): a year, as docs/risk.md does with synthetic worlds."""
KINDS = ("own", "linked")


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The base rates that the present policy's bands have here, by kind of figure and band.

    Args:
        rows: by kind (own, linked), then band: as `share_of`; empty where nothing was measured.
    """

    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def of(self, kind: str, band: str | None) -> Mapping[str, Any] | None:
        """The row of a band; None where it was not measured."""
        return self.rows.get(kind, {}).get(band or "")


def measure_bands(workspace: Workspace, by: str) -> dict[str, Any]:
    """Everybody known a year before the day of the scores is scored as of then and followed since; counts are kept.

    Raises:
        SettingsError: nothing was loaded yet, or the workspace's history does not bear the measure.
    """
    policy = load_policy()
    with workspace.reading() as connection:
        until = scores.as_of(connection)
        if until is None:
            raise SettingsError("measures: nothing was loaded yet")
        cut = until - timedelta(days=FOLLOWED_DAYS)
        found = follow(EmbeddedStore(connection), policy, cut, until)
    if reason := lacking(found):
        raise SettingsError(f"measures: not measured, since {_SAID[reason]} (looked back to {cut})")
    document = {
        "people": found.rows.height,
        "incidents": found.incidents,
        "everybody": share_of(int(found.rows["is_later"].sum()), found.rows.height),
        "bands": [row for kind in KINDS for row in _bands(found.rows, kind)],
    }
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with workspace.transaction() as connection:
        connection.execute(
            "INSERT INTO band_measure (policy, cut, until, at, by_, document) VALUES (?, ?, ?, ?, ?, ?)",
            (policy.name, cut.isoformat(), until.isoformat(), at, by, json.dumps(document)),
        )
    return _stated(document, (policy.name, cut.isoformat(), until.isoformat(), at))


_SAID = {
    "nobody": "too few people were known a year before the day of the scores",
    "no_events": "no event of anybody was known by then",
    "nothing_later": "no event that counts happened in the year after",
}


def lacking(found: Followed) -> str | None:
    """Why the history does not bear the measure: nobody, no_events or nothing_later; None where it does."""
    if found.rows.height < LEAST_BASE:
        return "nobody"
    if not found.before:
        return "no_events"
    return None if found.incidents else "nothing_later"


def kept_measure(connection: apsw.Connection) -> dict[str, Any] | None:
    """The last measure, and whether the present policy made its bands; None where there is none."""
    row = connection.execute(
        "SELECT policy, cut, until, at, document FROM band_measure ORDER BY n DESC LIMIT 1"
    ).fetchone()
    return None if row is None else _stated(json.loads(row[4]), row[:4])


def base_rates(connection: apsw.Connection) -> BaseRates:
    """What stands beside a band; nothing where the bands of another policy were measured."""
    found = kept_measure(connection)
    if found is None or not found["is_of_this_policy"]:
        return BaseRates({})
    rows: dict[str, dict[str, Any]] = {}
    for row in found["bands"]:
        rows.setdefault(row["kind"], {})[row["band"]] = row
    return BaseRates(rows)


def day_looked_back_to(connection: apsw.Connection) -> date | None:
    """The day that a measure of now would look back to; None before the first load."""
    until = scores.as_of(connection)
    return until - timedelta(days=FOLLOWED_DAYS) if until else None


def _stated(document: dict[str, Any], of: tuple[str, str, str, str]) -> dict[str, Any]:
    policy, cut, until, at = of
    stated = {"policy": policy, "cut": cut, "until": until, "measured_at": at}
    return stated | {"is_of_this_policy": policy == load_policy().name} | document


def _bands(rows: pl.DataFrame, kind: str) -> list[dict[str, Any]]:
    """One row a band that the kind of figure has, with how many times as often as everybody, where that can be said."""
    everybody = rows["is_later"].mean()
    told = []
    for band in BANDS if kind == "own" else BANDS[:2]:
        here = rows.filter(pl.col(f"{kind}_band") == band)
        row = share_of(int(here["is_later"].sum()), here.height)
        times = row["share"] / everybody if row["share"] is not None and everybody else None
        told.append({"kind": kind, "band": band, **row, "times": times})
    return told
