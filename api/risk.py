"""The `risk` document: own and linked risk with their reasons, and beside them what was ever checked."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from api import scores
from api.carrier_records import KeptRecords
from api.cleared import is_for_everybody, risk_for_everybody
from api.coverage import coverage_rows
from api.graph_store import LEDGER, GraphStoreChoice, open_graph
from eligibility.policy_file import load_eligibility_policy
from graph.explain import risk_of
from graph.policy_file import load_policy
from linkage.ledger import IdentityTables, Workspace


def risk(workspace: Workspace, ref: str, as_of: date | None = None, store: GraphStoreChoice = LEDGER) -> dict[str, Any]:
    """The driver's score with its routes, as known on a day.

    Args:
        ref: identity id, former id or source/record_id.
        as_of: the day; None = the day the table of scores is for.
        store: where the graph is read.

    Raises:
        UnknownRecord: the reference names nothing.
        StoreUnavailable: the store does not answer or lags behind the ledger.
    """
    may_tell = partial(is_for_everybody, policy=load_eligibility_policy())
    with workspace.reading() as connection:
        tables = IdentityTables(connection)
        identity = tables.require(ref)
        day = as_of or scores.as_of(connection)
        assert day is not None, "the load that brought the driver scored everybody"
        records = tables.records_of(identity)
        with open_graph(connection, store) as reader:
            kept = KeptRecords(connection, day)
            report = risk_of(reader, load_policy(), identity, day, kept, may_tell)
    return risk_for_everybody(report.to_document()) | {"coverage": coverage_rows(workspace, records, day)}
