"""Taking a person out of reviews: what was shown and written of them goes; who decided what, and when, stays."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import apsw

from eligibility.reviews.snapshots import Snapshots

EMPTIED = "(expunged)"
_THEIRS = (
    "SELECT review_id FROM review_today WHERE current_id IN (SELECT value FROM json_each(?1)) "
    "UNION SELECT review_id FROM review WHERE anchor IN (SELECT value FROM json_each(?2)) ORDER BY 1"
)
_WRITTEN = (
    "UPDATE review_note SET text = ?2 WHERE review_id = ?1 AND text <> ?2",
    "UPDATE review_finding SET reason = ?2 WHERE review_id = ?1 AND reason <> ?2",
    "UPDATE review_opinion SET reason = ?2 WHERE review_id = ?1 AND reason <> ?2",
    "UPDATE review_appeal SET grounds = ?2, evidence = ?2, decision_reason = iif(decision IS NULL, NULL, ?2) "
    "WHERE review_id = ?1 AND grounds <> ?2",
)
_ANCHORS = "UPDATE review SET anchor = ?2 WHERE review_id = ?1"


@dataclass(frozen=True, slots=True)
class Emptied:
    """What was taken out of a person's reviews.

    Args:
        reviews: their numbers.
        digests: of the documents that were taken out, for the step that tells.
        texts: how many notes, findings, opinions and appeals were emptied.
    """

    reviews: tuple[int, ...]
    digests: tuple[str, ...]
    texts: int


def empty_reviews(connection: apsw.Connection, identities: Collection[str], records: Collection[str]) -> Emptied:
    """Nothing that was shown or written of these people is left in their own reviews, which are in no queue any more.

    A proposal keeps its reason: a decision without one is none.

    Args:
        connection: inside a transaction, while an expunging is under way.
        identities: all ids of theirs; `records` likewise.
    """
    given = (json.dumps(sorted(identities)), json.dumps(sorted(records)))
    reviews = [int(row[0]) for row in connection.execute(_THEIRS, given)]
    digests, texts = [], 0
    for review_id in reviews:
        digests += Snapshots(connection).empty(review_id)
        for statement in _WRITTEN:
            connection.execute(statement, (review_id, EMPTIED))
            texts += int(connection.changes())
        connection.execute(_ANCHORS, (review_id, EMPTIED))
    return Emptied(tuple(reviews), tuple(digests), texts)
