"""The workspace: one SQLite ledger, the standardised rows of each load beside it, and their transactions."""

from linkage.ledger.decisions import Decision, Decisions
from linkage.ledger.facts import FactStore
from linkage.ledger.history import History, Run
from linkage.ledger.identity_tables import IdentityTables
from linkage.ledger.kept_connections import KeptConnections
from linkage.ledger.loads import FileSummary, Issue, LoadRow, LoadTables
from linkage.ledger.wal import write_ahead
from linkage.ledger.whole import damaged, damaged_ends, is_sealed, sums_of
from linkage.ledger.workspace import LEDGER, MERGED, RECORDS, Workspace

__all__ = [
    "LEDGER",
    "MERGED",
    "RECORDS",
    "Decision",
    "Decisions",
    "FactStore",
    "FileSummary",
    "History",
    "IdentityTables",
    "Issue",
    "KeptConnections",
    "LoadRow",
    "LoadTables",
    "Run",
    "Workspace",
    "damaged",
    "damaged_ends",
    "is_sealed",
    "sums_of",
    "write_ahead",
]
