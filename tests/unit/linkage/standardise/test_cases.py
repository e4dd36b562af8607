"""Values that the conformance cases expect, straight from their rows (quoted here, so that no file is needed)."""

from datetime import date

import polars as pl
import pytest

from linkage.schema import FACTS, ISSUE, Kind
from linkage.standardise import Context, standardise

TODAY = date(2026, 6, 30)


def run(text: str, kind: Kind = Kind.PERSON, order: str = "YMD", country: str | None = None):
    header, *lines = [line for line in text.strip().splitlines() if line.strip()]
    names = header.split(",")
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    raw = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        pl.lit(0, dtype=pl.Int32).alias("file"), pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("line")
    )
    context = Context(TODAY, order, {name: name for name in names}, country, is_derogatory=False)
    found = standardise(kind, raw, context)
    FACTS[kind].check(found.facts)
    ISSUE.check(found.rejected)
    ISSUE.check(found.warned)
    return found


def values(found, column: str) -> dict[str, object]:
    return dict(zip(found.facts["key"], found.facts[column], strict=True))


def warned(found) -> set[tuple[int, str]]:
    return set(found.warned.select("line", "column").rows())


def test_surnames_that_look_like_nothing_are_kept_and_a_row_of_nobody_is_rejected():
    found = run(
        """
        source,record_id,country,given_name,surname,second_surname,birth_date,sex
        US|n1|US|Christopher|Null||1978-01-15|
        US|n2|US|Ji-woo|Na||1991-03-08|
        US|n3|US|Arthur|None||1969-09-29|
        US|n4|US|Nan|Nan||1984-04-14|F
        US|n5|US|True|Ma||1990-10-01|
        US|n6|US|Inf|Yes||1987-07-19|
        US|n7|US||||1980-01-02|
        """
    )
    assert values(found, "surname") == {
        "US/n1": "Null",
        "US/n2": "Na",
        "US/n3": "None",
        "US/n4": "Nan",
        "US/n5": "Ma",
        "US/n6": "Yes",
    }
    assert values(found, "given_name")["US/n5"] == "True"
    assert values(found, "given_name")["US/n6"] == "Inf"
    assert found.rejected.select("line", "column").rows() == [(8, "surname")]
    assert found.warned.is_empty()


def test_a_row_of_address_and_number_is_somebody():
    found = run(
        """
        source,record_id,surname,ssn,address
        W|1021||201-77-7719|1304 Poppy Hills Dr
        """
    )
    assert values(found, "ssn4") == {"W/1021": "7719"}
    assert "7719" in found.facts["raw"][0]
    assert "20177" not in found.facts["raw"][0].replace("-", "")


def test_dates_are_read_in_the_declared_order():
    head = "source,record_id,surname,birth_date\n"
    mexican = run(
        head + "MX|m1|A|04/07/1981\nMX|m2|A|15/4/1983\nMX|m3|A|4/25/1977\nMX|m4|A|2/5/1980\nMX|m5|A|2003-02-01",
        order="DMY",
    )
    assert list(values(mexican, "birth_date").values()) == [
        "1981-07-04",
        "1983-04-15",
        None,
        "1980-05-02",
        "2003-02-01",
    ]
    assert warned(mexican) == {(4, "birth_date")}
    american = run(head + "US|u1|A|07/04/1981\nUS|u2|A|05/02/1980\nUS|u3|A|15/04/1983", order="MDY")
    assert list(values(american, "birth_date").values()) == ["1981-07-04", "1980-05-02", None]
    assert warned(american) == {(4, "birth_date")}


def test_impossible_dates_are_missing_and_warned_about():
    texts = [
        "1985-02-30",
        "1990-13-01",
        "2999-01-01",
        "0000-06-01",
        "1987-02-29",
        "0000-00-00",
        "-",
        "UNKNOWN",
        "1988-02-29",
    ]
    found = run(
        "source,record_id,surname,birth_date\n" + "\n".join(f"US|u{n}|A|{text}" for n, text in enumerate(texts, 1))
    )
    assert list(values(found, "birth_date").values()) == [None] * 8 + ["1988-02-29"]
    assert warned(found) == {(line, "birth_date") for line in range(2, 10)}
    assert not any(text in message for text in texts if len(text) > 1 for message in found.warned["message"])


