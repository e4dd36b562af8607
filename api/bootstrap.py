"""The composition root: workspaces with the tables of every layer."""

from __future__ import annotations

from pathlib import Path

from api import (
    carrier_records,
    changes,
    kept_answers,
    keys,
    restriction,
    sample,
    scores,
    search_index,
    succession_rulings,
)
from api.accounts.migrations import MIGRATIONS as ACCOUNT_MIGRATIONS
from api.casework.migrations import MIGRATIONS as CASEWORK_MIGRATIONS
from api.jobs import tables as job_tables
from api.link_review import MIGRATIONS as LINK_REVIEW_MIGRATIONS
from api.measures.hindsight import MIGRATIONS as MEASURE_MIGRATIONS
from api.policies.kept import MIGRATIONS as POLICY_MIGRATIONS
from eligibility.migrations import MIGRATIONS as ELIGIBILITY_MIGRATIONS
from graph.embedded import MIGRATIONS as GRAPH_MIGRATIONS
from linkage.ledger import Workspace


def create_workspace(path: Path) -> Workspace:
    """A workspace at `path`, new or as it was, with all tables.

    Raises:
        LedgerError: the path is a file or a folder of other things.
    """
    return _migrated(Workspace.create(path))


def open_workspace(path: Path) -> Workspace:
    """The workspace at `path`, its tables brought up to this version.

    Raises:
        LedgerError: there is none, or a newer version wrote it.
    """
    return _migrated(Workspace.open(path))


def _migrated(workspace: Workspace) -> Workspace:
    for package, scripts in (
        ("graph", GRAPH_MIGRATIONS),
        ("scores", scores.MIGRATIONS),
        ("carrier_records", carrier_records.MIGRATIONS),
        ("search", search_index.MIGRATIONS),
        ("eligibility", ELIGIBILITY_MIGRATIONS),
        ("keys", keys.MIGRATIONS),
        ("accounts", ACCOUNT_MIGRATIONS),
        ("restriction", restriction.MIGRATIONS),
        ("kept_answers", kept_answers.MIGRATIONS),
        ("jobs", job_tables.MIGRATIONS),
        ("sample", sample.MIGRATIONS),
        ("succession_rulings", succession_rulings.MIGRATIONS),
        ("casework", CASEWORK_MIGRATIONS),
        ("link_review", LINK_REVIEW_MIGRATIONS),
        ("policies", POLICY_MIGRATIONS),
        ("measures", MEASURE_MIGRATIONS),
        ("changes", changes.MIGRATIONS),
    ):
        workspace.migrate(package, scripts)
    return workspace
