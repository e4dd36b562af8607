"""`ports`: from crossings to an alarm, an owner, an action and what came of it; real traffic beside them."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.bootstrap import open_workspace
from api.cli import main
from eligibility.trail import Trail
from eligibility.untold import untold
from fixtures.world.crossings import Effect, written
from fixtures.world.nameless import nameless_crossings

ROOT = Path(__file__).resolve().parents[2]
BTS = ROOT / "fixtures" / "bts" / "bts_truck_entries.parquet"
TURNED, ENTRIES, SHARE = "2506", 90_000, 0.35
TAKEN = date(2026, 4, 1)
SIGNAL = f"{TURNED}:fast-above-other:2026Q1"


def crossings(path: Path, seed: int, effect: Effect, keep: pl.Expr) -> Path:
    drawn = nameless_crossings(ENTRIES, seed, date(2026, 6, 30), effect)
    rows = written(drawn).with_columns(pl.format("{}{}", pl.lit(f"S{seed}"), "crossing_id").alias("crossing_id"))
    rows = rows.filter(keep).with_columns(source=pl.lit("CBP"), record_id=pl.lit(None, pl.String))
    rows.with_columns(pl.col(pl.String).replace("", None)).write_csv(path)
    return path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real traffic, and crossings up to the day before something is done: FAST turned at one port two quarters ago."""
    folder = tmp_path_factory.mktemp("ports")
    effect = Effect(planted_port=TURNED, random_share=SHARE)
    before = crossings(folder / "before.csv", 3, effect, pl.col("date") < TAKEN.isoformat())
    workspace = folder / "workspace"
    assert main(["init", "-w", str(workspace)]) == 0
    for file, source in ((BTS, "bts-border-crossings"), (before, "crossings")):
        assert main(["load", str(file), "--source", source, "--today", "2026-03-31", "-w", str(workspace)]) == 0
    return workspace


@pytest.fixture
def loaded(anywhere: Any, prepared: Path) -> Any:
    """The command line on a copy of the prepared workspace."""
    shutil.copytree(prepared, anywhere.folder)
    return anywhere


def row_of(document: dict[str, Any], port: str) -> dict[str, Any]:
    return next(row for row in document["rows"] if row["port_code"] == port)


def signal_of(document: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in document["signals"] if row["signal"] == SIGNAL)


def test_the_traffic_of_bts_loads_whole_and_is_shown(cli: Any) -> None:
    load = cli.json("load", BTS, "--source", "bts-border-crossings")
    (file,) = load["files"]
    assert (file["rows"], file["accepted"], file["rejected"], file["warned"]) == (109_201, 109_201, [], [])
    document = cli.json("ports")
    assert len(document["rows"]) == 115
    laredo = row_of(document, "2304")
    assert (laredo["port_name"], laredo["border"]) == ("Laredo", "US-Mexico Border")
    assert laredo["volume"]["trucks"] == 3_003_126  # March 2024 to February 2025
    assert (laredo["volume"]["trucks_from"], laredo["volume"]["trucks_to"]) == ("2024-03", "2025-02")
    assert laredo["verdict"] is None
    assert document["as_of"] is None
    assert "Laredo" in cli("ports").out


def test_a_port_that_turned_is_flagged_assigned_acted_on_and_measured_again(loaded: Any, tmp_path: Path) -> None:
    document = loaded.json("ports")
    assert document["as_of"] == "2026-03-31"
    flagged = signal_of(document)
    assert (flagged["state"], flagged["is_open"], flagged["owner"]) == ("unassigned", True, None)
    assert flagged["adjusted"] <= document["false_discoveries"] == 0.05
    assert row_of(document, TURNED)["verdict"] == "riskier"
    all_ports = document["all_ports"]
    assert all_ports["crude_ratio"]["low"] > 1 > all_ports["ratio"]["low"]  # the paradox, and what is behind it

    why = ("--reason", "FAST rate above the others")
    opened = loaded.json("ports", "action", "open", SIGNAL, "--owner", "M. Chan", "--due", "2026-05-01", *why)
    n = opened["action"]
    assert (opened["state"], opened["owner"], opened["due_on"]) == ("assigned", "M. Chan", "2026-05-01")
    taken = loaded.json("ports", "action", "take", n, "--kind", "revet-cohort", "--on", TAKEN, *why)
    assert taken["before"]["ratio"]["low"] > 1
    refused = loaded("ports", "action", "measure", n, *why)
    assert (refused.code, "no crossing is known from 2026-04-01 on" in refused.err) == (2, True)

    calm = crossings(
        tmp_path / "after.csv", 4, Effect(planted_port=None, random_share=SHARE), pl.col("date") >= TAKEN.isoformat()
    )
    loaded.json("load", calm, "--source", "crossings", "--today", "2026-06-30")
    measured = loaded.json("ports", "action", "measure", n, *why)
    assert (measured["after"]["from"], measured["after"]["to"]) == ("2026-04-01", "2026-06-30")
    assert measured["after"]["verdict"] == "fell"
    assert measured["after"]["change_of_ratio"]["value"] < 1
    assert signal_of(loaded.json("ports"))["state"] == "measured"
    closed = loaded.json("ports", "action", "close", n, "--outcome", "resolved", "--reason", "back to the others' rate")
    assert (closed["state"], closed["outcome"]) == ("closed", "resolved")

    after = loaded.json("ports")
    row = signal_of(after)
    assert (row["state"], row["is_open"], row["action"]) == ("resolved", False, n)
    assert loaded.json("ports", "action", "list")["rows"] == [closed]
    with open_workspace(loaded.folder).reading() as connection:
        steps = Trail(connection).of(f"port action:{n}")
        assert Trail(connection).verify() == []
        assert untold(connection) == []
    assert [step.action.split()[-1] for step in steps] == ["opened", "taken", "measured", "closed"]
    assert all(step.actor == "tester" and step.reason for step in steps)