def test_two_digit_years_give_ages_of_drivers():
    texts = ["16-07-58", "03-02-04", "11-12-68", "28-02-31", "01-01-10"]
    found = run(
        "source,record_id,surname,birth_date\n" + "\n".join(f"MX|m{n}|A|{text}" for n, text in enumerate(texts, 1)),
        order="DMY",
    )
    assert list(values(found, "birth_date").values()) == ["1958-07-16", "2004-02-03", "1968-12-11", "1931-02-28", None]
    assert warned(found) == {(6, "birth_date")}


def test_one_dispatcher_phone_written_six_ways():
    texts = ["+52 1 867 555 0142", "+52 867 555 0142", "8675550142", "(867) 555-0142", "+52 (867) 555 01 42 ext. 3"]
    rows = [f"MX|m{n}|MX|A|{text}" for n, text in enumerate(texts, 1)] + ["US|u1|US|A|011 52 867 555 0142"]
    found = run("source,record_id,country,surname,phone\n" + "\n".join(rows))
    assert set(found.facts["phone"]) == {"+528675550142"}
    assert found.warned.is_empty()


def test_leading_zeros_are_kept_and_a_licence_without_them_compares_equal():
    found = run(
        """
        source,record_id,country,given_name,surname,licence_number,licence_jurisdiction,fast_id,postal_code
        US|0007|US|Corwin|Adeyemi-Stokes|00451207|AR|009812345|02116
        US|7|US|Perpetua|Lindqvist|00880011|AR||02116
        CA|12|CA|CORWIN|ADEYEMI STOKES|451207|AR|9812345|
        US|45|US|Corwin|Stokes|451207|NM||
        MX|007|MX|Irineo|Fonseca|0451207|CMX||06600
        """
    )
    assert found.facts.height == 5
    assert values(found, "licence_number") == {
        "US/0007": "00451207",
        "US/7": "00880011",
        "CA/12": "451207",
        "US/45": "451207",
        "MX/007": "0451207",
    }
    licences = values(found, "licence")
    assert licences["US/0007"] == licences["CA/12"] == "AR:451207"
    assert len({licences["US/45"], licences["MX/007"], licences["US/0007"]}) == 3
    assert values(found, "fast_id")["US/0007"] == "009812345"
    assert values(found, "fast_id")["CA/12"] == "009812345"
    assert values(found, "suspect")["CA/12"].to_list() == ["fast_id"]
    assert values(found, "suspect")["US/0007"].to_list() == []
    assert values(found, "postal_code")["MX/007"] == "06600"
    assert values(found, "postal_code")["US/7"] == "02116"


def test_fillers_are_missing_and_each_is_reported():
    found = run(
        """
        source,record_id,country,given_name,surname,licence_number,licence_jurisdiction,fast_id,phone
        US|u1|US|Otto|Brinkerhoff|00000000|TX||
        MX|m1|MX|Gumersindo|Axtle|SIN DATO|COA||
        CA|c1|CA|Thibault|Lacasse|UNKNOWN|QC|000000000|
        US|u3|US|Ruthanne|Kilbride|XXXXXXXX|AZ||000-000-0000
        MX|m3|MX|Onésimo|Talamantes|n/a|COA||9999999999
        """
    )
    for column in ("licence_number", "licence", "fast_id", "phone"):
        assert found.facts[column].null_count() == 5
    lines = {(line, "licence_number") for line in range(2, 7)}
    assert warned(found) == lines | {(4, "fast_id"), (5, "phone"), (6, "phone")}
    assert set(found.warned["rule"]) == {"placeholder"}


def test_addresses_of_mexico():
    found = run(
        """
        source,record_id,country,surname,address,city,region,postal_code
        MX|m1|MX|A|Av. Tulipanes #214-B, Col. Los Fresnos, C.P. 88290|Nvo. Laredo|Tamps.|
        MX|m2|MX|A|AVENIDA TULIPANES NUM 214 B FRACC LOS FRESNOS|NUEVO LAREDO|TAMAULIPAS|88290
        MX|m3|MX|A|Av. Tulipanes No. 214, Los Fresnos|Nuevo Laredo|TAM|88290
        MX|m4|MX|A|Calle Violeta S/N, Col. Los Fresnos|Nuevo Laredo|TAM|88290
        MX|m5|MX|A|C. VIOLETA SIN NUMERO COL LOS FRESNOS|Nuevo Laredo|TAM|88290
        MX|m6|MX|A|Domicilio conocido|Nuevo Laredo|TAM|88290
        MX|m7|MX|A|DOMICILIO CONOCIDO|Nuevo Laredo|TAM|88290
        """
    )
    keys = values(found, "address_key")
    assert keys["MX/m1"] is not None
    assert keys["MX/m1"] == keys["MX/m2"] != keys["MX/m3"]
    assert [keys[f"MX/m{n}"] for n in (4, 5, 6, 7)] == [None] * 4
    assert set(found.facts["city_key"]) == {"NUEVO LAREDO"}


