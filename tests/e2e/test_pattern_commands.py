"""`pattern`: questions by name, audited for everybody they show, safe in a spreadsheet."""

import csv
import io

import apsw
import pytest

HEADER = "source,record_id,country,given_name,surname,birth_date,phone\n"
PHONE = "9565550111"
EVENTS = "source,event_id,record_id,event_type,code,event_date,status\nUS,e1,2,SEIZURE,US-FED-952,2026-01-20,charge\n"


@pytest.fixture
def trio(load_kept):
    """Three drivers of one phone, one of them with a seizure; two of them on one truck."""
    people = (
        ("1", "=Ana", "Xolocotzi", "1980-02-03"),
        ("2", "Bo", "Quintanar", "1971-05-06"),
        ("3", "Cy", "Wu", "1990-01-01"),
    )
    drivers = "".join(f"US,{key},US,{given},{surname},{born},{PHONE}\n" for key, given, surname, born in people)
    driving = "source,record_id,vin,date\nUS,1,1M8GDM9AXKP042788,2026-01-05\nUS,2,1M8GDM9AXKP042788,2026-01-07\n"
    return load_kept(
        ("drivers", HEADER + drivers, "2026-03-01"),
        ("driving", driving, "2026-03-02"),
        ("events", EVENTS, "2026-03-03"),
    )


def ids(cli) -> dict[str, str]:
    return {key: cli.json("show", f"US/{key}")["identity_id"] for key in "123"}


def audited(cli) -> list[str | None]:
    rows = apsw.Connection(str(cli.folder / "audit.db")).execute(
        "SELECT identity_id FROM audit WHERE action = 'pattern' ORDER BY 1"
    )
    return [row[0] for row in rows]


def test_the_list_tells_parameters_with_defaults_and_limits(trio):
    patterns = {pattern["name"]: pattern for pattern in trio.json("pattern", "list")["patterns"]}
    assert set(patterns) == {
        "near-offenders",
        "shared-vehicles",
        "moved-together",
        "clusters",
        "paths",
        "nearest-listed",
    }
    hub = next(p for p in patterns["clusters"]["parameters"] if p["name"] == "hub")
    assert (hub["default"], hub["least"], hub["most"]) == (60, 1, 1000)
    shown = trio("pattern", "list").out
    assert all(pattern["title"] in shown for pattern in patterns.values())


def test_a_pattern_answers_and_everybody_shown_is_audited(trio):
    document = trio.json("pattern", "run", "near-offenders", "--set", "ties=truck")
    person = ids(trio)
    assert list(document) == [
        *("pattern", "parameters", "columns", "rows", "total_shown", "truncated", "truncated_by", "as_of", "beware")
    ]
    (row,) = document["rows"]
    assert list(row) == document["columns"]
    assert (row["associate"], row["offender"]) == (person["1"], person["2"])
    assert (row["associate_from"], row["gap_days"], row["event"]) == ("2026-01-05", 2, "US/e1")
    assert (document["total_shown"], document["truncated"], document["truncated_by"]) == (1, False, [])
    assert document["parameters"]["ties"] == ["truck"]
    assert document["as_of"] == "2026-03-03"
    assert audited(trio) == sorted([person["1"], person["2"]])


def test_the_people_asked_about_are_audited_though_nothing_is_found(trio):
    document = trio.json("pattern", "run", "nearest-listed", "--set", "person=US/3")
    assert (document["rows"], document["truncated"]) == ([], False)
    assert audited(trio) == [ids(trio)["3"]]


def test_an_answer_without_people_is_audited_too(trio):
    assert trio.json("pattern", "run", "moved-together")["rows"] == []
    assert audited(trio) == [None]


def test_a_cut_is_told_in_the_document_and_to_people(trio):
    given = ("pattern", "run", "clusters", "--set", "limit=1", "--set", "show=1", "--set", "least_people=2")
    document = trio.json(*given)
    assert (document["truncated"], document["truncated_by"]) == (True, ["show"])
    assert len(document["rows"][0]["some_people"]) == 1
    assert "show names more" in trio(*given).out
    assert document["beware"][:30] in " ".join(trio(*given).out.split())


def test_a_day_before_the_event_was_known_has_no_offender(trio):
    given = ("pattern", "run", "near-offenders", "--as-of")
    assert trio.json(*given, "2026-03-02")["rows"] == []
    assert len(trio.json(*given, "2026-03-03")["rows"]) == 3


def test_a_path_is_found_between_records(trio):
    document = trio.json("pattern", "run", "paths", "--set", "from=US/1", "--set", "to=US/2")
    assert [row["hops"] for row in document["rows"]] == [2, 2]
    assert document["parameters"]["from"] == ids(trio)["1"]


def test_csv_is_one_line_a_row_and_no_cell_is_a_formula(trio):
    result = trio("pattern", "run", "near-offenders", "--set", "limit=2", "--format", "csv")
    rows = list(csv.reader(io.StringIO(result.out)))
    document = trio.json("pattern", "run", "near-offenders", "--set", "limit=2")
    assert rows[0] == document["columns"]
    assert len(rows) == 3
    cells = [cell for row in rows for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert any(cell.startswith("'+1") for cell in cells)
    assert any(cell.startswith("'=") for cell in cells)
    assert "limit shows more" in result.err
    shared = trio("pattern", "run", "clusters", "--format", "csv").out
    assert " | ".join(sorted(ids(trio).values())) in shared


REFUSED = (
    ("gossip",),
    ("clusters", "--set", "hub"),
    ("clusters", "--set", "=3"),
    ("clusters", "--set", "hub=0"),
    ("clusters", "--set", "hub=5", "--set", "hub=6"),
    ("clusters", "--set", "speed=5"),
    ("clusters", "--set", "kinds=boat"),
    ("near-offenders", "--set", "classes=murder"),
    ("paths", "--set", "from=US/1"),
    ("paths", "--set", "from=US/1", "--set", "to=US/99"),
    ("clusters", "--format", "xml"),
    ("clusters", "--as-of", "soon"),
)


def test_what_cannot_be_asked_is_refused_as_bad_input(trio):
    for arguments in REFUSED:
        result = trio("pattern", "run", *arguments)
        assert (result.code, result.out) == (2, ""), arguments
        assert result.err
    assert audited(trio) == []


def test_a_workspace_without_loads_has_no_rows(cli):
    document = cli.json("pattern", "run", "clusters")
    assert (document["rows"], document["as_of"], document["truncated"]) == ([], None, False)
