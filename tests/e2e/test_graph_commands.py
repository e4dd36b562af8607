"""`graph` on the embedded store: what lies around a driver, a proof of equality, and making it equal again."""

import apsw
import pytest

from linkage.ledger.workspace import LEDGER

VIN = "1M8GDM9AXKP042788"
HEADER = "source,record_id,country,given_name,surname,birth_date,phone\n"


@pytest.fixture
def two(cli, write):
    """Two drivers of one truck and one phone."""
    drivers = write("d.csv", HEADER + "US,1,US,Ana,Xolocotzi,1980-02-03,9565550111\nUS,2,US,Bo,Quintanar,1971-05-06,\n")
    driving = write(
        "t.csv", "source,record_id,vin,date\nUS,1,1M8GDM9AXKP042788,2026-01-05\nUS,2,1M8GDM9AXKP042788,2026-02-05\n"
    )
    cli.json("load", drivers, "--source", "drivers", "--today", "2026-03-01")
    cli.json("load", driving, "--source", "driving", "--today", "2026-03-02")
    return cli


def test_around_walks_so_many_edges_and_is_audited(two):
    one = two.json("graph", "around", "US/1", "--hops", 1)
    assert [node["kind"] for node in one["nodes"]] == ["Identity", "Phone", "Record", "Vehicle"]
    assert one["nodes"][0]["key"] == one["identity_id"]
    assert not one["truncated"]
    far = two.json("graph", "around", "US/1", "--hops", 2, "--kind", "drove")
    assert [node["kind"] for node in far["nodes"]] == ["Identity", "Vehicle", "Identity"]
    early = two.json("graph", "around", "US/1", "--kind", "drove", "--as-of", "2026-03-01")
    assert len(early["nodes"]) == 1
    capped = two.json("graph", "around", "US/1", "--hops", 1, "--limit", 2)
    assert (len(capped["nodes"]), capped["left_out"], capped["truncated"]) == (2, 2, True)
    rows = apsw.Connection(str(two.folder / "audit.db")).execute("SELECT identity_id FROM audit WHERE action = 'graph'")
    assert {row[0] for row in rows} == {node["key"] for node in far["nodes"] if node["kind"] == "Identity"}
    assert "DROVE" in two("graph", "around", "US/1").out


def test_an_unknown_kind_is_refused(two):
    result = two("graph", "around", "US/1", "--kind", "KNOWS")
    assert result.code == 2
    assert "KNOWS" in result.err


def test_verify_proves_equality_and_lists_what_differs_and_rebuild_mends(two):
    equal = two.json("graph", "verify")
    assert equal["equal"]
    assert (equal["missing"], equal["extra"], equal["different"]) == (0, 0, 0)
    assert equal["nodes"]["Identity"] == 2
    assert all(kind["ledger"] == kind["store"] for kind in equal["digests"].values())
    ledger = apsw.Connection(str(two.folder / LEDGER))
    ledger.execute("UPDATE edge SET confidence = 0.5 WHERE kind = 'HAS_PHONE'")
    ledger.execute("DELETE FROM edge WHERE kind = 'DROVE' AND src = (SELECT min(src) FROM edge WHERE kind = 'DROVE')")
    ledger.execute("INSERT INTO node (kind, key) VALUES ('Port', '0000')")
    ledger.close()
    found = two.json("graph", "verify", code=1)
    assert (found["missing"], found["extra"], found["different"]) == (1, 1, 1)
    assert {(item["what"], item["kind"]) for item in found["differences"]} == {
        ("missing", "DROVE"),
        ("extra", "Port"),
        ("different", "HAS_PHONE"),
    }
    shown = two("graph", "verify")
    assert shown.code == 1
    assert "graph rebuild" in shown.out
    assert two.json("graph", "rebuild")["rows"] == 3
    assert two.json("graph", "verify")["equal"]
    assert two.json("graph", "rebuild")["how"] == "nothing"


def test_push_needs_a_server(two):
    result = two("graph", "push")
    assert result.code == 2
    assert "--store" in result.err


@pytest.mark.parametrize("store", ["bolt://neo4j:secret-word@127.0.0.1:1", "http://127.0.0.1:7474", "sqlite"])
def test_a_store_that_cannot_be_is_refused_without_repeating_it(two, store):
    result = two("risk", "US/1", "--store", store)
    assert result.code == 2
    assert "secret-word" not in result.err


def test_a_load_stands_when_the_server_is_away_and_doctor_says_what_is_pending(two, write):
    away = ("--store", "bolt://127.0.0.1:1")
    more = write("m.csv", HEADER + "US,3,US,Cy,Wrzesniewski,1990-01-01,\n")
    document = two.json("load", more, "--source", "drivers", "--today", "2026-03-03", *away)
    assert document["identities"]["created"] == 1
    assert document["projection"]["is_pending"]
    assert two.json("show", "US/3")["records"]
    checks = {check["name"]: check for check in two.json("doctor", *away, code=1)["checks"]}
    assert not checks["projection"]["ok"]
    assert "pending" in checks["projection"]["detail"]
    asked = two("risk", "US/3", *away)
    assert asked.code == 1
    assert two.json("risk", "US/3")["identity_id"]


def test_paths_lead_through_what_two_share_and_are_audited(two):
    found = two.json("graph", "paths", "US/1", "US/2")
    assert found["hops"] == 2
    assert [[place["kind"] for place in route["nodes"]] for route in found["routes"]] == [
        ["Identity", "Vehicle", "Identity"]
    ]
    none = two.json("graph", "paths", "US/1", "US/2", "--kind", "HAS_PHONE")
    assert (none["hops"], none["routes"]) == (None, [])
    assert "Vehicle" in two("graph", "paths", "US/1", "US/2").out
    rows = apsw.Connection(str(two.folder / "audit.db")).execute("SELECT identity_id FROM audit WHERE action = 'paths'")
    assert {row[0] for row in rows} == {place["key"] for place in found["nodes"] if place["kind"] == "Identity"}


@pytest.mark.parametrize("form", ["graphml", "gexf", "node-link", "csv", "cypher", "neo4j-csv"])
def test_export_writes_what_other_programs_read(two, tmp_path, form):
    document = two.json("graph", "export", tmp_path / "out", "--format", form)
    assert document["files"]
    assert all((tmp_path / "out" / name).stat().st_size for name in document["files"])
    if form == "neo4j-csv":
        assert "neo4j-admin database import full" in document["command"]
        assert (document["nodes"], document["edges"]) == tuple(
            sum(two.json("graph", "verify")[kind].values()) for kind in ("nodes", "edges")
        )


def test_an_export_into_nowhere_is_refused(two, write, tmp_path):
    assert two("graph", "export", tmp_path / "out", "--format", "visio").code == 2
    assert two("graph", "export", write("f", "x"), "--format", "csv").code == 2
