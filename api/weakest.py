"""The links that hold identities together: of every identity the weakest one that it cannot do without."""

from __future__ import annotations

from typing import Any

import apsw
import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import score
from linkage.ledger import Decisions

LINK = {
    "identity_id": pl.String,
    "record_l": pl.String,
    "record_r": pl.String,
    "match_weight": pl.Float64,
    "is_decided": pl.Boolean,
}
"""One link between two records of an identity; `is_decided` where a person said that they are the same."""

DECIDED = 1000.0
"""Match weight that a person's word counts for here: it is never the weaker link."""


def links_within(connection: apsw.Connection, identity_id: str | None = None) -> pl.DataFrame:
    """Frame LINK of all kept pairs whose two records are in one identity, ordered by identity and records.

    Args:
        identity_id: only those of this one.
    """
    only = "WHERE l.identity_id = ?1" if identity_id is not None else ""
    rows = connection.execute(
        "SELECT l.identity_id, p.record_l, p.record_r, p.match_weight FROM membership l "  # noqa: S608
        "JOIN scored_pair p ON p.record_l = l.record_key "
        f"JOIN membership r ON r.record_key = p.record_r AND r.identity_id = l.identity_id {only}",
        (identity_id,) if identity_id is not None else (),
    ).fetchall()
    scored = pl.DataFrame(rows, schema={name: LINK[name] for name in list(LINK)[:4]}, orient="row")
    judged = _decided(connection)
    found = scored.join(judged, on=["identity_id", "record_l", "record_r"], how="full", coalesce=True)
    return (
        found.filter(pl.col("identity_id") == identity_id if identity_id is not None else pl.lit(value=True))
        .with_columns(is_decided=pl.col("is_decided").fill_null(value=False))
        .with_columns(pl.col("match_weight").fill_null(DECIDED))
        .select(list(LINK))
        .sort("identity_id", "record_l", "record_r")
    )


def strongest_tree(links: pl.DataFrame) -> pl.DataFrame:
    """The links of each identity that hold its records together by the strongest paths there are, in LINK's order."""
    ends = pl.concat([links["record_l"], links["record_r"]]).unique().sort()
    place = pl.DataFrame({"key": ends, "at": np.arange(len(ends))})
    both = links.join(place, left_on="record_l", right_on="key").join(
        place, left_on="record_r", right_on="key", suffix="_r"
    )
    strength = np.where(both["is_decided"].to_numpy(), DECIDED, both["match_weight"].to_numpy())
    kept = _tree(len(ends), (both["at"].to_numpy(), both["at_r"].to_numpy()), strength)
    return both.filter(pl.Series(kept)).select(list(LINK)).sort("identity_id", "record_l", "record_r")


def weakest_links(connection: apsw.Connection) -> pl.DataFrame:
    """Frame LINK: the weakest link of each identity of several records, weakest first, equal ones by identity."""
    tree = strongest_tree(links_within(connection)).filter(~pl.col("is_decided"))
    ordered = tree.sort("match_weight", "identity_id", "record_l", "record_r")
    return ordered.unique("identity_id", keep="first", maintain_order=True)


def weakest_link(connection: apsw.Connection, identity_id: str) -> dict[str, Any] | None:
    """The weakest link that one identity cannot do without; None where it has one record or people joined all of it."""
    tree = strongest_tree(links_within(connection, identity_id)).filter(~pl.col("is_decided"))
    if tree.is_empty():
        return None
    row = tree.sort("match_weight", "record_l", "record_r").row(0, named=True)
    bits = float(row["match_weight"])
    return {"left": row["record_l"], "right": row["record_r"], "bits": bits, "probability": probability(bits)}


def probability(bits: float) -> float:
    """Probability of a match for a match weight in bits."""
    return float(score.probability(np.array([bits]))[0])


def _decided(connection: apsw.Connection) -> pl.DataFrame:
    """Pairs of one identity that a person called the same."""
    same = [(d.a, d.b) for d in Decisions(connection).standing() if d.judgement == "same"]
    rows = []
    for a, b in same:
        held = connection.execute("SELECT identity_id FROM membership WHERE record_key IN (?, ?)", (a, b)).fetchall()
        if len(held) == 2 and held[0] == held[1]:
            rows.append((held[0][0], a, b, True))
    names = ("identity_id", "record_l", "record_r", "is_decided")
    return pl.DataFrame(rows, schema={name: LINK[name] for name in names}, orient="row")


def _tree(
    size: int, ends: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], strength: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Which links are in a strongest spanning forest; of equal ones the earlier."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - a fifth of a command's start
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415

    if not len(strength):
        return np.zeros(0, dtype=np.bool_)
    # Ranks, not weights: whole numbers from 1, all different, so that no link costs nothing and no two are equal.
    order = np.lexsort((np.arange(len(strength)), -strength))
    cost = np.empty(len(strength))
    cost[order] = np.arange(1, len(strength) + 1)
    chosen = minimum_spanning_tree(coo_matrix((cost, ends), shape=(size, size)).tocsr())
    return np.isin(cost, chosen.data)
