"""How good the links are, by samples that people judged blind in link review."""

from __future__ import annotations

from typing import Any

import apsw
import polars as pl

from api.measures.shares import LEAST_BASE, share_of
from api.sample import COVERS, Drawn, samples_of
from linkage.training.assess import Share, assess
from linkage.training.labels import LABEL, Settled, settle

LEAST_JUDGED = 30
"""Judged pairs below which nothing is said of precision (ui.md section 2)."""
_ANSWERS = {"same": True, "different": False, "cannot_tell": None}
_GIVEN = "SELECT a, b, answer, by_, at FROM link_answer WHERE undone_at IS NULL AND sample IS ? ORDER BY n"


def link_measures(connection: apsw.Connection) -> dict[str, Any]:
    """Precision and recall by each sample, and how often a possible link was one."""
    possible = _settled(connection, None)
    same = int(possible.pairs["is_match"].sum())
    row = share_of(same, possible.pairs.height)
    if possible.pairs.height < LEAST_JUDGED:
        row |= {"share": None, "lower": None, "upper": None}
    return {
        "least_judged": LEAST_JUDGED,
        "samples": [_measured(connection, drawn) for drawn in samples_of(connection)],
        "possible_links": {"same": row, **_doubts(possible)},
        "covers": COVERS,
    }


def _measured(connection: apsw.Connection, drawn: Drawn) -> dict[str, Any]:
    """What the answers to one sample say; null where too few were judged, or one stratum not at all."""
    settled = _settled(connection, drawn.number)
    told = drawn.key.join(settled.pairs, on=["record_l", "record_r"])
    seen = set(told["stratum"].to_list())
    unseen = [one for place, one in enumerate(drawn.strata) if place not in seen]
    row: dict[str, Any] = {
        "sample": drawn.number,
        "run": drawn.run_id,
        "drawn_at": drawn.at,
        "drawn": drawn.key.height,
        "pairs": sum(one.pairs for one in drawn.strata),
        "linked_pairs": sum(one.pairs for one in drawn.strata if one.is_link),
        "judged": told.height,
        **_doubts(settled),
        "precision": None,
        "recall": None,
    }
    if told.height < LEAST_JUDGED:
        return row | {"state": "too_few"}
    found = assess(drawn.strata, drawn.key, settled.pairs)
    # Where nobody judged a stratum the estimate leans on the model itself, which is what is to be measured.
    row["precision"] = None if any(one.is_link for one in unseen) else _interval(found.precision)
    row["recall"] = None if unseen else _interval(found.recall)
    return row | {"state": "measured" if row["precision"] else "parts_unjudged"}


def _settled(connection: apsw.Connection, sample: int | None) -> Settled:
    rows = [(a, b, _ANSWERS[answer], by, at) for a, b, answer, by, at in connection.execute(_GIVEN, (sample,))]
    return settle(pl.DataFrame(rows, schema=LABEL.columns, orient="row"))


def _doubts(settled: Settled) -> dict[str, Any]:
    """How sure the judges were; the share of pairs judged alike only on a base that bears one."""
    return {
        "undecided": settled.undecided,
        "disputed": settled.disputed,
        "judged_by_two": settled.double,
        "alike": settled.agreed,
        "alike_share": settled.agreed / settled.double if settled.double >= LEAST_BASE else None,
    }


def _interval(share: Share) -> dict[str, float]:
    return {"share": share.value, "lower": share.lower, "upper": share.upper}
