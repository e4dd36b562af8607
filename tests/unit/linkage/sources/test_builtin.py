import csv
import json
from pathlib import Path

import polars as pl
import pytest

from linkage.errors import SourceError
from linkage.sources import ReadFile, ReadOptions, load_manifest, read
from linkage.sources.attributes import ATTRIBUTES

FIXTURES = Path(__file__).parents[4] / "fixtures"
CASES = FIXTURES / "cases"

# The columns of the interface contract, a source.
COLUMNS = {
    "drivers": "source,record_id,country,given_name,surname,second_surname,birth_date,sex,curp,licence_number,"
    "licence_jurisdiction,fast_id,phone,address,city,region,postal_code",
    "carriers": "source,carrier_id,name,usdot,country,docket,rfc,scac,address,city,region,postal_code,phone,officers,"
    "status,revoked_on",
    "employment": "source,record_id,carrier_id,start_date,end_date",
    "vehicles": "source,vin,plate,plate_jurisdiction,carrier_id",
    "driving": "source,record_id,vin,date",
    "carrier_links": "source,carrier_id,successor_carrier_id,since",
    "events": "source,event_id,record_id,event_type,event_date,severity,description,incident_id,status,vin,carrier_id,"
    "port_code,received_on,quality,code",
    "associations": "source,a,b,kind,start_date,end_date,quality",
    "checks": "source,record_id,country,record_type,checked_on,result,legal_basis",
    "enrolments": "source,record_id,fast_id,status,enrolled_on,expires_on,last_vetted_on,citizenship,residence,"
    "approved_by",
    "crossings": "date,port_code,crossing,fast,exam,result,source,record_id,crossing_id,laden,commodity",
    "decisions": "a,b,judgement,reason,by,at",
    "partner_answers": "source,request_id,record_id,answer,as_of,legal_basis",
}


def load(path: Path, source: str, **options: str) -> ReadFile:
    return read(path, load_manifest(source), ReadOptions(**options), 0)


