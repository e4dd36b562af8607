"""Invariants 6, 10, 11 and 15: from the facts on, by either way to a score."""

import ast
import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.bootstrap import create_workspace
from api.load import LoadRequest, load
from api.rescoring import rescore_workspace
from api.risk import risk
from graph.policy_file import load_policy
from graph.project import change, snapshot
from graph.schema import NodeKind
from graph.testing.memory import MemoryStore
from graph.testing.scored import CLOSE, both, modest
from graph.testing.strategies import AS_OF, policies, worlds
from graph.testing.told import tell
from graph.testing.worlds import KNOWN
from linkage.ledger import Decisions, Workspace
from linkage.schema import Kind

POLICY = load_policy()
shipped_or_crowded = policies(POLICY)
certain = worlds(with_possible=False)
few = settings(modest, max_examples=10)
ROOT = Path(__file__).resolve().parents[2]
STORY = ROOT / "fixtures" / "story"
RAMIRO = "STORY-US/U-1001"


def halves(key: str) -> str:
    """d0's records are taken for those of two people: the first is one of its own."""
    person, number = key.split("-", maxsplit=1)[0].split("/")
    return "d0-first" if (person, number) == ("d0", "0") else person


@both
@few
@given(certain, shipped_or_crowded)
def test_6_duplicates_of_one_person_count_once_and_splitting_restores(scores, world, policy):
    one = tell(world)
    split = one.known_as(halves)
    store = split.to_store()
    apart = scores(MemoryStore(snapshot(store)), policy)
    before = {person: apart[person] for person in store.nodes(NodeKind.IDENTITY)["key"]}
    store.apply(change(snapshot(store), snapshot(one.to_store())))
    merged = scores(MemoryStore(snapshot(store)), policy)
    if "d0" in store.nodes(NodeKind.IDENTITY)["key"]:
        parts = [before[half]["own_points"] for half in ("d0", "d0-first") if half in before]
        assert merged["d0"]["own_points"] <= sum(parts) + CLOSE
    store.apply(change(snapshot(store), snapshot(split.to_store())))
    assert {person: scores(store, policy)[person] for person in before} == before


@both
@few
@given(certain, shipped_or_crowded)
def test_6_the_same_event_told_by_every_record_of_a_person_counts_once(scores, world, policy):
    """Two files that tell of one incident, each of its own record of the person, say no more than the surer one."""
    same = tuple(replace(e, person="d0", incident="i", code="US-FED-952", status=None) for e in world.events[:3])
    sure = dict.fromkeys(world.confidences, 0.9)
    told = replace(world, events=same, confidences=sure)
    once = [replace(told, events=(event,)) for event in same]
    alone = max(scores(tell(w).to_store(), policy)["d0"]["own_points"] for w in once)
    assert scores(tell(told).to_store(), policy)["d0"]["own_points"] == pytest.approx(alone, abs=CLOSE)
    again = tell(told)
    twice = again.adding(Kind.EMPLOYMENT, again.facts[Kind.EMPLOYMENT].to_dicts())
    twice = twice.adding(Kind.DRIVING, twice.facts[Kind.DRIVING].to_dicts())
    rows = scores(again.to_store(), policy)
    after = scores(twice.to_store(), policy)
    assert all(after[person] == row for person, row in rows.items())


@both
@few
@given(certain, shipped_or_crowded, st.sampled_from(["enrolled", "crossed", "a source without a hit", "checked"]))
def test_10_a_source_without_a_hit_changes_no_bit(scores, world, policy, what):
    told = tell(world)
    base = {"known_on": KNOWN, "source": "NEW"}
    records = sorted({(key, of) for key, of, _ in told.memberships.iter_rows()})
    new = {
        "enrolled": (
            Kind.ENROLMENT,
            [base | {"key": f"n/{k}", "record_key": k, "status": "active"} for k, _ in records],
        ),
        "crossed": (
            Kind.CROSSING,
            [base | {"key": f"n/{k}", "record_key": k, "port_code": "2304"} for k, _ in records],
        ),
        "checked": (Kind.CHECK, [base | {"key": f"n/{k}", "record_key": k, "result": "clear"} for k, _ in records]),
        "a source without a hit": (
            Kind.PERSON,
            [base | {"key": f"NEW/{of}"} for of in sorted({o for _, o in records})],
        ),
    }
    kind, rows = new[what]
    more = told.adding(kind, rows)
    if kind is Kind.PERSON:
        members = [(row["key"], row["key"].removeprefix("NEW/"), 0.6) for row in rows]
        new_members = pl.DataFrame(members, schema=told.memberships.schema, orient="row")
        more = replace(more, memberships=pl.concat([told.memberships, new_members]))
    before, after = scores(told.to_store(), policy), scores(more.to_store(), policy)
    assert all(after[person] == row for person, row in before.items())


