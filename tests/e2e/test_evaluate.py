"""`evaluate` by kind and by sample, from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SMALL = Path(__file__).resolve().parents[2] / "fixtures" / "world" / "small"
FILES = (
    ("carriers.csv", "carriers"),
    ("carrier_registers.csv", "carriers"),
    ("vehicles.csv", "vehicles"),
    ("vehicle_registers.csv", "vehicles"),
    ("us_cdl.csv", "drivers"),
    ("ca_prov.csv", "drivers"),
)


@pytest.mark.timeout(600)
def test_carriers_vehicles_and_addresses_of_the_world_are_told_apart(cli: Any, tmp_path: Path) -> None:
    for name, source in FILES:
        cli.json("load", SMALL / name, "--source", source, "--today", "2026-06-30")
    for kind, name in (("carrier", "carriers"), ("vehicle", "vehicles")):
        document = cli.json("evaluate", "--truth", SMALL / f"truth_{name}.csv", "--kind", kind)
        assert (document["kind"], document["missing"]) == (kind, 0)
        assert document["pairs"]["f1"] >= 0.96, kind
        assert document["pairs"]["precision"] >= 0.99, kind
        assert f"{kind} groups" in cli("evaluate", "--truth", SMALL / f"truth_{name}.csv", "--kind", kind).out
    truth = SMALL / "truth_addresses.csv"
    sources = [word for source in ("US", "CA", "MX", "SMS", "ACE", "CVOR", "VUCEM") for word in ("--source", source)]
    document = cli.json("evaluate", "--truth", truth, "--kind", "address", *sources)
    assert document["pairs"]["precision"] >= 0.99
    # Mexican drivers were not loaded; what was is found.
    only = cli.json("evaluate", "--truth", truth, "--kind", "address", "--source", "US", "--source", "CA")
    assert only["pairs"]["f1"] >= 0.97


def test_a_truth_of_a_kind_names_its_mentions_by_its_own_columns(cli: Any, write: Callable[[str, str], Path]) -> None:
    cli.json(
        "load",
        write("v.csv", "source,vin,plate,plate_jurisdiction\nUS,3AKJHHDR9NSZZ0007,A1,TX\nMX,,A 1,TX\nMX,,B2,TX\n"),
        "--source",
        "vehicles",
    )
    truth = write(
        "t.csv",
        "source,vin,plate,plate_jurisdiction,entity_id\n"
        "US,3akjhhdr9nszz0007,,,T1\nMX,,A 1,TX,T1\nMX,,B2,TX,T2\nMX,,C3,TX,T3\n",
    )
    document = cli.json("evaluate", "--truth", truth, "--kind", "vehicle")
    assert (document["records"], document["missing"]) == (4, 1)
    assert document["pairs"]["correct"] == document["pairs"]["true"] == document["pairs"]["predicted"] == 1


def test_naming_groups_count_a_wrong_link_against_both(cli: Any, write: Callable[[str, str], Path]) -> None:
    rows = "source,record_id,given_name,surname,birth_date\nS,1,Ngozi,Okafor,1980-01-03\nS,2,Ngozi,Okafor,1980-01-03\n"
    cli.json("load", write("d.csv", rows), "--source", "drivers")
    truth = write("t.csv", "source,record_id,entity_id,group\nS,1,a,hispanic-mx\nS,2,b,french\n")
    found = cli.json("evaluate", "--truth", truth)
    predicted = found["pairs"]["predicted"]
    assert {name: one["predicted"] for name, one in found["by_group"]["naming"].items()} == (
        {"french": 1, "hispanic": 1} if predicted else {}
    )
    assert found["spread"]["naming"] == {"precision": 0.0, "recall": 0.0}


def test_a_sample_is_drawn_judged_and_estimated(cli: Any, write: Callable[[str, str], Path], tmp_path: Path) -> None:
    rows = ["source,record_id,country,given_name,surname,birth_date,fast_id"]
    for n in range(12):
        name = f"Ngozi{chr(97 + n)},Okafor{chr(97 + n)}"
        rows += [
            f"US,{n},US,{name},19{60 + n}-02-1{n % 9},98130{n:04d}",
            f"MX,{n},MX,{name},19{60 + n}-02-1{n % 9},98130{n:04d}",
        ]
    cli.json("load", write("d.csv", "\n".join(rows) + "\n"), "--source", "drivers")
    out = tmp_path / "sample.csv"
    drawn = cli.json("evaluate", "--sample", "8", "--out", out)
    assert (drawn["sample"], drawn["drawn"], drawn["file"]) == (1, 8, str(out))
    lines = out.read_text("utf-8").splitlines()
    answered = [
        lines[0],
        *(line[: line.rindex(",,")].rsplit(",", 1)[0] + ",true,judge,2026-07-01" for line in lines[1:]),
    ]
    filled = write("judged.csv", "\n".join(answered) + "\n")
    document = cli.json("evaluate", "--judged", filled)
    assert document["judged"] == 8
    assert document["precision"]["value"] == 1.0
    assert 0.0 < document["precision"]["lower"] < 1.0
    assert "never compared" in document["covers"]
    shown = cli("evaluate", "--judged", filled)
    assert "8 pairs judged" in shown.out
    second = cli("evaluate", "--sample", "3")
    assert second.code == 0
    assert (cli.folder / "samples" / "2.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "one of --truth"),
        (("--truth", "a.csv", "--sample", "3"), "one of --truth"),
        (("--truth", "a.csv", "--kind", "ship"), "--kind"),
        (("--sample", "5"), "nothing was loaded"),
        (("--sample", "x"), "--sample"),
        (("--judged", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_measured_is_refused(cli: Any, arguments: tuple[str, ...], says: str) -> None:
    result = cli("evaluate", *arguments)
    assert result.code == 2
    assert says in result.err
