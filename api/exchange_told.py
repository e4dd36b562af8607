"""What a load brought in answer to requests, told in the trail of each request by whichever way it came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import apsw

from api.coverage_facts import judged_of
from api.screening_scene import Scene
from eligibility.exchange_tables import ExchangeTables
from eligibility.trail import Step, Trail
from linkage.schema import Kind

Answers = Mapping[str, Mapping[str, Any]]
"""By id of a request: the newest answer to it, and what is made of it."""


def answers_brought(connection: apsw.Connection, scene: Scene, load_id: int) -> Answers:
    """The answers of one load that name a request, judged against identities as the load leaves them.

    Args:
        connection: holds the requests.
    """
    brought = scene.facts.store.current(Kind.PARTNER_ANSWER, [load_id], ["key", "request_id"])
    named = brought["request_id"].drop_nulls().unique().to_list()
    requests = ExchangeTables(connection).requests_named(named)
    if requests.is_empty():
        return {}
    members = scene.memberships.select("record_key", "identity_id")
    judged = judged_of(scene.facts.current, requests, members, date.max)
    told = judged.join(brought, on="key", how="semi")
    return {
        row["request_id"]: {"load": load_id, "verdict": row["verdict"], "answer": row["answer"]}
        for row in told.iter_rows(named=True)
    }


def tell_answers(connection: apsw.Connection, answers: Answers, who: tuple[str, str, str]) -> None:
    """Each request's trail says that an answer came.

    Args:
        connection: in the transaction of the load.
        who: the person who loads, why, and when in UTC.
    """
    (by, reason, at), trail = who, Trail(connection)
    for request, detail in answers.items():
        trail.append(Step(by, "answer taken in", f"request:{request}", reason, detail), at)
