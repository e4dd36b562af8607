"""What an expunging does to each table of the ledger; one that is in none of these lists is one nobody thought of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import apsw
import orjson

from api.expunge.redaction import Redaction
from api.expunge.work import Work
from eligibility.exchange_tables import ExchangeTables
from eligibility.reviews.expunging import empty_reviews
from eligibility.reviews.snapshots import Snapshots
from eligibility.trail import Trail
from linkage.ledger.load_keys import LoadKeys

MADE_ANEW = frozenset(
    {"membership", "scored_pair", "node", "edge", "search_record", "search_term", "search_vehicle", "carrier_record"}
)
"""What follows from facts and identities: the load that withdraws the person leaves nothing of them there."""

NAMES_NOBODY = frozenset(
    {
        *("schema_version", "issue", "run", "identity", "redirect", "move", "outbox"),
        *("membership_kept_since", "graph_state", "graph_origin", "graph_follower", "trail_head", "review_letter"),
        *("screening", "screening_found", "service_key", "account", "session", "sqlite_sequence"),
        *("mask_key", "login_attempt", "declared_source", "policy_kept", "band_measure", "change_cleared"),
        *("change_era", "expunging", "tombstone", "tombstone_key", "sqlite_stat1", "sqlite_stat4"),
    }
)
"""Ids, counts, days and those who work with the program; an id by itself leads to nobody once the records are gone."""

DELETED: Mapping[str, str] = {
    "membership_change": "record_key IN records",
    "score": "identity_id IN identities",
    "score_history": "identity_id IN identities",
    "screened_last": "identity_id IN identities",
    "watch": "kind = 'driver' AND ref IN identities",
    "case_pin": "kind IN ('driver', 'reason') AND substr(ref, 1, 12) IN identities",  # a reason: id and incident
    "drawn_tie": "substr(a, instr(a, ':') + 1) IN identities OR substr(b, instr(b, ':') + 1) IN identities",
}
"""Rows that are about the person alone."""

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "load": ("options", "summary"),
    "load_file": ("path",),
    "clearance": ("reason", "withdrawn_reason"),
    "decision": ("a", "b", "reason"),
    "node_gone": ("key",),
    "review": ("key", "reason"),
    "review_round": ("reason",),
    "review_item": ("item",),
    "review_basis": ("record_key",),
    "review_note": ("text",),
    "review_finding": ("factor", "reason", "items"),
    "review_proposal": ("reason", "second_reason"),
    "review_appeal": ("grounds", "evidence", "decision_reason"),
    "review_opinion": ("reason",),
    "exchange_request": ("reason", "packet"),
    "exchange_chase": ("reason",),
    "port_action": ("raised", "before_", "after_", "reason"),
    "kept_answer": ("document",),
    "job": ("request", "result", "problem"),
    "sample": ("strata", "pairs"),
    "succession_ruling": ("reason",),
    "case_folder": ("title",),
    "case_pin": ("ref", "says", "note"),
    "case_note": ("text",),
    "drawn_tie": ("a", "b", "says", "source"),
    "saved_view": ("name", "state"),
    "view_note": ("text",),
    "watch": ("ref", "reason", "seen"),
    "link_answer": ("a", "b", "note"),
    "change": ("records",),
}
"""Columns that may name the person among others, or in words that somebody wrote."""

IN_ITS_OWN_WAY = frozenset({"trail", "review_snapshot", "graph_change", "load_key", "load_listed"})
_SETS = (
    "WITH records(v) AS (SELECT value FROM json_each(:records)), identities(v) AS (SELECT value FROM json_each(:ids)) "
)


def clean(connection: apsw.Connection, number: int, work: Work) -> tuple[dict[str, int], dict[str, Any]]:
    """Nothing in the ledger's tables names the person any more.

    Args:
        connection: inside the transaction, with the person withdrawn before.
        number: of the expunging, which is under way.

    Returns:
        Rows that were deleted or emptied by table, and what the step that tells of it has to hold: digests.
    """
    redaction = Redaction(number, work)
    emptied = empty_reviews(connection, work.identities, work.records)
    rows = {
        "review": len(emptied.reviews),
        "review_snapshot": len(emptied.digests),
        "exchange_request": ExchangeTables(connection).empty(work.requests),
    }
    for table, where in DELETED.items():
        _add(rows, table, _delete(connection, (table, where), work))

    def redacted(*text: Any) -> str | None:
        return redaction.of(*text)

    connection.create_scalar_function("redacted", redacted, 1, deterministic=True)
    try:
        for table, columns in WRITTEN.items():
            _add(rows, table, _redact(connection, table, columns))
    finally:
        connection.create_scalar_function("redacted", None, 1)
    LoadKeys(connection).forget()  # listed again from the files, once they hold nothing of the person
    shown = Snapshots(connection).redact(redaction.within)
    _add(rows, "review_snapshot", len(shown))
    told = Trail(connection).redact(lambda text: redaction.of(text) or "")
    _add(rows, "trail", len(told))
    connection.execute(
        "UPDATE graph_change SET nodes_removed = NULL, nodes_set = NULL, edges_removed = NULL, edges_set = NULL "
        "WHERE nodes_set IS NOT NULL"
    )
    _add(rows, "graph_change", int(connection.changes()))
    connection.execute("INSERT INTO search_term (search_term) VALUES ('optimize')")  # deleted words go for good
    found = {table: count for table, count in sorted(rows.items()) if count}
    return found, {"expunged": list(emptied.digests), "redacted": shown, "trail": told}


def _add(rows: dict[str, int], table: str, count: int) -> None:
    rows[table] = rows.get(table, 0) + count


def _delete(connection: apsw.Connection, what: tuple[str, str], work: Work) -> int:
    table, where = what
    given = {"records": _json(work.records), "ids": _json(work.identities)}
    connection.execute(f"{_SETS}DELETE FROM {table} WHERE {where}", given)  # noqa: S608 - of our own lists
    return int(connection.changes())


def _redact(connection: apsw.Connection, table: str, columns: tuple[str, ...]) -> int:
    changed = " OR ".join(f"{column} IS NOT redacted({column})" for column in columns)
    left = ", ".join(f"{column} = redacted({column})" for column in columns)
    connection.execute(f"UPDATE {table} SET {left} WHERE {changed}")  # noqa: S608 - of our own lists
    return int(connection.changes())


def _json(values: tuple[str, ...]) -> str:
    return orjson.dumps(values).decode()
