"""The year: every month's files loaded in order, and after each load what it brought before reviewers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import apsw
import polars as pl

from api import scores
from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.rescoring import screen_workspace
from benchmarks.vetting.expected import Matter, Told, read_truth
from benchmarks.vetting.months import Month, write_months
from benchmarks.vetting.plain import make_plain
from eligibility.matters import Trigger
from eligibility.screening.lag import lag_table, read_found
from fixtures.world import WorldSettings, generate
from graph.embedded import EmbeddedStore
from linkage.ledger import Workspace

TOLD = frozenset({Trigger.OWN_EVENT, Trigger.LICENCE_WITHDRAWN, Trigger.ENROLMENT_EXPIRED, Trigger.COVERAGE_EXPIRED})
"""Triggers of which the truth is known load by load; merges, splits and possible links are linkage's own."""
_FOUND = (
    "SELECT r.review_id, r.current_id, r.key, f.trigger_ FROM screening_found f "
    "JOIN review_today r USING (review_id) WHERE f.screening_id = (SELECT max(screening_id) FROM screening)"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One load.

    Args:
        expected: matters that it should bring before reviewers.
        found: matters that it did, of the triggers in TOLD, by true person.
    """

    month: int
    file: str
    seconds: float
    document: dict[str, Any]
    expected: frozenset[Matter]
    found: frozenset[Matter]

    @property
    def missed(self) -> frozenset[Matter]:
        """Matters that should have come up."""
        return self.expected - self.found

    @property
    def extra(self) -> frozenset[Matter]:
        """Matters that should not have."""
        return self.found - self.expected


@dataclass
class Year:
    """What a year of loads did.

    Args:
        again: reviews opened or reopened by loading the files of each month a second time, and by a screening after it.
        linked_missed: drivers in the higher linked band at the end of a month, by a full scoring, without a review.
        twice: drivers with two reviews of one matter.
        opened: reviews by trigger, `rounds` what screening brought up by trigger.
        lag: rows of the lag table of records received after the start.
    """

    loads: list[Loaded] = field(default_factory=list)
    again: int = 0
    linked_missed: int = 0
    twice: int = 0
    opened: dict[str, int] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    lag: list[dict[str, Any]] = field(default_factory=list)
    drivers: int = 0


def run_year(
    settings: WorldSettings, folder: Path, *, is_plain: bool, report: Callable[[str], None] = lambda line: None
) -> Year:
    """A world of its own is made, and its last year loaded month by month.

    After each month everything is closed, as if a reviewer had retained every driver: what comes up again is new.

    Args:
        is_plain: linkage is given the true identities, by names that nobody can mistake.
    """
    whole = folder / "whole"
    generate(settings, whole)
    if is_plain:
        make_plain(whole)
    told = Told(read_truth(whole))
    months = write_months(whole, folder, settings.today)
    workspace = create_workspace(folder / "workspace")
    year = Year()
    for number, month in enumerate(months):
        for path, source in month.files:
            year.loads.append(_load(workspace, told, (number, month.day), (path, source)))
        year.linked_missed += _linked_missed(workspace, month.day)
        _close_all(workspace)
        if number:
            year.again += _again(workspace, month)
        count = sum(len(one.found) for one in year.loads if one.month == number)
        report(f"{month.day}: {len(month.files)} files, {count} matters brought up")
    _sum_up(workspace, year, months[0].day)
    return year


def _load(workspace: Workspace, told: Told, when: tuple[int, date], file: tuple[Path, str]) -> Loaded:
    (number, day), (path, source) = when, file
    started = time.perf_counter()
    document = load(workspace, LoadRequest((path,), source, day))
    seconds = time.perf_counter() - started
    expected = frozenset(told.load(path, day))
    with workspace.reading() as connection:
        found = _found(connection, told)
    return Loaded(number, path.name, seconds, document, expected, found)


def _found(connection: apsw.Connection, told: Told) -> frozenset[Matter]:
    """What the last screening brought up, by true person: of every enrolment record that the identity holds."""
    rows = connection.execute(_FOUND).fetchall()
    people: dict[str, set[str]] = {}
    for _, identity, _, _ in rows:
        records = connection.execute(
            "SELECT record_key FROM membership WHERE identity_id = ? AND record_key LIKE 'FAST/%'", (identity,)
        )
        people[identity] = {told.person_of[record] for (record,) in records}
    return frozenset(
        (person, key) for _, identity, key, trigger in rows if trigger in TOLD for person in people[identity]
    )


def _linked_missed(workspace: Workspace, day: date) -> int:
    """Members in the higher linked band, by a full scoring, whom no review of it is about."""
    with workspace.reading() as connection:
        figures, _ = scores.compute(EmbeddedStore(connection), day)
        members = {str(row[0]) for row in connection.execute("SELECT identity_id FROM screened_last JOIN screening "
                   "USING (screening_id) WHERE as_of = ?", (day.isoformat(),))}  # fmt: skip
        reviewed = {
            str(row[0]) for row in connection.execute("SELECT current_id FROM review_today WHERE key = 'linked_band'")
        }
    high = set(figures.filter(pl.col("linked_band") != "routine")["identity_id"])
    return len((high & members) - reviewed)


def _close_all(workspace: Workspace) -> None:
    with workspace.exclusive(), workspace.transaction() as connection:
        connection.execute(
            "UPDATE review SET state = 'closed', outcome = 'retain', closed_at = opened_at WHERE state <> 'closed'"
        )


def _again(workspace: Workspace, month: Month) -> int:
    """What the same month brings up when it is loaded and screened once more."""
    documents: Sequence[dict[str, Any]] = [
        *(load(workspace, LoadRequest((path,), source, month.day)) for path, source in month.files),
        screen_workspace(workspace, month.day),
    ]
    return sum(document.get(name, 0) for document in documents for name in ("reviews_opened", "reviews_reopened"))


def _sum_up(workspace: Workspace, year: Year, start: date) -> None:
    with workspace.reading() as connection:
        year.twice = int(
            connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM review_today GROUP BY current_id, key HAVING count(*) > 1)"
            ).get
        )
        year.opened = dict(connection.execute("SELECT trigger_, count(*) FROM review GROUP BY 1 ORDER BY 1").fetchall())
        year.rounds = dict(
            connection.execute("SELECT trigger_, count(*) FROM screening_found GROUP BY 1 ORDER BY 1").fetchall()
        )
        year.drivers = int(connection.execute("SELECT count(*) FROM screened_last").get)
        year.lag = lag_table(read_found(connection), start + timedelta(days=1)).to_dicts()
