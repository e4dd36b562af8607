"""Whose a fact is, and who may be told it: every fact has an owner, and without one it stays here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from eligibility.exchange_policy import ExchangePolicy
from linkage.schema import FrameSchema

SHARING = FrameSchema("sharing", {"key": pl.String, "owner": pl.String, "may_go_to": pl.List(pl.String)})
"""One row a fact: the country that owns it, null where nobody knows, and all that may have it, the owner first."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a source's manifests say of its facts.

    Args:
        owner: the country whose facts they are; None = that of each fact.
        may_go_to: who else may have them; None = as the policy says for the owner.
    """

    owner: str | None = None
    may_go_to: tuple[str, ...] | None = None


def sharing_of(facts: pl.DataFrame, declared: Mapping[str, Declaration], policy: ExchangePolicy) -> pl.DataFrame:
    """Frame SHARING of facts, in their order.

    Args:
        facts: key, source and country; of a fact whose source declares no owner, the country owns it.
        declared: by source; where several manifests hold one source's facts, what all of them allow.
    """
    rules = {
        (source, country): _rule(declared.get(source, Declaration()), country, policy)
        for source, country in facts.select("source", "country").unique().rows()
    }
    told = [(key, *rules[source, country]) for key, source, country in facts.select("key", "source", "country").rows()]
    return pl.DataFrame(told, schema=SHARING.columns, orient="row")


def declarations(told: Sequence[tuple[Sequence[str], Declaration]]) -> dict[str, Declaration]:
    """By source what holds of its facts: of several loads the last owner, and only what all of them allow.

    Args:
        told: sources and declaration of each load, oldest first.
    """
    found: dict[str, Declaration] = {}
    for sources, one in told:
        for source in sources:
            before = found.get(source, Declaration())
            both = [set(each.may_go_to) for each in (before, one) if each.may_go_to is not None]
            allowed = tuple(sorted(set.intersection(*both))) if both else None
            found[source] = Declaration(one.owner or before.owner, allowed)
    return found


def may_have(country: str) -> pl.Expr:
    """Whether a country may be told the fact of a row of SHARING."""
    return pl.col("may_go_to").list.contains(country)


def _rule(declared: Declaration, country: str | None, policy: ExchangePolicy) -> tuple[str | None, list[str]]:
    owner = declared.owner or country
    if owner is None:
        return None, []
    others = declared.may_go_to if declared.may_go_to is not None else policy.may_go_to.get(owner, ())
    return owner, list(dict.fromkeys([owner, *others]))
