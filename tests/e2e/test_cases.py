"""Every case of the case folder, with every key of its expect.json, through the command line and the HTTP API.

A key that this harness does not know fails the test, so that nothing is left out in silence.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import open_workspace
from graph.embedded import EmbeddedStore
from linkage.schema import Kind
from tests.e2e.case_pages import files_from_pages

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("CROSSLANE_CASES", ROOT / "fixtures" / "cases"))
NAMES = sorted(folder.parent.name for folder in CASES.glob("*/expect.json"))
BROWSER = "ui"
"""What is asked of pages; it is checked last, since it adds people and cases to the workspace."""
GRAPH = {
    "identities": ("nodes", "Identity"),
    "records": ("nodes", "Record"),
    "carriers": ("nodes", "Carrier"),
    "events": ("nodes", "Event"),
    "phone_nodes": ("nodes", "Phone"),
    "licence_nodes": ("nodes", "Licence"),
    "employment_links": ("edges", "EMPLOYED_BY"),
}
VIA = {"address": "home", "carrier": "carrier", "truck": "truck", "phone": "phone"}


def expectation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / name / "expect.json").read_text("utf-8"))
    return found


def test_there_are_cases() -> None:
    assert NAMES, f"no case under {CASES}; set CROSSLANE_CASES"


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, cli: Any, client_of: Any, tmp_path: Path) -> None:
    Case(name, cli, client_of, tmp_path).check()


@pytest.mark.parametrize("name", [name for name in NAMES if BROWSER in expectation(name)])
def test_what_needs_no_browser_holds_without_one(name: str, cli: Any, client_of: Any, tmp_path: Path) -> None:
    case = Case(name, cli, client_of, tmp_path)
    del case.expect[BROWSER]
    case.check()


def test_an_unknown_key_is_no_pass(cli: Any, client_of: Any, tmp_path: Path) -> None:
    case = Case(NAMES[0], cli, client_of, tmp_path)
    case.expect = {"a_key_from_the_future": 1}
    with pytest.raises(AssertionError, match="a_key_from_the_future"):
        case.check()


class Case:
    """One case folder, copied, and what became of its files.

    Args:
        name: folder of the case.
        cli: command line on an empty workspace.
        client_of: makes HTTP clients.
    """

    def __init__(self, name: str, cli: Any, client_of: Callable[[Any], Any], scratch: Path) -> None:
        self.expect = expectation(name)
        self.folder = scratch / "case"
        self.scratch = scratch
        self.client_of = client_of
        shutil.copytree(CASES / name, self.folder)
        if make := self.expect.get("make"):
            subprocess.run([sys.executable, make], cwd=self.folder, check=True)
        self.inputs = {item["file"]: item for item in self.expect["inputs"]}
        self.store = Store(cli, self)

    def check(self) -> None:
        unknown = set(self.expect) - set(CHECKS) - PLAIN
        assert not unknown, f"keys that the harness does not know: {sorted(unknown)}"
        claims = {key: value for key, value in self.expect.items() if key in CHECKS}
        steps = claims.pop("steps", None)
        if claims:
            self.store.load(self.inputs)
        for key, value in sorted(claims.items(), key=lambda claim: claim[0] == BROWSER):
            CHECKS[key](self.store, value)
        if steps is not None:
            check_steps(self, steps)


class Store:
    """One workspace of a case."""

    def __init__(self, cli: Any, case: Case) -> None:
        self.cli = cli
        self.case = case
        self.files: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, str] = {}
        self.pairs_scored = 0

    def load(self, files: Iterable[str], options: dict[str, Any] | None = None) -> None:
        for file in files:
            declared = self.case.inputs.get(file, {"kind": "drivers"}) | (options or {})
            unknown = set(declared) - {"file", "kind", "date_order", "encoding"}
            assert not unknown, f"inputs: {unknown}"
            arguments = ["load", self.case.folder / file, "--source", declared["kind"]]
            for option in ("date_order", "encoding"):
                if declared.get(option):
                    arguments += [f"--{option.replace('_', '-')}", declared[option]]
            if today := self.case.expect.get("today"):
                arguments += ["--today", today]
            result = self.cli.run(*arguments, "-w", self.cli.folder, "--json")
            if result.code == 2:
                assert result.out == ""
                self.refused[file] = result.err
                continue
            assert result.code == 0, result.err
            document = result.document
            self.pairs_scored += document["pairs_scored"]
            (self.files[file],) = document["files"]
            found = self.files[file]
            assert found["rows"] == found["accepted"] + len(found["rejected"])

    def identities(self) -> dict[str, str]:
        rows = self.cli.json("identities")["rows"]
        return {f"{row['source']}/{row['record_id']}": row["identity_id"] for row in rows}

    def partition(self) -> set[frozenset[str]]:
        groups: dict[str, set[str]] = {}
        for record, identity in self.identities().items():
            groups.setdefault(identity, set()).add(record)
        return {frozenset(group) for group in groups.values()}

    def show(self, record: str) -> dict[str, Any]:
        document: dict[str, Any] = self.cli.json("show", record)
        return document

    def record(self, key: str) -> dict[str, Any]:
        (found,) = [item for item in self.show(key)["records"] if item["key"] == key]
        assert isinstance(found, dict)
        return found

    def risk(self, record: str) -> dict[str, Any]:
        document: dict[str, Any] = self.cli.json("risk", record)
        return document

    def scores(self) -> dict[str, Any]:
        return {row["identity_id"]: row for row in self.cli.json("scores")["rows"]}

    def counts(self) -> dict[str, int]:
        workspace = open_workspace(self.cli.folder)
        with workspace.reading() as connection:
            counts = EmbeddedStore(connection).counts()
        return {name: getattr(counts, side).get(kind, 0) for name, (side, kind) in GRAPH.items()}

    def facts(self, kind: Kind) -> dict[str, dict[str, Any]]:
        return {row["key"]: row for row in open_workspace(self.cli.folder).facts(kind).iter_rows(named=True)}


# Each check takes the store and what is expected.


def accepted(store: Store, expected: dict[str, int]) -> None:
    assert {file: store.files[file]["accepted"] for file in expected} == expected


def rejected(store: Store, expected: list[dict[str, Any]]) -> None:
    found = [(file, issue) for file, document in store.files.items() for issue in document["rejected"]]
    assert sorted((file, issue["line"]) for file, issue in found) == sorted((e["file"], e["line"]) for e in expected)
    for item in expected:
        known_keys(item, {"file", "line", "column", "says"})
        (issue,) = [issue for file, issue in found if (file, issue["line"]) == (item["file"], item["line"])]
        columns = item["column"] if isinstance(item["column"], list) else [item["column"]]
        assert issue["column"] in columns
        assert Path(issue["file"]).name == item["file"]
        assert item.get("says", "") in issue["message"]
        assert issue["rule"]


def warned(store: Store, expected: list[dict[str, Any]]) -> None:
    for item in expected:
        known_keys(item, {"file", "line", "column"})
        found = {(issue["line"], issue["column"]) for issue in store.files[item["file"]]["warned"]}
        assert (item["line"], item["column"]) in found
    for document in store.files.values():
        lines = {issue["line"] for issue in document["rejected"]}
        assert not any(issue["line"] in lines and issue["column"] is None for issue in document["warned"])


def file_refused(store: Store, expected: dict[str, Any]) -> None:
    known_keys(expected, {"file", "line", "column"})
    file = expected.get("file") or next(iter(store.refused), None)
    assert file in store.refused
    message = store.refused[file]
    assert message.count("\n") == 1
    assert file in message
    if "line" in expected:
        assert f"line {expected['line']}" in message
    if "column" in expected:
        assert expected["column"] in message
    assert store.identities() == {}


def undeclared(store: Store, expected: dict[str, Any]) -> None:
    known_keys(expected, {"file", "any_of"})
    other = Store(store.cli.at(store.case.scratch / "undeclared"), store.case)
    other.load([expected["file"]], {"encoding": None})
    failures = []
    for choice in expected["any_of"]:
        try:
            for key, value in choice.items():
                CHECKS[key](other, value)
        except (AssertionError, KeyError) as failure:
            failures.append(str(failure))
        else:
            return
    pytest.fail(f"none of the choices: {failures}")


def stored(store: Store, expected: dict[str, dict[str, Any]]) -> None:
    received = {key: row for file in store.files for key, row in rows_of(store, file).items()}
    for key, values in expected.items():
        record = store.record(key)
        for name, value in values.items():
            assert record["standard"][name] == value, (key, name)
            text = received[key][name]
            assert (record["raw"].get(name) or "") == text, f"{key} {name}: the text as received is lost"


def rows_of(store: Store, file: str) -> dict[str, dict[str, str]]:
    encoding = store.case.inputs.get(file, {}).get("encoding") or "utf-8-sig"
    text = (store.case.folder / file).read_bytes().decode(encoding)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {f"{row['source']}/{row['record_id']}": row for row in rows if row.get("record_id")}


def loaded(store: Store, expected: list[str]) -> None:
    assert set(expected) <= set(store.identities())


def same(store: Store, expected: list[list[str]]) -> None:
    identities = store.identities()
    for group in expected:
        assert len({identities[key] for key in group}) == 1, f"{group} are one person"
        assert store.cli.json("why", group[0], group[-1])["verdict"] == "same"


def different(store: Store, expected: list[list[str]]) -> None:
    identities = store.identities()
    for a, b in expected:
        assert identities[a] != identities[b], f"{a} and {b} are two people"
        assert store.cli.json("why", a, b)["verdict"] in {"possible", "different"}


def candidates(store: Store, expected: list[list[str]]) -> None:
    identities = store.identities()
    for a, b in expected:
        if identities[a] == identities[b]:
            continue
        links = {(link["record"], link["other"]) for link in store.show(a)["possible_links"]}
        between = {(x, y) for x, y in links if identities[y] == identities[b]}
        assert between, f"{a} and {b} are put forward"
        assert store.cli.json("why", a, b)["verdict"] == "possible"


def review(store: Store, expected: list[str]) -> None:
    for key in expected:
        assert any(link["record"] == key for link in store.show(key)["possible_links"]), f"{key} is put forward"


def identities(store: Store, expected: int) -> None:
    assert len(set(store.identities().values())) == expected


def same_address(store: Store, expected: list[list[str]]) -> None:
    for a, b in expected:
        left, right = (store.record(key)["standard"]["address_key"] for key in (a, b))
        assert left is not None
        assert left == right, f"{a} and {b} are at one address"


def different_address(store: Store, expected: list[list[str]]) -> None:
    for a, b in expected:
        left, right = (store.record(key)["standard"]["address_key"] for key in (a, b))
        assert left is None or left != right, f"{a} and {b} are at two addresses"


def associates_of(store: Store, record: str) -> dict[str, dict[str, Any]]:
    return {item["identity_id"]: item for item in store.risk(record)["associates"]}


def linked(store: Store, expected: list[dict[str, Any]]) -> None:
    ids = store.identities()
    for item in expected:
        known_keys(item, {"pair", "via"})
        a, b = item["pair"]
        for x, y in ((a, b), (b, a)):
            found = associates_of(store, x)
            assert ids[y] in found, f"{x} is shown as linked to {y}"
            assert VIA[item["via"]] in kinds_of(found[ids[y]])


def kinds_of(associate: dict[str, Any]) -> set[str]:
    return {thing["tie"] for thing in associate["things"]}


def not_linked(store: Store, expected: list[list[str]]) -> None:
    ids = store.identities()
    for a, b in expected:
        assert ids[b] not in associates_of(store, a), f"{a} is not linked to {b}"
        assert ids[a] not in associates_of(store, b)


def match_score_greater(store: Store, expected: list[list[list[str]]]) -> None:
    for high, low in expected:
        assert store.cli.json("why", *high)["bits"] > store.cli.json("why", *low)["bits"]


def scores(store: Store, expected: list[dict[str, Any]], earlier: list[Store] | None = None) -> None:
    for item in expected:
        known_keys(item, {"greater", "equal", "not_greater", "kind"})
        assert item.get("kind", "linked_risk") == "linked_risk"
        for relation, holds in (
            ("greater", lambda a, b: a > b),
            ("equal", lambda a, b: a == b),
            ("not_greater", lambda a, b: a <= b),
        ):
            if relation in item:
                a, b = (linked_score(store, value, earlier or []) for value in item[relation])
                assert holds(a, b), f"{item}: {a} {relation} {b}"


def linked_score(store: Store, value: str | float, earlier: list[Any]) -> float:
    if not isinstance(value, str):
        return float(value)
    key, _, step = value.partition("@step")
    if step:
        return float(earlier[int(step)][key])
    document = store.risk(key)
    assert sum(c["points"] for c in document["linked"]["contributions"]) == pytest.approx(
        document["linked"]["points"], abs=1e-9
    )
    row = store.scores()[document["identity_id"]]
    assert row["linked"] == pytest.approx(document["linked"]["score"], abs=1e-9)
    return float(document["linked"]["score"])


def associates(store: Store, expected: dict[str, dict[str, Any]]) -> None:
    for key, claim in expected.items():
        known_keys(claim, {"count", "distinct"})
        found = [item["identity_id"] for item in store.risk(key)["associates"]]
        assert len(found) == claim["count"]
        if claim.get("distinct"):
            assert len(set(found)) == len(found)


def events_counted(store: Store, expected: dict[str, list[str]]) -> None:
    for key, events in expected.items():
        document = store.risk(key)
        assert sorted(document["events_counted"]) == sorted(events)
        assert Counter(c["incident"] for c in document["linked"]["contributions"]).most_common(1)[0][1] == 1


def own_events(store: Store, expected: dict[str, list[str]]) -> None:
    for key, events in expected.items():
        assert sorted(store.risk(key)["own_events"]) == sorted(events)


def graph(store: Store, expected: dict[str, int]) -> None:
    known_keys(expected, set(GRAPH))
    found = store.counts()
    assert {name: found[name] for name in expected} == expected


def stored_carriers(store: Store, expected: dict[str, str]) -> None:
    facts = store.facts(Kind.CARRIER)
    assert {key: facts[key]["name"] for key in expected} == expected


def stored_events(store: Store, expected: dict[str, dict[str, str]]) -> None:
    facts = store.facts(Kind.EVENT)
    for key, values in expected.items():
        events = {event["key"]: event for event in store.show(facts[key]["record_key"])["events"]}
        assert {name: events[key][name] for name in values} == values


def limits(store: Store, expected: dict[str, float]) -> None:
    known_keys(expected, {"pairs_scored_max", "largest_identity_max", "score_seconds_max"})
    if "pairs_scored_max" in expected:
        assert 0 < store.pairs_scored <= expected["pairs_scored_max"]
    if "largest_identity_max" in expected:
        sizes = Counter(store.identities().values())
        assert max(sizes.values()) <= expected["largest_identity_max"]
    if "score_seconds_max" in expected:
        record = min(store.identities())
        started = time.perf_counter()
        store.risk(record)
        assert time.perf_counter() - started <= expected["score_seconds_max"]


def api(store: Store, expected: list[dict[str, Any]]) -> None:
    client = store.case.client_of(store.cli)
    for call in expected:
        API[call["call"]](store, client, call)


def api_score(store: Store, client: Any, call: dict[str, Any]) -> None:
    known_keys(call, {"call", "source", "record_id", "status", "surname"})
    wanted = {"source": call["source"], "record_id": call["record_id"]}
    answer = client.post("/api/v1/drivers/lookup", json=wanted)
    assert answer.status_code == call["status"], call
    if call["status"] != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        return
    (record,) = answer.json()["records"]
    assert {name: record[name] for name in wanted} == wanted
    assert record["standard"]["surname"] == call["surname"]
    risk = client.get(f"/api/v1/drivers/{answer.json()['identity_id']}/linked-risk")
    assert risk.status_code == 200
    assert risk.json()["linked"]["score"] == 0


def api_search(store: Store, client: Any, call: dict[str, Any]) -> None:
    known_keys(call, {"call", "q", "finds"})
    hits = client.post("/api/v1/drivers/search", json={"text": call["q"]}).json()["hits"]
    ids = store.identities()
    assert {ids[key] for key in call["finds"]} <= {hit["identity_id"] for hit in hits}


def api_list(store: Store, client: Any, call: dict[str, Any]) -> None:
    known_keys(call, {"call", "page_size", "pages", "each_exactly_once", "repeat", "same_order", "total"})
    orders = []
    for _ in range(call["repeat"]):
        seen, sizes, cursor = [], [], None
        for _page in call["pages"]:
            parameters = {"sort": "score", "limit": call["page_size"]} | ({"cursor": cursor} if cursor else {})
            answer = client.get("/api/v1/drivers", params=parameters)
            assert answer.status_code == 200
            page = answer.json()
            assert page["total"] == call["total"]
            sizes.append(len(page["rows"]))
            seen += [row["identity_id"] for row in page["rows"]]
            cursor = page["next_cursor"] or cursor
        assert sizes == call["pages"]
        orders.append(seen)
    if call["each_exactly_once"]:
        assert sorted(orders[0]) == sorted(set(store.identities().values()))
    if call["same_order"]:
        assert all(order == orders[0] for order in orders)


API = {"score by source record": api_score, "search": api_search, "list drivers by score": api_list}


def export(store: Store, expected: dict[str, Any]) -> None:
    known_keys(expected, {"no_cell_starts_with"})
    texts = []
    for arguments in (["identities"], ["scores"], *searches(store)):
        result = store.cli(*arguments, "--format", "csv")
        assert result.code == 0
        texts.append(result.out)
    folder = store.case.scratch / "graph"
    assert store.cli("graph", "export", folder, "--format", "csv").code == 0
    files = sorted(folder.glob("*.csv"))
    assert len(files) == 2
    texts += [file.read_text("utf-8") for file in files]
    sample = store.case.scratch / "sample.csv"
    assert store.cli("evaluate", "--sample", 50, "--out", sample).code == 0
    assert_no_formula([*texts, sample.read_text("utf-8")], expected["no_cell_starts_with"])


def assert_no_formula(texts: list[str], starts: list[str]) -> None:
    """No cell of the files begins like a formula, and those of the case are in them."""
    for text in texts:
        assert not [
            cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if cell.startswith(tuple(starts))
        ]
    for start in ("=HYPERLINK", "@SUM", "+1", "-2"):
        assert f"'{start}" in "".join(texts) or f" {start}" in "".join(texts)


def searches(store: Store) -> list[list[str]]:
    """A search for each record, so that every name is among the cells."""
    return [["search", key] for key in store.identities()]


def ui(store: Store, expected: dict[str, Any]) -> None:
    known_keys(expected, {"page_title_must_not_become", "visible_text"})
    (drivers,) = [store.case.folder / file for file in store.files]
    starts = store.case.expect["export"]["no_cell_starts_with"]
    texts = files_from_pages(
        store.cli.folder, drivers, expected["visible_text"], expected["page_title_must_not_become"]
    )
    assert_no_formula(texts, starts)


def check_steps(case: Case, steps: list[dict[str, Any]]) -> None:
    stores: dict[Any, Store] = {}
    current: Store | None = None
    memory: list[dict[str, Any]] = []
    for number, step in enumerate(steps):
        known_keys(step, STEP_KEYS | set(CHECKS))
        mark = step.get("fresh_store", "only" if current is None else None)
        if mark is not None:
            folder = case.scratch / f"store-{mark}"
            current = stores.setdefault(mark, Store(case.store.cli.at(folder), case))
        assert current is not None
        current.load(case.inputs if step["load"] == "all" else step["load"].split("+"))
        now = snapshot(current)
        for key, value in step.items():
            if key == "scores":
                scores(current, value, [earlier["linked"] for earlier in memory])
            elif key in CHECKS:
                CHECKS[key](current, value)
        memory.append(now)
        remembered(step, number, memory)


def snapshot(store: Store) -> dict[str, Any]:
    ids = store.identities()
    table = store.scores()
    return {
        "ids": ids,
        "counts": store.counts(),
        "scores": table,
        "linked": {key: table[identity]["linked"] for key, identity in ids.items()},
        "partition": store.partition(),
    }


def remembered(step: dict[str, Any], number: int, memory: list[dict[str, Any]]) -> None:
    now = memory[number]
    for name in step.get("unchanged", []):
        assert now[name] == memory[number - 1][name], f"step {number}: {name} changed"
    for key in step.get("ids_unchanged", []):
        assert now["ids"][key] == memory[0]["ids"][key], f"step {number}: the id of {key} changed"
    for a, b in step.get("id_equal", []):
        assert now["ids"][a] == now["ids"][b]
    if "partition_equals_step" in step:
        assert now["partition"] == memory[step["partition_equals_step"]]["partition"]
    for name in step.get("remember", []):
        assert name in now
    for key in step.get("remember_ids", []):
        assert key in now["ids"]


def known_keys(found: Iterable[str], known: set[str]) -> None:
    unknown = set(found) - known
    assert not unknown, f"keys that the harness does not know: {sorted(unknown)}"


PLAIN = {"case", "topic", "make", "inputs", "today"}
STEP_KEYS = {
    "fresh_store",
    "load",
    "remember",
    "remember_ids",
    "unchanged",
    "ids_unchanged",
    "id_equal",
    "partition_equals_step",
}
CHECKS: dict[str, Callable[[Store, Any], None]] = {
    check.__name__: check
    for check in (
        accepted,
        rejected,
        warned,
        file_refused,
        undeclared,
        stored,
        loaded,
        same,
        different,
        candidates,
        review,
        identities,
        same_address,
        different_address,
        linked,
        not_linked,
        match_score_greater,
        scores,
        associates,
        events_counted,
        own_events,
        graph,
        stored_carriers,
        stored_events,
        limits,
        api,
        export,
        ui,
    )
}
CHECKS["steps"] = lambda store, value: None
