"""The command line at its edges: help, exit codes, one document, and never a traceback or half a load."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.audit import AuditLog
from api.cli.commands import COMMANDS, command_of

DRIVERS = """source,record_id,country,given_name,surname,second_surname,birth_date,licence_number,licence_jurisdiction
US,u1,US,Lucretia,Van Houten,,1981-01-01,VH810101,OH
CA,c1,CA,LUCRETIA,VANHOUTEN,,1981-01-01,VH810101,OH
US,u2,US,Bartholomew,Szymanski,,1975-10-20,SZ751020,OH
"""


def commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every command there is in a command or group, with its words."""
    nested = getattr(command, "commands", None)
    if nested:
        for name, sub in sorted(nested.items()):
            yield from commands(sub, (*words, name))
    else:
        yield words


ALL = [words for name in sorted(listed.name for listed in COMMANDS) for words in commands(command_of(name), (name,))]


def test_the_commands_are_those_of_the_interface() -> None:
    wanted = (
        "init load doctor search show why link unlink undo risk rescore evaluate identities scores serve demo "
        "compare runs report unlinkables screen"
    )
    assert {words for words in ALL if len(words) == 1} >= {(word,) for word in wanted.split()}
    assert {("sources", "list"), ("sources", "check"), ("key", "add"), ("key", "list"), ("key", "revoke")} <= set(ALL)


@pytest.mark.parametrize("words", [(), ("key",), ("sources",), *ALL], ids=" ".join)
def test_help_says_what_a_command_does(anywhere: Any, words: tuple[str, ...]) -> None:
    result = anywhere.run(*words, "--help")
    assert result.code == 0
    assert "Usage" in result.out
    assert len(result.out.splitlines()) > 5


