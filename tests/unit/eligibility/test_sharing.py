from __future__ import annotations

import polars as pl
import pytest

from eligibility.exchange_policy import load_exchange_policy
from eligibility.sharing import SHARING, Declaration, declarations, may_have, sharing_of
from linkage.errors import ModelError

POLICY = load_exchange_policy()


def rules(*rows: tuple[str, str | None], declared: dict[str, Declaration] | None = None) -> list[tuple]:
    facts = pl.DataFrame(
        {"key": [f"{n}" for n in range(len(rows))], "source": [s for s, _ in rows], "country": [c for _, c in rows]},
        schema_overrides={"country": pl.String},
    )
    found = SHARING.check(sharing_of(facts, declared or {}, POLICY))
    return found.select("owner", "may_go_to").rows()


def test_a_fact_is_its_countrys_and_goes_where_the_policy_lets_its_owner_say():
    assert rules(("X", "US"), ("X", "CA"), ("X", "MX")) == [
        ("US", ["US", "CA", "MX"]),
        ("CA", ["CA", "US"]),
        ("MX", ["MX", "US"]),
    ]


def test_a_fact_that_nobody_owns_stays_here():
    assert rules(("X", None)) == [(None, [])]
    assert rules(("X", "FR")) == [("FR", ["FR"])]


def test_a_source_may_say_whose_its_facts_are_and_who_else_may_have_them():
    declared = {"X": Declaration("CA"), "Y": Declaration("US", ()), "Z": Declaration(None, ("US",))}
    assert rules(("X", "MX"), ("Y", "MX"), ("Z", "MX"), declared=declared) == [
        ("CA", ["CA", "US"]),
        ("US", ["US"]),
        ("MX", ["MX", "US"]),
    ]


def test_of_several_manifests_of_one_source_only_what_all_allow_is_allowed():
    told = [(["X"], Declaration("US", ("CA", "MX"))), (["X", "Y"], Declaration(None, ("MX",))), (["X"], Declaration())]
    assert declarations(told) == {"X": Declaration("US", ("MX",)), "Y": Declaration(None, ("MX",))}


def test_who_may_have_a_fact_is_asked_of_its_list():
    frame = pl.DataFrame({"may_go_to": [["US", "CA"], []]}, schema={"may_go_to": pl.List(pl.String)})
    assert frame.select(may_have("CA"))["may_go_to"].to_list() == [True, False]


def test_every_value_of_the_exchange_policy_has_a_source():
    assert all(POLICY.sources.values())
    assert {"purpose", "partner.MX.legal_basis", "owner.US.may_go_to"} <= set(POLICY.sources)


def test_a_policy_that_names_what_is_not_known_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    from importlib import resources

    shipped = (resources.files("eligibility") / "exchange_policy.toml").read_text("utf-8")
    path.write_text(shipped.replace('["curp", "licence"]', '["curp", "shoe_size"]'))
    with pytest.raises(ModelError, match="shoe_size"):
        load_exchange_policy(path)
    path.write_text(shipped.replace("answer_days = { value = 60", "answer_days = { value = 0"))
    with pytest.raises(ModelError, match="answer_days must be a number from 1"):
        load_exchange_policy(path)
    path.write_text(shipped.replace("[partner.CA]", "[partner.CA]\nanswer_weeks = 4"))
    with pytest.raises(ModelError, match=r"unknown entry partner\.CA\.answer_weeks"):
        load_exchange_policy(path)
    with pytest.raises(ModelError):
        load_exchange_policy(tmp_path / "none.toml")
