import hashlib
from importlib import resources
from pathlib import Path

import pytest

from linkage.errors import SourceError
from linkage.schema import Kind
from linkage.sources import LoadMode, ReadOptions, builtin_names, load_manifest, read
from linkage.sources.attributes import ATTRIBUTES

MINIMAL = """
name = "acme"
title = "Acme"
[[mention]]
kind = "person"
[mention.columns]
source = "SRC"
record_id = "ID"
"""


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "acme.toml"


def test_the_built_in_sources_are_those_of_the_interface() -> None:
    assert builtin_names() == [
        "associations",
        "bts-border-crossings",
        "carrier_links",
        "carriers",
        "checks",
        "crossings",
        "decisions",
        "drivers",
        "driving",
        "employment",
        "enrolments",
        "events",
        "fmcsa-census",
        "fmcsa-revocations",
        "partner_answers",
        "senzing",
        "vehicles",
    ]


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_manifest_loads_under_its_name_and_explains_itself(name: str) -> None:
    manifest = load_manifest(name)
    content = resources.files("linkage.sources").joinpath("builtin", f"{name}.toml").read_bytes()
    assert manifest.name == name
    assert manifest.digest == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"# ")


def test_attributes_are_listed_for_every_kind() -> None:
    assert set(ATTRIBUTES) == set(Kind)


def test_a_manifest_is_given_by_path_and_has_defaults(toml: Path) -> None:
    toml.write_text(MINIMAL)
    manifest = load_manifest(str(toml))
    assert (manifest.encoding, manifest.delimiter, manifest.date_order) == ("utf-8", None, "YMD")
    assert (manifest.mode, manifest.is_derogatory, manifest.complete_for) == (LoadMode.DELTA, False, ())


def test_a_source_says_for_whom_it_is_complete_and_who_may_have_its_facts(toml: Path) -> None:
    toml.write_text(
        "country = 'MX'\nowner = 'MX'\nmay_go_to = ['US']\n"
        "complete_for = ['licence', { record_type = 'criminal', people = 'everybody' }]\n" + MINIMAL
    )
    manifest = load_manifest(str(toml))
    assert [(one.record_type, str(one.people)) for one in manifest.complete_for] == [
        ("licence", "held"),
        ("criminal", "everybody"),
    ]
    assert (manifest.owner, manifest.may_go_to) == ("MX", ("US",))


