"""The page of patterns says what they are and its examples run; on a real server the answers are the same bytes."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import open_workspace
from api.cli import main
from api.cli.pattern_view import CUTS, default_text, range_text
from api.graph_store import GraphStoreChoice
from api.patterns import PatternRequest, list_patterns, run_pattern
from api.progress import Silent
from api.projection import push_graph
from graph.neo4j import Server
from graph.patterns import PATTERNS, Cut
from linkage.ledger import Workspace
from tests.once import copy_of_demo
from tools.neo4j.server import Neo4jServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "patterns.md").read_text("utf-8")
COMMANDS = re.findall(r"^crosslane (pattern run .*)$", PAGE, flags=re.MULTILINE)
PEOPLE = {"from": "STORY-US/U-1001", "to": "STORY-MX/M-41", "person": "STORY-US/U-1001"}
SETTINGS: tuple[dict[str, str], ...] = (
    {},
    {"limit": "3"},
    {"hub": "5", "show": "2", "limit": "1000"},
    {"possible": "true", "hops": "8", "longer": "true", "listed_by": "derogatory-record,SEIZURE,SPEEDING"},
    {"max_edges": "40", "max_nodes": "60", "to": "STORY-YARD/Y-001", "person": "STORY-YARD/Y-002"},
    {"days": "90", "gap_days": "30", "least_people": "2", "least_carriers": "4"},
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(copy_of_demo(tmp_path_factory))


@pytest.mark.parametrize("pattern", list_patterns()["patterns"], ids=lambda pattern: pattern["name"])
def test_the_page_says_what_the_pattern_is(pattern: dict[str, Any]) -> None:
    parameters = "".join(
        f"| `{p['name']}` | {default_text(p)} | {range_text(p)} | {p['says']} |\n" for p in pattern["parameters"]
    )
    head = "| parameter | default | may be | |\n|---|---|---|---|\n"
    start = f"## {pattern['name']}: {pattern['title']}\n\n{pattern['question']}\n\n{head}{parameters}"
    section = PAGE[PAGE.index(start) :].split("\n## ")[0]
    assert section.endswith(f"**Beware.** {pattern['beware']}\n")
    assert f"crosslane pattern run {pattern['name']} " in section


def test_the_page_and_the_command_line_explain_every_cut() -> None:
    assert set(CUTS) == {cut.value for cut in Cut}
    assert all(f"`{cut}`" in PAGE for cut in Cut)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_of_the_page_answers(demo: Workspace, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*shlex.split(command), "-w", str(demo.path)]) == 0
    out = capsys.readouterr().out
    if "--format csv" in command:
        assert out.count("\n") > 1
    elif "--json" in command:
        assert json.loads(out)["rows"]
    else:
        assert not re.search(r": 0 rows", out)


def test_the_story_s_truck_joins_the_two(demo: Workspace) -> None:
    document = run_pattern(demo, PatternRequest("paths", {"from": PEOPLE["from"], "to": PEOPLE["to"]}))
    (row,) = document["rows"]
    assert row["places"][1] == "Vehicle 9ZZTRUCK0TB004711"
    listed = {"person": PEOPLE["person"], "listed_by": "DRUG_SMUGGLING"}
    (nearest,) = run_pattern(demo, PatternRequest("nearest-listed", listed))["rows"]
    assert (nearest["hops"], nearest["because"]) == (2, ["DRUG_SMUGGLING 2025-11-13"])


def test_both_stores_give_the_same_bytes(demo: Workspace, empty_neo4j: Neo4jServer) -> None:
    server = Server(empty_neo4j.uri, empty_neo4j.user, empty_neo4j.password)
    push_graph(demo, server, Silent())
    shown = cut = 0
    for pattern in PATTERNS:
        names = {parameter.name for parameter in pattern.parameters}
        for given, day in ((SETTINGS[0], date(2024, 6, 30)), *((given, None) for given in SETTINGS)):
            mine = {name: value for name, value in (PEOPLE | given).items() if name in names}
            request = PatternRequest(pattern.name, mine, day)
            here = run_pattern(demo, request)
            there = run_pattern(demo, request, GraphStoreChoice(server))
            assert json.dumps(there).encode() == json.dumps(here).encode(), request
            shown += here["total_shown"]
            cut += here["truncated"]
    assert shown > 1_000
    assert cut > 20