@both
@few
@given(certain, shipped_or_crowded)
def test_10_blank_fields_change_no_bit(scores, world, policy):
    """What is said of an event, a truck or a person and no rule reads may as well be unknown, null or left out."""
    told = tell(world)
    said = told.saying(Kind.EVENT, description=pl.lit("a load of melons"), port_code=pl.lit("2304"))
    said = said.saying(Kind.PERSON, name_given=pl.lit("ANA"), email=pl.lit("a@example.org"), employer=pl.lit("ACME"))
    before, after = scores(told.to_store(), policy), scores(said.to_store(), policy)
    graph = snapshot(told.to_store())
    left_out = graph.nodes.with_columns(pl.col("props").str.replace_all(r'"[a-z_]+":null,|,"[a-z_]+":null', ""))
    assert left_out["props"].to_list() != graph.nodes["props"].to_list()
    untold = pl.when(pl.col("kind") == "Event").then("props")
    shorter = scores(MemoryStore(replace(graph, nodes=left_out)), policy)
    silent = scores(MemoryStore(replace(graph, nodes=graph.nodes.with_columns(props=untold))), policy)
    for person, row in before.items():
        assert after[person] == shorter[person] == silent[person] == row


@both
@modest
@given(
    certain, shipped_or_crowded, st.permutations(["US", "MX", "CA"]), st.permutations(["M", "F"]), st.text(max_size=8)
)
def test_11_protected_attributes_change_no_bit(scores, world, policy, countries, sexes, name):
    """Country, citizenship, residence, sex, birth and names, of everybody at once; events and links stay."""
    told = tell(world)
    base = {"known_on": KNOWN, "status": "active"}
    keys = told.memberships["record_key"]
    told = told.adding(Kind.ENROLMENT, (base | {"key": f"f/{key}", "record_key": key} for key in keys))
    stores = []
    for country, sex, called in zip(countries, sexes, ("ANA", name), strict=False):
        names = dict.fromkeys(("given_name", "surname", "second_surname", "name_given", "name_surname"), pl.lit(called))
        born = {"birth_date": pl.lit("1980-05-31"), "curp": pl.lit("QUAL840309HSRNLL09" if sex == "M" else None)}
        said = told.saying(Kind.PERSON, country=pl.lit(country), sex=pl.lit(sex), **names, **born)
        stores.append(said.saying(Kind.ENROLMENT, citizenship=pl.lit(country), residence=pl.lit(country)).to_store())
    before, after = (scores(store, policy) for store in stores)
    assert all(after[person] == row for person, row in before.items())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's story, in which a driver's linked risk is in the top band of its kind."""
    made = create_workspace(tmp_path_factory.mktemp("story") / "w")
    for name, source in (
        ("us_drivers", "drivers"),
        ("enrolments", "enrolments"),
        ("mx_drivers", "drivers"),
        ("mx_driving", "driving"),
        ("mx_events", "events"),
    ):
        load(made, LoadRequest((STORY / f"{name}.csv",), source, AS_OF))
    return made


def test_6_a_file_loaded_twice_counts_once(story, tmp_path):
    before = risk(story, RAMIRO)
    assert before["linked"]["points"] > 0
    again = tmp_path / "again.csv"  # the same rows in a file that is not the same to the letter
    rows = (STORY / "mx_events.csv").read_text("utf-8").splitlines()
    again.write_text("\n".join([rows[0], *reversed(rows[1:]), *rows[1:]]) + "\n", "utf-8")
    load(story, LoadRequest((again,), "events", AS_OF))
    assert risk(story, RAMIRO) == before


def test_10_a_check_moves_coverage_and_no_score(story):
    before = risk(story, RAMIRO)
    load(story, LoadRequest((STORY / "checks.csv",), "checks", AS_OF))
    after = risk(story, RAMIRO)
    assert after.pop("coverage") != before.pop("coverage")
    assert after == before


def test_15_a_score_changes_no_enrolment_and_decides_nothing(story):
    """Whatever the score, what a file says of a membership stands, and nobody's word is written."""
    enrolments = story.facts(Kind.ENROLMENT).sort("key")
    assert risk(story, RAMIRO)["linked"]["points"] > 0
    rescore_workspace(story, AS_OF + dt.timedelta(days=30), is_full=True)
    assert story.facts(Kind.ENROLMENT).sort("key").equals(enrolments)
    assert enrolments["status"].to_list() == ["active", "active"]
    with story.reading() as connection:
        assert Decisions(connection).standing() == []


def test_15_what_scores_imports_nothing_that_decides():
    """Nothing that makes or keeps a score can reach a decision, a fact or eligibility; a decision does not read one."""
    deciding = {"api.decide", "api.intake", "api.load", "eligibility", "linkage.ledger"}
    scoring = [*sorted((ROOT / "graph").rglob("*.py")), ROOT / "api" / "scores.py"]
    for module in scoring:
        reached = {name for name in _imported(module) if any(f"{name}.".startswith(f"{d}.") for d in deciding)}
        assert not reached, (module.name, reached)
    decide = (ROOT / "api" / "decide.py").read_text("utf-8")
    read = {node.attr for node in ast.walk(ast.parse(decide)) if isinstance(node, ast.Attribute) and _is_scores(node)}
    assert read == {"as_of"}, "a decision asks for the day of the table of scores, never for a score"


def _is_scores(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "scores"


def _imported(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found