@pytest.mark.parametrize(
    ("document", "key", "hint"),
    [
        (MINIMAL.replace('title = "Acme"', ""), "title", "missing"),
        ("titel = 1\n" + MINIMAL, "titel", "did you mean title?"),
        ("zzz = 1\n" + MINIMAL, "zzz", "known keys are name, title"),
        ("digest = 'x'\n" + MINIMAL, "digest", "remove"),
        ("format = 'xlsx'\n" + MINIMAL, "format", "'csv', 'parquet' or 'jsonl'"),
        ("encoding = 'klingon'\n" + MINIMAL, "encoding", "cp1252"),
        ("delimiter = ', '\n" + MINIMAL, "delimiter", "one character"),
        ("date_order = 'DYM'\n" + MINIMAL, "date_order", "'YMD'"),
        ("mode = 'all'\n" + MINIMAL, "mode", "'delta'"),
        ("is_derogatory = 'perhaps'\n" + MINIMAL, "is_derogatory", "boolean"),
        (MINIMAL.replace('"acme"', '"A c"'), "name", "pattern"),
        (MINIMAL + 'surnme = "S"', "mention[1]: columns.surnme", "surname"),
        (MINIMAL + "surname = 3", "mention[1].columns.surname", "valid"),
        (MINIMAL + "surname = []", "mention[1].columns.surname", "either first or join"),
        (MINIMAL + 'surname = " "', "mention[1].columns.surname", "blank"),
        (MINIMAL + 'surname = { joyn = ["A"] }', "mention[1].columns.surname.joyn", "did you mean join?"),
        (MINIMAL + 'surname = { join = ["A"], first = ["B"] }', "mention[1].columns.surname", "either first or join"),
        (MINIMAL + 'surname = { first = ["A"], pad = 0 }', "mention[1].columns.surname.pad", "greater"),
        (MINIMAL.replace('record_id = "ID"', ""), "mention[1]: columns.record_id", "constant"),
        (MINIMAL + '[mention.constants]\nsource = "X"', "mention[1]: constants.source", "use defaults"),
        (MINIMAL + "[mention.values.sex]\nMale = 'M'", "mention[1]: values.sex", "add it under columns"),
        (MINIMAL.replace('kind = "person"', 'kind = "persona"'), "mention[1].kind", "'person'"),
        (MINIMAL.replace('kind = "person"', 'kind = "person"\nrequired = ["foo"]'), "mention[1]: required.foo", "has"),
        (
            MINIMAL.replace('kind = "person"', 'kind = "person"\nrequired = ["sex"]'),
            "mention[1]: columns.sex",
            "map it",
        ),
        (MINIMAL.replace('kind = "person"', 'kind = "person"\nwhan = 1'), "mention[1].whan", "did you mean when?"),
        ("complete_for = ['criminal']\n" + MINIMAL, "complete_for", "say the country"),
        ("owner = 'Mexico'\n" + MINIMAL, "owner", "pattern"),
        (
            "country = 'MX'\ncomplete_for = [{ record_type = 'criminal', peopel = 'held' }]\n" + MINIMAL,
            "complete_for[1].peopel",
            "did you mean people?",
        ),
        ("name = 'a'\ntitle = 'b'\nmention = []", "mention", "at least 1"),
        ("name = 'a'\ntitle = 'b'\nmention = 3", "mention", "tuple"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_with_what_to_do(toml: Path, document: str, key: str, hint: str) -> None:
    toml.write_text(document)
    with pytest.raises(SourceError) as caught:
        load_manifest(str(toml))
    assert caught.value.path == str(toml)
    assert caught.value.message.startswith(key)
    assert hint in caught.value.message
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize("content", [b"name = ", b"\xff", b"a = 1\na = 2", b"a = " + b"[" * 5000])
def test_what_is_no_toml_is_refused(toml: Path, content: bytes) -> None:
    toml.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        load_manifest(str(toml))
    assert caught.value.rule == "manifest-not-toml"


@pytest.mark.parametrize("name", ["driver", "no-such", "no/such.toml", "absent.toml", "", "a\0.toml", "x" * 5000])
def test_a_source_that_is_not_there_is_refused_and_the_choice_shown(name: str) -> None:
    with pytest.raises(SourceError) as caught:
        load_manifest(name)
    assert caught.value.rule == "manifest-not-found"
    assert caught.value.exit_code == 2


def test_a_near_miss_names_the_source_that_was_meant() -> None:
    with pytest.raises(SourceError, match=r"did you mean drivers\?"):
        load_manifest("driver")


def test_two_documents_have_two_digests(toml: Path) -> None:
    toml.write_text(MINIMAL)
    first = load_manifest(str(toml)).digest
    toml.write_text(MINIMAL + "# changed\n")
    assert load_manifest(str(toml)).digest != first


def test_an_unmapped_needed_column_may_have_alternatives(toml: Path, tmp_path: Path) -> None:
    toml.write_text(MINIMAL.replace('"ID"', '["ID", "NUMBER"]'))
    data = tmp_path / "a.csv"
    data.write_text("SRC,NUMBER\nMX,1\n")
    assert read(data, load_manifest(str(toml)), ReadOptions(), 0).accepted == 1
    data.write_text("SRC,OTHER\nMX,1\n")
    with pytest.raises(SourceError, match=r"column ID: the file has no such column \(or NUMBER\)"):
        read(data, load_manifest(str(toml)), ReadOptions(), 0)