@pytest.fixture
def loaded(load_kept: Any) -> Any:
    return load_kept(("drivers", DRIVERS, "2026-06-30"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("sources", "list"),
        ("doctor",),
        ("identities",),
        ("scores",),
        ("search", "houten"),
        ("show", "US/u1"),
        ("why", "US/u1", "US/u2"),
        ("risk", "US/u1"),
        ("rescore", "--full"),
        ("screen",),
        ("screen", "--lag"),
        ("screen", "--runs"),
        ("runs",),
        ("compare", "1"),
        ("unlinkables",),
        ("key", "list"),
        ("key", "add", "a"),
        ("link", "US/u1", "US/u2", "--reason", "seen together"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_json_is_one_document_and_the_table_is_no_json(loaded: Any, arguments: tuple[str, ...]) -> None:
    document = loaded.json(*arguments)
    assert isinstance(document, dict)
    if arguments[0] not in {"key", "link"}:
        shown = loaded(*arguments)
        assert shown.code == 0
        assert shown.out.strip()
        with pytest.raises(json.JSONDecodeError):
            json.loads(shown.out)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("frobnicate",), "frobnicate"),
        (("load",), "FILE"),
        (("load", "nowhere.csv", "--source", "drivers"), "nowhere.csv"),
        (("load", ".", "--source", "drivers"), "."),
        (("load", "{file}", "--source", "no-such-source"), "no-such-source"),
        (("load", "{file}", "--source", "drivers", "--today", "31/12/2026"), "--today"),
        (("load", "{file}", "--source", "drivers", "--date-order", "XYZ"), "--date-order"),
        (("load", "{file}", "--source", "drivers", "--mode", "replace"), "--mode"),
        (("load", "{file}", "--source", "drivers", "--encoding", "klingon"), "encoding"),
        (("load", "{file}", "--source", "drivers", "--delimiter", "||"), "delimiter"),
        (("show", "nobody"), "no such driver"),
        (("show", "US/nobody"), "no such driver"),
        (("risk", "US/u1", "--as-of", "soon"), "--as-of"),
        (("why", "US/u1", "nobody"), "no such driver"),
        (("link", "US/u1", "US/u2"), "reason"),
        (("link", "US/u1", "US/u2", "--reason", " "), "reason"),
        (("undo", "99"), "99"),
        (("undo", "x"), "NUMBER"),
        (("identities", "--format", "xml"), "--format"),
        (("evaluate", "--truth", "nowhere.csv"), "nowhere.csv"),
        (("key", "revoke", "nobody"), "crosslane key list"),
        (("search", "x" * 500), "characters"),
        (("search", "x", "--limit", "0"), "--limit"),
        (("scores", "--store", "http://host:7687"), "--store"),
        (("rescore", "--today", "1999-01-01"), "1999-01-01"),
        (("screen", "--today", "1999-01-01"), "as of"),
        (("screen", "--lag", "--since", "soon"), "--since"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_exit_2(loaded: Any, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    before = loaded.json("identities"), loaded.json("scores")
    given = [argument.format(file=tmp_path / "drivers.csv") for argument in arguments]
    result = loaded(*given)
    assert result.code == 2, result
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("crosslane: ")
    assert says in result.err
    assert (loaded.json("identities"), loaded.json("scores")) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"source,record_id,record_id\nUS,a,b\n"),
        ("missing.csv", b"country,surname\nUS,Okafor\n"),
        ("binary.csv", bytes(range(256)) * 4),
        ("broken.parquet", b"PAR1 and nothing more"),
        ("broken.toml", b"name = "),
        ("wrong.toml", b'name = "x"\ntitle = "x"\nsurprise = 1\n'),
    ],
)
def test_a_refused_file_or_manifest_leaves_nothing_behind(
    loaded: Any, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = loaded.json("identities")
    good = tmp_path / "drivers.csv"
    files = [good] if name.endswith(".toml") else [path]
    result = loaded("load", *files, "--source", path if name.endswith(".toml") else "drivers")
    assert result.code == 2, result
    assert result.err.count("\n") == 1
    assert name in result.err
    assert loaded.json("identities") == before


def test_one_refused_file_refuses_the_whole_load(cli: Any, write: Callable[[str, str], Path]) -> None:
    good, bad = write("good.csv", DRIVERS), write("bad.csv", "country\nUS\n")
    result = cli("load", good, bad, "--source", "drivers")
    assert result.code == 2
    assert "bad.csv" in result.err
    assert cli.json("identities")["rows"] == []
    assert cli.json("doctor")["checks"]


def test_no_workspace_is_told(anywhere: Any) -> None:
    for arguments in (("scores",), ("doctor", "-w", anywhere.folder)):
        result = anywhere.run(*arguments)
        assert result.code == (2 if arguments == ("scores",) else 1)
    assert "CROSSLANE_WORKSPACE" in anywhere.run("scores").err
    assert "crosslane init" in anywhere.run("scores", "-w", anywhere.folder).err


def test_a_folder_of_other_things_is_no_workspace(anywhere: Any, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    result = anywhere.run("init", "-w", tmp_path)
    assert result.code == 2
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["letter.txt"]


def test_the_workspace_may_come_first_last_or_from_the_environment(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = loaded.run("scores", "--json", "-w", loaded.folder).out
    assert loaded.run("-w", loaded.folder, "--json", "scores").out == wanted
    monkeypatch.setenv("CROSSLANE_WORKSPACE", str(loaded.folder))
    assert loaded.run("scores", "--json").out == wanted


def test_the_same_files_again_change_nothing_and_say_so(loaded: Any, write: Callable[[str, str], Path]) -> None:
    path = write("drivers.csv", DRIVERS)
    before = loaded.json("identities"), loaded.json("scores"), loaded.json("show", "US/u1")
    again = loaded.json("load", path, "--source", "drivers", "--today", "2026-06-30")
    assert again["unchanged"] is True
    assert (loaded.json("identities"), loaded.json("scores"), loaded.json("show", "US/u1")) == before
    shown = loaded("load", path, "--source", "drivers", "--today", "2026-06-30")
    assert "Nothing changed" in shown.out


def test_rejected_rows_are_listed_and_the_load_goes_on(cli: Any, write: Callable[[str, str], Path]) -> None:
    path = write("some.csv", DRIVERS + "US,,US,No,Key,,,,\nUS,u9,US,,,,1980-01-01,,\nUS,u8,US,Ann\n")
    result = cli("load", path, "--source", "drivers")
    assert result.code == 0
    assert "some.csv" in result.out
    document = cli.json("sources", "check", path, "--source", "drivers")["files"][0]
    assert [issue["line"] for issue in document["rejected"]] == [5, 6, 7]
    assert document["rows"] == document["accepted"] + 3


def test_a_check_loads_nothing(cli: Any, write: Callable[[str, str], Path]) -> None:
    assert cli("sources", "check", write("drivers.csv", DRIVERS), "--source", "drivers").code == 0
    assert cli.json("identities")["rows"] == []


def test_evaluate_counts_only_records_of_the_truth(loaded: Any, write: Callable[[str, str], Path]) -> None:
    truth = write("truth.csv", "source,record_id,entity_id,group\nUS,u1,e1,a\nCA,c1,e1,a\nUS,gone,e1,b\n")
    document = loaded.json("evaluate", "--truth", truth)
    assert (document["records"], document["missing"]) == (3, 1)
    assert document["pairs"] == {
        "true": 3, "predicted": 1, "correct": 1, "precision": 1.0, "recall": 1 / 3, "f1": 0.5,
    }  # fmt: skip
    assert document["by_group"]["country"]["CA-US"]["correct"] == 1
    assert set(document["by_group"]["group"]) == {"a", "a-b"}
    assert loaded.json("evaluate", "--truth", truth, "--source", "CA")["records"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source,record_id\nUS,u1\n", "entity_id"),
        ("source,record_id,entity_id\nUS,u1,\n", "line 2"),
        ("source,record_id,entity_id\nUS,u1,a\nUS,u1,b\n", "one record"),
        ("", "CSV"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(
    loaded: Any, write: Callable[[str, str], Path], text: str, says: str
) -> None:
    result = loaded("evaluate", "--truth", write("truth.csv", text))
    assert result.code == 2
    assert says in result.err


def test_a_decision_and_its_undoing(loaded: Any) -> None:
    before = loaded.json("identities")
    made = loaded.json("unlink", "US/u1", "CA/c1", "--reason", "two cousins")
    assert made["decision"]["by"] == "tester"
    assert len({row["identity_id"] for row in loaded.json("identities")["rows"]}) == 3
    assert loaded.json("why", "US/u1", "CA/c1")["decisions"][0]["reason"] == "two cousins"
    undone = loaded.json("undo", str(made["decision"]["n"]))
    assert undone["decision"]["undone_by"] == "tester"
    assert loaded.json("identities") == before
    assert loaded("undo", made["decision"]["n"]).code == 2


def test_every_command_that_shows_a_person_is_audited_first(loaded: Any) -> None:
    identity = loaded.json("show", "US/u1")["identity_id"]
    loaded.json("search", "houten")
    loaded.json("why", "US/u1", "US/u2")
    loaded.json("risk", "US/u1")
    loaded("identities", "--format", "csv")
    loaded("scores", "--format", "csv")
    entries = AuditLog(loaded.folder).entries()
    assert {entry.action for entry in entries} >= {
        "load", "show", "search", "why", "risk", "export identities", "export scores",
    }  # fmt: skip
    for action in ("show", "search", "why", "risk"):
        assert identity in {entry.identity_id for entry in entries if entry.action == action}
    assert all(entry.actor == "tester" for entry in entries)
    kept = " ".join(f"{entry.action} {entry.identity_id} {entry.detail}" for entry in entries)
    assert "outen" not in kept


def test_nothing_is_shown_when_the_audit_cannot_be_written(loaded: Any) -> None:
    audit = loaded.folder / "audit.db"
    for file in loaded.folder.glob("audit.db*"):
        file.unlink()
    audit.mkdir()
    for words in ("show US/u1", "search houten", "scores", "risk US/u1", "why US/u1 US/u2"):
        result = loaded(*words.split())
        assert result.code == 2
        assert result.out == ""
    assert loaded("doctor").code == 1


def test_an_unexpected_fault_tells_no_data(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Lucretia Van Houten")

    monkeypatch.setattr("api.cli.driver_commands.show_driver", fail)
    result = loaded("show", "US/u1")
    assert result.code == 1
    assert "Lucretia" not in result.err
    assert "CROSSLANE_DEBUG=1" in result.err
    assert result.err.count("\n") == 1


def test_an_interrupted_load_says_so(loaded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.workspace_commands.load", interrupted)
    result = loaded("load", tmp_path / "drivers.csv", "--source", "drivers")
    assert result.code == 130
    assert "nothing was loaded" in result.err


def test_doctor_finds_lost_rows_and_a_graph_behind(loaded: Any) -> None:
    assert all(check["ok"] for check in loaded.json("doctor")["checks"])
    folder = loaded.folder / "records" / "1"
    folder.rename(loaded.folder / "elsewhere")
    checks = {check["name"]: check for check in loaded.json("doctor", code=1)["checks"]}
    assert not checks["records"]["ok"]
    assert "load 1" in checks["records"]["detail"]
    (loaded.folder / "elsewhere").rename(folder)
    from api.bootstrap import open_workspace

    with open_workspace(loaded.folder).transaction() as connection:
        connection.execute("UPDATE graph_state SET value = 0")
    assert not {c["name"]: c for c in loaded.json("doctor", code=1)["checks"]}["graph"]["ok"]


def test_doctor_finds_a_damaged_ledger(loaded: Any) -> None:
    ledger = loaded.folder / "ledger.db"
    for extra in loaded.folder.glob("ledger.db-*"):
        extra.unlink()
    data = bytearray(ledger.read_bytes())
    data[4096 * 3 : 4096 * 20] = os.urandom(4096 * 17)
    ledger.write_bytes(bytes(data))
    result = loaded("doctor")
    assert result.code == 1
    assert "Traceback" not in result.err


def crosslane(*arguments: object, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())"]
    return subprocess.Popen(
        [*command, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


@pytest.mark.parametrize("arguments", [("--format", "csv"), ("--json",), ()], ids=" ".join)
def test_a_reader_that_leaves_is_no_fault(loaded: Any, arguments: tuple[str, ...]) -> None:
    process = crosslane("identities", *arguments, "-w", loaded.folder)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr is not None
    with process.stderr as err:
        assert err.read() == ""


def many_drivers(count: int) -> str:
    rows = ["source,record_id,country,given_name,surname,birth_date,licence_number,licence_jurisdiction"]
    for number in range(count):
        name = f"{chr(65 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)}"
        day = f"19{60 + number % 39}-{1 + number % 12:02}-{1 + number % 28:02}"
        rows += [f"{source},r{number},{source},{name}o,{name}ez,{day},L{number:07},TX" for source in ("US", "MX")]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("seen", "delay_s"),
    [
        ("ledger.lock", 0.1),
        ("ledger.lock", 0.8),
        ("records/.2.partial", 0.0),
        ("records/2", 0.0),
        ("records/2", 0.3),
        ("records/2", 0.9),
        ("records/2", 1.4),
        ("records/2", 2.0),
    ],
)
def test_a_load_killed_at_any_moment_is_whole_or_never_was(
    cli: Any, write: Callable[[str, str], Path], seen: str, delay_s: float
) -> None:
    first = write("first.csv", DRIVERS)
    cli.json("load", first, "--source", "drivers", "--today", "2026-06-30")
    before = cli.json("identities")
    second = write("second.csv", many_drivers(1500))
    arguments = ("load", second, "--source", "drivers", "--today", "2026-06-30", "-w", cli.folder)
    process = crosslane(*arguments)
    while not (cli.folder / seen).exists() and process.poll() is None:
        time.sleep(0.001)
    time.sleep(delay_s)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    after = cli.json("identities")
    assert after == before or len(after["rows"]) == len(before["rows"]) + 3000
    completed = cli.json(*arguments[:-2])
    assert completed["unchanged"] is (after != before)
    assert len(cli.json("identities")["rows"]) == 3003
    assert all(check["ok"] for check in cli.json("doctor")["checks"])


@pytest.mark.timeout(60)
def test_nobody_who_reads_waits_for_a_writer(loaded: Any, client_of: Callable[[Any], Any]) -> None:
    from api.bootstrap import open_workspace

    client = client_of(loaded)
    with open_workspace(loaded.folder).exclusive():
        for words in ("identities", "scores", "search houten", "show US/u1", "risk US/u1", "why US/u1 US/u2", "doctor"):
            loaded.json(*words.split())
        assert client.get("/api/v1/drivers").status_code == 200


def test_readers_answer_while_a_load_runs(cli: Any, write: Callable[[str, str], Path]) -> None:
    cli.json("load", write("first.csv", DRIVERS), "--source", "drivers", "--today", "2026-06-30")
    path = write("second.csv", many_drivers(3000))
    process = crosslane("load", path, "--source", "drivers", "--today", "2026-06-30", "-w", cli.folder)
    seen = set()
    while process.poll() is None:
        started = time.perf_counter()
        rows = cli.json("identities")["rows"]
        seen.add((len(rows), len(cli.json("search", "houten")["hits"])))
        assert time.perf_counter() - started < 5, "a reader waited for the load"
    process.communicate()
    assert process.returncode == 0
    assert seen <= {(3, 1), (6003, 1)}
    assert (3, 1) in seen
