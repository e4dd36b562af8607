"""Whose the workspace's facts are, and who may be told them: one row a kind of fact, source and country."""

from __future__ import annotations

from typing import Any

import polars as pl

from api.coverage_facts import declarations_of
from api.exchange_state import reader_of
from eligibility.exchange_policy import ExchangePolicy, load_exchange_policy
from eligibility.sharing import sharing_of
from linkage.ledger import Workspace
from linkage.schema import FACTS, Kind

LOCAL = frozenset({Kind.DECISION, Kind.PORT_VOLUME})
"""Kinds that tell of nobody, or that people here made."""
OF_RECORDS = (Kind.CHECK, Kind.PARTNER_ANSWER)
"""Kinds that tell what a country's records hold: they are that country's, whoever wrote them down here."""
COLUMNS = ("kind", "source", "country", "facts", "owner", "may_go_to", "is_declared")


def sharing_rules(workspace: Workspace) -> dict[str, Any]:
    """The `exchange rules` document.

    A fact is its source's declared owner's, else its own country's, else nobody's: it then stays here.
    """
    policy = load_exchange_policy()
    with workspace.reading() as connection:
        current, declared = reader_of(workspace, connection), declarations_of(connection)
        found = []
        for kind in sorted(set(Kind) - LOCAL):
            has_country = "country" in FACTS[kind].columns
            facts = current(kind, ["source", "country"] if has_country else ["source"])
            found.append(_counted(kind, facts if has_country else facts.with_columns(country=_NOWHERE), policy))
    rows = pl.concat(found).with_row_index("key").with_columns(pl.col("key").cast(pl.String))
    of_records = pl.col("kind").is_in([str(kind) for kind in OF_RECORDS])
    rules = pl.concat(
        [sharing_of(rows.filter(of_records), {}, policy), sharing_of(rows.filter(~of_records), declared, policy)]
    )
    told = rows.join(rules, on="key", maintain_order="left").drop("key")
    is_declared = ~of_records & pl.col("source").is_in(list(declared))
    return {
        "rows": told.with_columns(is_declared=is_declared).select(COLUMNS).to_dicts(),
        "policy": policy.version,
        "sources": {name: text for name, text in policy.sources.items() if name.endswith("may_go_to")},
    }


_NOWHERE = pl.lit(None, dtype=pl.String)


def _counted(kind: Kind, facts: pl.DataFrame, policy: ExchangePolicy) -> pl.DataFrame:
    if kind is Kind.PARTNER_ANSWER:  # an answer is the partner's who gave it
        partners = {source: partner.country for partner in policy.partners.values() for source in partner.sources}
        country = pl.col("source").replace_strict(partners, default=None, return_dtype=pl.String)
        facts = facts.with_columns(country=country)
    counts = facts.group_by("source", "country").agg(pl.len().cast(pl.Int64).alias("facts"))
    ordered = counts.sort("source", "country", nulls_last=True)
    return ordered.select(pl.lit(str(kind)).alias("kind"), "source", "country", "facts")
