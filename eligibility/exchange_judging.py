"""Every answer that came in, each judged against the request that it names and the driver as known today."""

from __future__ import annotations

import polars as pl

from eligibility.exchange import JUDGED
from eligibility.exchange_answers import Asked, judge
from eligibility.exchange_policy import ExchangePolicy
from eligibility.exchange_tables import REQUEST
from linkage.schema import FACTS, PERSON, Kind

PERSON_COLUMNS = (
    *("key", "name_given", "name_surname", "name_alt", "birth_date", "birth_date_alt", "curp", "fast_id", "licence"),
    "suspect",
)


def judge_answers(
    answers: pl.DataFrame, requests: pl.DataFrame, members: pl.DataFrame, persons: pl.DataFrame, policy: ExchangePolicy
) -> pl.DataFrame:
    """Frame JUDGED of answers, by key.

    A request is about whoever holds its anchor today, so that after a merge or a split of identities the answer is
    judged anew.

    Args:
        answers: PARTNER_ANSWER.
        requests: REQUEST.
        members: record_key and identity_id, at least of the requests' drivers and of records that answers name.
        persons: PERSON (PERSON_COLUMNS), at least of those drivers.
    """
    given = FACTS[Kind.PARTNER_ANSWER].conform(answers).sort("key")
    named = REQUEST.conform(requests).join(given, on="request_id", how="semi")
    asked = _asked(named, members, persons, policy)
    holders = dict(members.join(given.select("record_key"), on="record_key", how="semi").rows())
    rows = []
    for answer in given.iter_rows(named=True):
        found = judge(answer, asked.get(answer["request_id"]), holders)
        rows.append((answer["key"], found.verdict.value, found.reason))
    judged = pl.DataFrame(rows, schema={"key": pl.String, "verdict": pl.String, "reason": pl.String}, orient="row")
    return JUDGED.conform(given.join(judged, on="key", maintain_order="left"))


def _asked(
    requests: pl.DataFrame, members: pl.DataFrame, persons: pl.DataFrame, policy: ExchangePolicy
) -> dict[str, Asked]:
    """What each request asked, by its id; a request whose anchor is gone, or whose partner is no more, is none."""
    of_anchor = dict(members.join(requests.select(record_key="anchor"), on="record_key", how="semi").rows())
    drivers = pl.DataFrame(
        {"identity_id": sorted(set(of_anchor.values()))}, schema_overrides={"identity_id": pl.String}
    )
    held = PERSON.conform(persons).join(members, left_on="key", right_on="record_key").join(drivers, on="identity_id")
    records = {
        str(identity): rows.select(PERSON_COLUMNS).to_dicts()
        for (identity,), rows in held.sort("key").group_by("identity_id", maintain_order=True)
    }
    found = {}
    for row in requests.iter_rows(named=True):
        identity, partner = of_anchor.get(row["anchor"]), policy.partners.get(row["partner"])
        if identity is not None and partner is not None:
            found[row["request_id"]] = Asked(
                partner.sources, partner.country, row["record_type"], records.get(identity, []), identity
            )
    return found