def written(path: Path, columns: list[str], *rows: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([columns, *rows])
    return path


@pytest.mark.parametrize(("source", "columns"), COLUMNS.items())
def test_every_column_of_the_interface_arrives_under_its_name(tmp_path: Path, source: str, columns: str) -> None:
    names = columns.split(",")
    found = load(written(tmp_path / "a.csv", names, [f"<{name}>" for name in names]), source)
    assert found.header.ignored == ()
    row = found.mentions[0].raw.row(0, named=True)
    for name in names:
        assert row[name] == f"<{name}>"


@pytest.mark.parametrize("source", COLUMNS)
def test_a_file_may_hold_no_more_than_the_needed_columns_and_no_less(tmp_path: Path, source: str) -> None:
    manifest = load_manifest(source)
    [mention] = manifest.mention
    needed = [mention.columns[attribute].names[0] for attribute in mention.needs]
    assert load(written(tmp_path / "a.csv", needed, ["x"] * len(needed)), source).accepted == 1
    for name in needed:
        fewer = ["other", *(column for column in needed if column != name)]
        with pytest.raises(SourceError, match="missing-column") as caught:
            load(written(tmp_path / "b.csv", fewer, ["x"] * len(fewer)), source)
        assert caught.value.column == name


def test_carrier_links_without_a_source_column_have_a_default(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", ["carrier_id", "successor_carrier_id", "since"], ["k1", "k2", "2024-01-01"])
    assert load(path, "carrier_links").mentions[0].raw["source"].to_list() == ["US"]


def test_revocations_are_all_accepted_and_repeats_are_the_same_event() -> None:
    found = load(FIXTURES / "fmcsa" / "revocations_2024-08-06.csv", "fmcsa-revocations")
    carriers, events = found.mentions
    assert (found.rows, found.accepted) == (2244, 2244)
    assert events.raw["event_id"].n_unique() == 2244 - 55
    assert set(events.raw["carrier_id"]) <= set(carriers.raw["carrier_id"])
    assert carriers.raw["carrier_id"].null_count() == 0
    assert set(events.raw["code"]) == {"LINK-REVOKE"}
    # One carrier id always says the same thing, so that no row corrects another.
    assert carriers.raw.unique(["carrier_id"]).height == carriers.raw.drop("line").unique().height
    assert found.date_order == "MDY"


def test_both_public_forms_of_the_census_are_read(tmp_path: Path) -> None:
    small = ["DOT_NUMBER", "LEGAL_NAME", "DBA_NAME", "PHY_STREET", "PHY_CITY", "PHY_STATE", "PHY_ZIP", "TELEPHONE"]
    found = load(written(tmp_path / "a.csv", small, ["1", "L", "D", "S", "C", "TX", "78701", "T"]), "fmcsa-census")
    assert found.mentions[0].raw.select("carrier_id", "usdot", "name", "address", "phone", "country").row(0) == (
        "1",
        "1",
        "L",
        "S",
        "T",
        "US",
    )
    large = ["dot_number", "legal_name", "dba_name", "phone", "cell_phone", "docket1prefix", "docket1", "status_code"]
    large += ["company_officer_1", "company_officer_2", "phy_country", "add_date"]
    row = ["1", "", "D", "", "C", "MC", "654321", "A", "J DOE", "", "MX", "20050426"]
    found = load(written(tmp_path / "b.csv", large, row), "fmcsa-census")
    columns = ["name", "phone", "docket", "status", "officers", "country", "registered_on"]
    assert found.mentions[0].raw.select(columns).row(0) == (
        "D",
        "C",
        "MC654321",
        "active",
        "J DOE",
        "MX",
        "20050426",
    )


def test_border_crossings_are_read_from_the_public_csv_and_from_parquet(tmp_path: Path) -> None:
    names = ["Port Name", "State", "Port Code", "Border", "Date", "Measure", "Value", "Latitude", "Longitude", "Point"]
    row = ["Norton", "Vermont", "211", "US-Canada Border", "03/01/2019 12:00:00 AM", "Truck Containers Full", "6483"]
    public = load(written(tmp_path / "a.csv", names, [*row, "45.0", "-71.8", "POINT"]), "bts-border-crossings")
    columns = ["port_code", "port_name", "month", "measure", "value"]
    assert public.mentions[0].raw.select(columns).row(0) == (
        "0211",
        "Norton",
        "03/01/2019 12:00:00 AM",
        "Truck Containers Loaded",
        "6483",
    )
    pl.DataFrame({"port_code": ["0211"], "month": ["2019-03-01"], "measure": ["Trucks"], "value": [6483]}).with_columns(
        pl.col("month").str.to_date()
    ).write_parquet(tmp_path / "a.parquet")
    parquet = load(tmp_path / "a.parquet", "bts-border-crossings")
    assert parquet.mentions[0].raw.select(columns).row(0) == ("0211", None, "2019-03-01", "Trucks", "6483")


def test_the_truth_set_is_read_whole_as_people_and_organisations() -> None:
    files = ["customers", "reference", "watchlist"]
    found = [load(FIXTURES / "senzing_truthset" / f"{name}.csv", "senzing") for name in files]
    assert [(file.rows, file.accepted) for file in found] == [(120, 120), (22, 22), (17, 17)]
    assert [[part.raw.height for part in file.mentions] for file in found] == [[114, 6], [16, 6], [17, 0]]
    people, organisations = found[0].mentions
    assert set(people.raw["entity_type"]) == {"person"}
    assert set(organisations.raw["entity_type"]) == {"organization"}
    assert organisations.raw["name_org"].str.len_chars().min() > 0
    assert set(people.raw["sex"]) == {"M", "F", ""}
    truth = pl.read_csv(FIXTURES / "senzing_truthset" / "truth.csv", infer_schema=False)
    keys = {row for file in found for part in file.mentions for row in part.raw.select("source", "record_id").rows()}
    assert keys == set(truth.select("source", "record_id").rows())


def test_the_copied_truth_set_holds_no_whole_social_security_number() -> None:
    for name in ["customers", "watchlist"]:
        rows = pl.read_csv(FIXTURES / "senzing_truthset" / f"{name}.csv", infer_schema=False)
        assert rows["SSN_NUMBER"].drop_nulls().str.contains(r"^\d{4}$").all()


CASE_INPUTS = [
    (case.parent.name, entry, json.loads(case.read_text(encoding="utf-8")))
    for case in sorted(CASES.glob("*/expect.json"))
    for entry in json.loads(case.read_text(encoding="utf-8")).get("inputs", [])
    if (case.parent / entry["file"]).exists()
]


def test_there_are_cases() -> None:
    assert len(CASE_INPUTS) > 20


@pytest.mark.parametrize(
    ("case", "entry", "expect"), CASE_INPUTS, ids=[f"{case}/{entry['file']}" for case, entry, _ in CASE_INPUTS]
)
def test_every_committed_case_file_is_read_with_no_more_rejects_than_the_case_says(
    case: str, entry: dict[str, str], expect: dict[str, object]
) -> None:
    options = {key: entry[key] for key in ("encoding", "date_order") if entry.get(key)}
    found = load(CASES / case / entry["file"], entry["kind"], **options)
    told = {row["line"] for row in expect.get("rejected", []) if row["file"] == entry["file"]}
    assert set(found.rejected["line"]) <= told
    assert set(found.mentions[0].columns) <= set(ATTRIBUTES[found.mentions[0].kind].all)


def test_case_ragged_lines_columns_and_words_are_exact() -> None:
    found = load(CASES / "csv-line-numbers-ragged" / "drivers.csv", "drivers")
    assert found.rejected.select("line", "column").rows() == [(9, None), (10, None), (12, "address")]
    assert found.rejected["message"].to_list()[:2] == ["8 fields expected, 5 found", "8 fields expected, 10 found"]
    raw = found.mentions[0].raw
    assert raw.select("line", "record_id", "address").rows() == [
        (2, "a1", 'Bldg 4\nYard "B"\n300 Mill Rd'),
        (5, "a2", "12 Elm"),
        (6, "a3", "8 Oak\r\nUnit 2"),
        (11, "a6", "4 Fir"),
    ]


def test_case_undeclared_cp1252_is_refused_at_line_and_column() -> None:
    path = CASES / "csv-cp1252" / "old_export.csv"
    with pytest.raises(SourceError) as caught:
        load(path, "drivers")
    assert (caught.value.line, caught.value.column) == (2, "given_name")
    raw = load(path, "drivers", encoding="cp1252").mentions[0].raw
    assert raw.select("given_name", "surname", "second_surname").rows() == [
        ("Iñaki", "Peñúñuri", "Güémez"),
        ("Noël", "Lépine", ""),
        ("Zoë", "Œuvrard", ""),
    ]


def test_case_surnames_that_look_like_nothing_are_kept_as_written() -> None:
    raw = load(CASES / "csv-bom-and-null-surnames" / "drivers.csv", "drivers").mentions[0].raw
    assert raw["surname"].to_list() == ["Null", "Na", "None", "Nan", "Ma", "Yes", ""]
    assert raw["source"].to_list() == ["US"] * 7
