"""The table of invariants in docs/risk.md says what the tests do: each number, each test, by both ways to a score."""

import ast
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DOCS = FOLDER.parents[1] / "docs" / "risk.md"
ROW = re.compile(r"^\| (\d+) \| .+ \| (`test_.+`) \| (both|the code) \|$", re.MULTILINE)


def stated() -> dict[int, tuple[set[str], str]]:
    found = ROW.findall(DOCS.read_text("utf-8"))
    return {int(number): (set(re.findall("`([^`]+)`", tests)), ways) for number, tests, ways in found}


def asked() -> dict[int, dict[str, bool]]:
    """Tests by the number in their name, and whether each asks both ways."""
    found: dict[int, dict[str, bool]] = {}
    for module in sorted(FOLDER.glob("test_risk*.py")):
        for node in ast.parse(module.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (number := re.match(r"test_(\d+)_", node.name)):
                decorators = {name.id for name in node.decorator_list if isinstance(name, ast.Name)}
                found.setdefault(int(number[1]), {})[node.name] = "both" in decorators
    return found


def test_every_invariant_has_a_row_and_every_test_is_named_in_its_row():
    assert sorted(stated()) == list(range(1, 17))
    assert {number: tests for number, (tests, _) in stated().items()} == {n: set(tests) for n, tests in asked().items()}


def test_every_invariant_of_a_score_is_asked_of_both_ways():
    """Who decides is asked of the code, for no score says it."""
    for number, (_, ways) in stated().items():
        assert (ways == "both") == any(asked()[number].values()) == (number != 15), number
