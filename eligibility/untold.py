"""What the tables of eligibility hold and the trail does not tell, or tells otherwise: no command of ours wrote it."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

_HELD = {
    "review opened": "SELECT 'review:' || review_id, 1 FROM review",
    "review note": "SELECT 'review:' || review_id, count(*) FROM review_note WHERE kind = 'note' GROUP BY 1",
    "review information asked": (
        "SELECT 'review:' || review_id, count(*) FROM review_note WHERE kind = 'request' GROUP BY 1"
    ),
    "review information answered": (
        "SELECT 'review:' || review_id, count(*) FROM review_note WHERE kind = 'answer' GROUP BY 1"
    ),
    "review factor resolved": "SELECT 'review:' || review_id, count(*) FROM review_finding GROUP BY 1",
    "review closed": (
        "SELECT 'review:' || review_id, count(*) FROM review_proposal WHERE verdict = 'final' GROUP BY 1"
    ),
    "review signed": (
        "SELECT 'review:' || review_id, count(*) FROM review_proposal WHERE verdict = 'signed' GROUP BY 1"
    ),
    "review appealed": "SELECT 'review:' || review_id, count(*) FROM review_appeal GROUP BY 1",
    "review appeal granted": (
        "SELECT 'review:' || review_id, count(*) FROM review_appeal WHERE decision = 'granted' GROUP BY 1"
    ),
    "review appeal upheld": (
        "SELECT 'review:' || review_id, count(*) FROM review_appeal WHERE decision = 'upheld' GROUP BY 1"
    ),
    "review opinion": "SELECT 'review:' || review_id, count(*) FROM review_opinion GROUP BY 1",
    "review letter issued": "SELECT 'review:' || review_id, count(*) FROM review_letter GROUP BY 1",
    "clearance granted": "SELECT 'person:' || name, count(*) FROM clearance GROUP BY 1",
    "clearance withdrawn": (
        "SELECT 'person:' || name, count(*) FROM clearance WHERE withdrawn_at IS NOT NULL GROUP BY 1"
    ),
    "request made": "SELECT 'request:' || request_id, 1 FROM exchange_request",
    "request chased": "SELECT 'request:' || request_id, count(*) FROM exchange_chase GROUP BY 1",
    "port action opened": "SELECT 'port action:' || n, 1 FROM port_action",
    "port action closed": "SELECT 'port action:' || n, 1 FROM port_action WHERE state = 'closed'",
}
"""How many rows each subject has of what each action of the trail writes."""
_TOLD = "SELECT subject, count(*) FROM trail WHERE action = ? GROUP BY subject"
_OUTCOMES = (
    "SELECT r.review_id FROM review r WHERE iif(r.state = 'closed', r.outcome, NULL) IS NOT "
    "(SELECT iif(t.action IN ('review closed', 'review signed'), t.detail ->> 'outcome', NULL) FROM trail t "
    "WHERE t.subject = 'review:' || r.review_id "
    "AND t.action IN ('review opened', 'review reopened', 'review closed', 'review signed') ORDER BY t.n DESC LIMIT 1) "
    "ORDER BY 1"
)


def untold(connection: apsw.Connection) -> list[str]:
    """What does not fit, one sentence each, without a name; empty where the trail tells of everything there is."""
    return [*_counted(connection), *_closed(connection)]


def _counted(connection: apsw.Connection) -> Iterator[str]:
    for action, statement in _HELD.items():
        held, told = dict(connection.execute(statement)), dict(connection.execute(_TOLD, (action,)))
        for subject in sorted(set(held) | set(told)):
            if held.get(subject, 0) != told.get(subject, 0):
                of = "" if subject.startswith("person:") else f" of {subject}"
                yield f"'{action}'{of}: {held.get(subject, 0)} in the ledger, {told.get(subject, 0)} in the trail"


def _closed(connection: apsw.Connection) -> Iterator[str]:
    for (review_id,) in connection.execute(_OUTCOMES):
        yield f"review {review_id} does not stand as the trail tells"
