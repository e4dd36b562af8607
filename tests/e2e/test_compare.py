"""`compare` and `runs`: what merged, split and moved, and why, from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEADER = "source,record_id,country,given_name,surname,second_surname,birth_date,fast_id,curp\n"
US = "US,1,US,Ulises,Quintanar,,1984-03-09,981300417,\n"
MX = "MX,1,MX,Ulises,Quintanar,Zambudio,1984-03-09,981300417,\n"
OTHER = "CA,7,CA,Bartholomew,Szymanski,,1975-10-20,,\n"
# Two that nothing but a common name joins, and one that has the number of each.
LEFT = "US,1,US,Ulises,Garcia,,,981300417,\n"
RIGHT = "MX,1,MX,Ulises,Garcia,,,,GANU840309HTSRNL06\n"
BRIDGE = "CA,1,CA,Ulises,Garcia,,1984-03-09,981300417,GANU840309HTSRNL06\n"


@pytest.fixture
def put(cli: Any, write: Callable[[str, str], Path]) -> Callable[..., dict[str, Any]]:
    """Loads rows of drivers; gives the document of the load."""
    count = iter(range(100))

    def put(*rows: str, **options: str) -> dict[str, Any]:
        path = write(f"{next(count)}.csv", HEADER + "".join(rows))
        more = [word for name, value in options.items() for word in (f"--{name}", value)]
        document: dict[str, Any] = cli.json("load", path, "--source", "drivers", "--today", "2026-06-30", *more)
        return document

    return put


def reasons(document: dict[str, Any], change: dict[str, Any]) -> list[dict[str, Any]]:
    return [document["reasons"][number] for number in change["reasons"]]


def test_runs_are_listed_with_what_they_did(cli: Any, put: Callable[..., dict[str, Any]]) -> None:
    put(US, OTHER)
    put(MX)
    cli.json("unlink", "US/1", "MX/1", "--reason", "cousins")
    rows = cli.json("runs")["rows"]
    assert [(row["run"], row["cause"], row["created"], row["grown"], row["split"]) for row in rows] == [
        (1, "load", 2, 0, 0),
        (2, "load", 0, 1, 0),
        (3, "decision", 0, 0, 1),
    ]
    assert rows[0]["source"] == "drivers"
    assert "unlink" not in cli("runs").out


def test_a_new_record_that_joins_two_is_the_link(cli: Any, put: Callable[..., dict[str, Any]]) -> None:
    put(LEFT, RIGHT)
    put(BRIDGE)
    document = cli.json("compare", "1", "2")
    (merged,) = document["merged"]
    assert document["records"] == {"common": 2, "added": 1, "removed": 0}
    assert sorted(key for keys in merged["records"].values() for key in keys) == ["MX/1", "US/1"]
    (reason,) = reasons(document, merged)
    assert (reason["kind"], reason["run"], reason["new"]) == ("link", 2, ["CA/1"])
    assert {frozenset((link["left"], link["right"])) for link in reason["links"]} == {
        frozenset(("CA/1", "MX/1")),
        frozenset(("CA/1", "US/1")),
    }
    assert document["split"] == document["moved"] == []
    shown = cli("compare", "1")
    assert "became" in shown.out
    assert "new: CA/1" in shown.out


def test_a_judgement_and_its_undoing_are_the_reason(cli: Any, put: Callable[..., dict[str, Any]]) -> None:
    put(US, MX)
    cli.json("unlink", "US/1", "MX/1", "--reason", "two cousins")
    cli.json("undo", "1")
    parted = cli.json("compare", "1", "2")
    (split,) = parted["split"]
    kinds = [reason["kind"] for reason in reasons(parted, split)]
    assert kinds == ["decision", "weight"]
    assert "two cousins" in reasons(parted, split)[0]["text"]
    joined = cli.json("compare", "2", "3")
    (merged,) = joined["merged"]
    assert reasons(joined, merged)[0]["kind"] == "undo"
    whole = cli.json("compare", "1", "3")
    assert (whole["merged"], whole["split"], whole["moved"]) == ([], [], [])
    assert whole["identities"] == {"before": 1, "after": 1, "unchanged": 1}


def test_a_correction_and_a_withdrawal_are_told(cli: Any, put: Callable[..., dict[str, Any]]) -> None:
    put(US, MX)
    put("MX,1,MX,Ulises,Quintanar,Zambudio,1951-11-20,981300999,\n")
    document = cli.json("compare", "1", "2")
    (split,) = document["split"]
    first = reasons(document, split)[0]
    assert (first["kind"], first["records"]) == ("corrected", ["MX/1"])
    assert {"birth_date", "fast_id"} <= set(first["attributes"])
    assert not any("1951" in reason["text"] for reason in document["reasons"]), "no value of a record"
    put("MX,1,MX,Ulises,Quintanar,Zambudio,,,\n", mode="delete")
    gone = cli.json("compare", "2", "3")
    assert gone["records"] == {"common": 1, "added": 0, "removed": 1}
    back = cli.json("compare", "3", "1")
    assert (back["run1"]["run"], back["run2"]["run"]) == (1, 3)


def test_a_bridge_that_is_withdrawn_parts_what_it_joined(cli: Any, put: Callable[..., dict[str, Any]]) -> None:
    put(LEFT, RIGHT, BRIDGE)
    put(BRIDGE, mode="delete")
    document = cli.json("compare", "1", "2")
    (split,) = document["split"]
    kinds = {reason["kind"]: reason for reason in reasons(document, split)}
    assert kinds["withdrawn"]["records"] == ["CA/1"]
    assert kinds["weight"]["bits"] is None or kinds["weight"]["bits"] < 10


def test_two_files_of_identities_are_compared_without_a_workspace(
    anywhere: Any, write: Callable[[str, str], Path]
) -> None:
    head = "source,record_id,identity_id\n"
    first = write("a.csv", head + "S,1,A\nS,2,A\nS,3,B\nS,4,C\nS,5,C\nS,6,C\n")
    second = write("b.csv", head + "S,1,x\nS,2,x\nS,3,x\nS,4,y\nS,5,y\nS,6,z\nS,7,z\n")
    document = anywhere.run("compare", first, second, "--json").document
    assert [(one["into"], one["from"]) for one in document["merged"]] == [("x", ["A", "B"])]
    assert [(one["from"], one["into"]) for one in document["split"]] == [("C", ["y", "z"])]
    assert document["records"] == {"common": 6, "added": 1, "removed": 0}
    assert anywhere.run("compare", first, second).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "1", "9"), "there is no run 9"),
        (("compare", "a.csv"), "two files"),
        (("compare", "1", "a.csv"), "two files"),
        (("compare", "nowhere.csv", "b.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    cli: Any, put: Callable[..., dict[str, Any]], arguments: tuple[str, ...], says: str
) -> None:
    put(US)
    result = cli(*arguments)
    assert result.code == 2
    assert says in result.err