def test_exports_hide_small_cells_and_a_part_is_not_exported(loaded: Any) -> None:
    text = loaded("ports", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["lane"] for row in rows if row["port_code"] == TURNED} == {"fast", "other"}
    shown = [row["random_found"] for row in rows if row["random_found"] not in {"", "masked"}]
    assert shown
    assert all(int(count) >= 5 or int(row["random_exams"]) == 0 for count, row in _counts(rows))
    assert "masked" in text
    full = loaded.json("ports")
    small = next(row for row in full["rows"] if row["verdict"] and 0 < row["other"]["random_found"] < 5)
    told = next(row for row in rows if (row["port_code"], row["lane"]) == (small["port_code"], "other"))
    assert (told["random_found"], told["random_per_1000"], told["shrunk_per_1000"]) == ("masked",) * 3
    for option in (("--port", TURNED), ("--from", "2025-01-01"), ("--to", "2025-12-31"), ("--finding", "cash")):
        refused = loaded("ports", *option, "--format", "csv")
        assert (refused.code, "subtracting" in refused.err) == (2, True)


def _counts(rows: list[dict[str, str]]) -> list[tuple[str, dict[str, str]]]:
    return [(row["random_found"], row) for row in rows if row["random_found"] not in {"", "masked"}]


def test_the_page_needs_nothing_else_and_holds_what_the_table_holds(loaded: Any) -> None:
    page = loaded("ports", "--format", "html").out
    for part in ("<script", "http:", "https:", "src=", "href="):
        assert part not in page
    for part in ("Otay Mesa", "fast above other", "unassigned", "3,003,126", "masked", "association", "<svg"):
        assert part in page


def test_a_part_can_be_looked_at(loaded: Any) -> None:
    whole, part = loaded.json("ports"), loaded.json("ports", "--port", "2304", "--from", "2025-08-15")
    assert [row["port_code"] for row in part["rows"]] == ["2304"]
    assert part["quarters"] == ["2025Q3", "2025Q4", "2026Q1"]
    assert part["rows"][0]["fast"]["random"] < row_of(whole, "2304")["fast"]["random"]
    early = loaded.json("ports", "--to", "2025-09-30")
    assert early["as_of"] == "2025-09-30"
    assert not [row for row in early["signals"] if row["signal"] == SIGNAL]
    some = loaded.json("ports", "--finding", "narcotics")
    assert 0 < some["all_ports"]["fast"]["random_found"] < whole["all_ports"]["fast"]["random_found"]
    exact = loaded.json("ports", "--interval", "exact")["all_ports"]["fast"]["random_rate"]
    wilson = whole["all_ports"]["fast"]["random_rate"]
    assert exact["low"] < wilson["low"] < wilson["high"] < exact["high"]
    assert loaded("ports", "show", "--port", "2304").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ports", "--port", "9999"), "nothing is known of this port"),
        (("ports", "--format", "pdf"), "pdf is none of"),
        (("ports", "action", "open", "2304:fast-rose:2025Q1", "--owner", "A", "--reason", "b"), "raises no such alarm"),
        (("ports", "action", "close", "1", "--outcome", "resolved", "--reason", "b"), "there is no action 1"),
        (("ports", "action", "measure", "1", "--reason", "b"), "there is no action 1"),
        (("ports", "action", "take", "1", "--kind", "other", "--on", "soon", "--reason", "b"), "--on: give a date"),
    ],
)
def test_what_cannot_be_done_is_said(cli: Any, words: tuple[str, ...], message: str) -> None:
    result = cli(*words)
    assert (result.code, message in result.err) == (2, True), result.err


def test_a_change_needs_a_reason(loaded: Any) -> None:
    result = loaded("ports", "action", "open", SIGNAL, "--owner", "M. Chan", "--reason", "  ")
    assert result.code == 2
    assert "reason" in result.err
    assert loaded.json("ports", "action", "list")["rows"] == []


def test_a_few_crossings_cannot_tell(cli: Any, write: Callable[[str, str], Path]) -> None:
    lines = ["crossing_id,source,date,port_code,fast,exam,result,laden"]
    lines += [
        f"{n},CBP,2026-02-0{1 + n % 9},2304,{'YN'[n % 2]},random,{'cash' if n < 6 else 'clear'},Y" for n in range(60)
    ]
    lines += ["90,CBP,2026-02-01,2304,,random,clear,Y", "91,CBP,,2304,Y,random,clear,Y"]
    cli.json("load", write("crossings.csv", "\n".join(lines) + "\n"), "--source", "crossings")
    document = cli.json("ports")
    assert row_of(document, "2304")["verdict"] == document["all_ports"]["verdict"] == "cannot tell"
    assert document["left_out"] == {"date": 1, "port_code": 0, "is_fast": 1}
    assert document["signals"] == []
    assert row_of(document, "2304")["volume"]["trucks"] is None