def test_spellings_of_one_french_name_are_one_name():
    found = run(
        """
        source,record_id,country,given_name,surname,licence_number,licence_jurisdiction
        CA|c1|CA|Jean-Étienne|St-Onge|S5311-211068-04|QC
        CA|c2|CA|J.-É.|St. Onge|S531121106804|QC
        US|u1|US|JEAN ETIENNE|SAINT ONGE||
        CA|c3|CA|Jean Etienne|Saint-Onge|S5311-211068-04|QC
        CA|c5|CA|Jean|Onge|O5200-300170-01|QC
        """
    )
    surnames = values(found, "name_surname")
    assert len({surnames[key] for key in ("CA/c1", "CA/c2", "US/u1", "CA/c3")}) == 1
    assert surnames["CA/c5"] != surnames["CA/c1"]
    assert values(found, "name_given")["CA/c2"] == "J E"
    assert values(found, "licence")["CA/c1"] == values(found, "licence")["CA/c2"] == "QC:S531121106804"


def test_father_and_son_keep_their_suffix():
    found = run(
        """
        source,record_id,given_name,surname
        US|u1|Wendell P|Halvorsen Jr
        US|u2|WENDELL P JR|HALVORSEN
        US|u3|Wendell P|Halvorsen Sr
        US|u4|WENDELL P|HALVORSEN
        """
    )
    assert found.facts["name_suffix"].to_list() == ["JR", "JR", "SR", None]
    assert found.facts["name_given"].unique().to_list() == ["WENDELL P"]
    assert found.facts["name_surname"].unique().to_list() == ["HALVORSEN"]
    assert values(found, "surname")["US/u1"] == "Halvorsen Jr"


def test_markup_in_a_name_is_text():
    found = run(
        """
        source,record_id,given_name,surname,address,city
        US|x1|<img src=x onerror=document.title="owned">|Pemberton|1 Main St"><script>|Reno
        US|x4|+1|-2||
        """
    )
    assert values(found, "given_name")["US/x1"] == '<img src=x onerror=document.title="owned">'
    assert found.facts.height == 2


def test_odd_record_ids_are_keys_letter_for_letter():
    ids = ["A/17", "Ñ-03 b", "50%25", "q?x=1#f", "a+b", "..", "%2F"]
    found = run("source,record_id,surname\n" + "\n".join(f"MX|{one}|Núñez" for one in ids))
    assert found.facts["key"].to_list() == [f"MX/{one}" for one in ids]


def test_carriers_and_events_keep_reserved_characters():
    carriers = run(
        """
        source,carrier_id,name,usdot,country
        US|k1|Transportes `Ñandú` }) DETACH DELETE n //||
        US|k2|O'Hare "Big" Rigs; MATCH (n) SET n.x=1||
        """,
        Kind.CARRIER,
    )
    assert values(carriers, "name")["US/k1"] == "Transportes `Ñandú` }) DETACH DELETE n //"
    assert carriers.facts["usdot"].null_count() == 2
    events = run(
        """
        source,event_id,record_id,event_type,event_date,severity,description
        US|392.2-SLLS2/`a`|d2|Out-of-Service: `Brakes`|2025-01-31|7|driver's log: \\' OR 1=1 //
        """,
        Kind.EVENT,
    )
    assert events.facts["key"].to_list() == ["US/392.2-SLLS2/`a`"]
    assert events.facts["event_type"].to_list() == ["Out-of-Service: `Brakes`"]
    assert events.facts["description"].to_list() == ["driver's log: \\' OR 1=1 //"]
    assert events.facts["severity"].to_list() == [7.0]
    assert events.facts["incident_id"].to_list() == events.facts["key"].to_list()


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_file_gives_an_empty_frame_of_the_kind(kind):
    raw = pl.DataFrame(schema={"file": pl.Int32, "line": pl.Int64, "source": pl.String})
    found = standardise(kind, raw, Context(TODAY, "YMD", {}, "US", is_derogatory=True))
    FACTS[kind].check(found.facts)
    assert found.facts.is_empty()
