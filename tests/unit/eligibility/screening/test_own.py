"""Keys of matters name people by records that whoever reads the key may know of."""

from __future__ import annotations

import polars as pl

from eligibility.screening.own import first_records


def test_a_key_for_everybody_names_no_record_of_what_only_the_cleared_may_see() -> None:
    rows = [("D-1", "WATCH/7", "cleared", 1), ("D-1", "COURT/9", "general", 2), ("D-1", "COURT/8", "general", 3)]
    schema = {"identity_id": pl.String, "record": pl.String, "audience": pl.String, "known_on": pl.Int32}
    events = pl.DataFrame(rows, schema=schema, orient="row").with_columns(event=pl.col("record"))
    first = {row["audience"]: row["first_record"] for row in first_records(events).to_dicts()}
    assert first == {"general": "COURT/9", "cleared": "WATCH/7"}
