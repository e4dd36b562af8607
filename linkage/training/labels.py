"""What people said about pairs: one row a judgement in a file, one row a pair once they are settled."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from linkage.errors import TrainingError
from linkage.schema import ISSUE, FrameSchema

LABEL = FrameSchema(
    "label",
    {
        "record_l": pl.String,
        "record_r": pl.String,
        "is_match": pl.Boolean,  # null = the person could not tell
        "by": pl.String,
        "at": pl.String,  # ISO 8601, so that later sorts after earlier
    },
)
"""One judgement by one person, `record_l < record_r`."""

JUDGED_PAIR = FrameSchema("judged_pair", {"record_l": pl.String, "record_r": pl.String, "is_match": pl.Boolean})
"""One pair as settled, each pair once."""

ANSWERS: dict[str, bool | None] = {
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
    "": None,
    "unsure": None,
}


@dataclass(frozen=True)
class Settled:
    """Judgements brought down to one a pair.

    Args:
        pairs: JUDGED_PAIR, ordered by pair.
        undecided: pairs of which nobody could tell.
        disputed: pairs on which as many people said yes as no; they are left out.
        double: pairs that more than one person decided, `agreed` of them with one voice.
    """

    pairs: pl.DataFrame
    undecided: int
    disputed: int
    double: int
    agreed: int


def parse(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judgements (LABEL) and rejected rows (ISSUE) of a labels file whose columns are all text.

    Args:
        rows: at least the columns of LABEL, in the order of the file, whose header is line 1.

    Raises:
        TrainingError: a column is missing.
    """
    absent = [name for name in LABEL.columns if name not in rows.columns]
    if absent:
        raise TrainingError((f"The labels file has no column {absent[0]}; it needs {', '.join(LABEL.columns)}.",))
    text = rows.select(pl.col(name).cast(pl.String).fill_null("").str.strip_chars() for name in LABEL.columns)
    answer = pl.col("is_match").str.to_lowercase()
    faults = (
        ("record_l", "no-pair", (pl.col("record_l") == "") | (pl.col("record_l") == pl.col("record_r")), "two records"),
        ("record_r", "no-pair", pl.col("record_r") == "", "two records"),
        ("is_match", "no-answer", ~answer.is_in(list(ANSWERS)), "true, false or nothing"),
        ("by", "no-person", pl.col("by") == "", "who judged"),
        ("at", "no-date", ~pl.col("at").str.contains(r"^\d{4}-\d{2}-\d{2}([T ].*)?$"), "a date as YYYY-MM-DD"),
    )
    lined = text.with_row_index("line", offset=2).with_columns(
        fault=pl.coalesce(*(pl.when(is_fault).then(place) for place, (_, _, is_fault, _) in enumerate(faults)))
    )
    bad = lined.filter(pl.col("fault").is_not_null()).select("line", "fault")
    issues = pl.DataFrame(
        [(0, line, faults[f][0], faults[f][1], f"{faults[f][3]} expected") for line, f in bad.iter_rows()],
        schema=ISSUE.columns,
        orient="row",
    )
    good = lined.filter(pl.col("fault").is_null())
    labels = good.select(
        record_l=pl.min_horizontal("record_l", "record_r"),
        record_r=pl.max_horizontal("record_l", "record_r"),
        is_match=answer.replace_strict(ANSWERS, return_dtype=pl.Boolean),
        by="by",
        at="at",
    )
    return labels, issues


def settle(labels: pl.DataFrame) -> Settled:
    """One answer a pair: each person's last word counts once, and most of those who could tell decide.

    Args:
        labels: LABEL, in any order.
    """
    pair = ["record_l", "record_r"]
    # Of two words of one person at one time the cautious one counts, whatever the order of the rows.
    last = LABEL.check(labels).sort("at", "is_match", descending=[True, False], nulls_last=False)
    last = last.unique([*pair, "by"], keep="first", maintain_order=True)
    votes = last.group_by(pair).agg(
        yes=(pl.col("is_match") == True).sum(),  # noqa: E712 - null is neither
        no=(pl.col("is_match") == False).sum(),  # noqa: E712
    )
    told = votes.filter(pl.col("yes") + pl.col("no") > 0)
    decided = told.filter(pl.col("yes") != pl.col("no"))
    double = told.filter(pl.col("yes") + pl.col("no") > 1)
    return Settled(
        pairs=decided.select(*pair, is_match=pl.col("yes") > pl.col("no")).sort(pair),
        undecided=votes.height - told.height,
        disputed=told.height - decided.height,
        double=double.height,
        agreed=double.filter((pl.col("yes") == 0) | (pl.col("no") == 0)).height,
    )
