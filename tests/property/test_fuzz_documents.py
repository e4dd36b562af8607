"""Documents that people write by hand, with anything in them: accepted, or refused in words that say what is wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli import main
from api.intake import intake
from eligibility.coverage_policy import load_coverage_policy
from eligibility.exchange_policy import load_exchange_policy
from eligibility.policy_file import load_eligibility_policy
from eligibility.screening.policy import load_screening_policy
from graph.policy_file import load_policy
from linkage.errors import LinkageError, SourceError
from linkage.model import load_model
from linkage.sources import ReadOptions, builtin_names, load_manifest

TODAY = dt.date(2026, 6, 30)
FUZZED = settings(deadline=None, suppress_health_check=list(HealthCheck))
MANIFESTS = {
    name: (resources.files("linkage.sources") / "builtin" / f"{name}.toml").read_text("utf-8")
    for name in builtin_names()
}
OTHERS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "driver model": ("linkage", "data/driver_model.toml", load_model),
    "model of carriers": ("linkage", "data/carrier_model.toml", load_model),
    "risk policy": ("graph", "risk_policy.toml", load_policy),
    "eligibility policy": ("eligibility", "eligibility_policy.toml", load_eligibility_policy),
    "coverage policy": ("eligibility", "coverage_policy.toml", load_coverage_policy),
    "exchange policy": ("eligibility", "exchange_policy.toml", load_exchange_policy),
    "screening policy": ("eligibility", "screening_policy.toml", load_screening_policy),
}
words = st.one_of(st.text(max_size=6), st.sampled_from(["source", "person", "name", "value", "", "unknown", "1", "\0"]))
values = st.recursive(
    st.one_of(
        *(st.booleans(), st.integers(-3, 3), st.sampled_from([2**63 - 1, -1, 10**6]), st.floats(), words),
        st.sampled_from([TODAY, dt.time(1, 2), dt.datetime(2026, 6, 30, 1)]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


def as_toml(value: Any) -> str:
    """A value as TOML, tables written in line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{as_toml(name)} = {as_toml(inner)}" for name, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value.encode("utf-8", "replace").decode()).replace("\x7f", "\\u007f")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return repr(value)


def document(tables: dict[str, Any]) -> str:
    return "".join(f"{as_toml(name)} = {as_toml(value)}\n" for name, value in tables.items())


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a document something stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([at] if at else []), *(found for name, one in inner for found in places(one, (*at, name)))]


@st.composite
def altered(draw: st.DrawFn, text: str) -> str:
    """The document with something else, nothing, or something more in one to three places."""
    tables = tomllib.loads(text)
    for _ in range(draw(st.integers(1, 3))):
        found = places(tables)
        if not found:
            break
        *path, last = draw(st.sampled_from(found))
        table: Any = tables
        for name in path:
            table = table[name]
        match draw(st.sampled_from(["other", "other", "gone", "more"])):
            case "other":
                table[last] = draw(values)
            case "gone":
                del table[last]
            case "more" if isinstance(table, dict):
                table[draw(words)] = draw(values)
    return document(tables)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


def test_a_document_that_nobody_altered_says_the_same() -> None:
    for text in (
        *MANIFESTS.values(),
        *((resources.files(of) / at).read_text("utf-8") for of, at, _ in OTHERS.values()),
    ):
        assert tomllib.loads(document(tomllib.loads(text))) == tomllib.loads(text)


@given(data=st.data(), source=st.sampled_from(sorted(MANIFESTS)))
@FUZZED
def test_an_altered_manifest_is_refused_or_reads_files(folder: Path, data: st.DataObject, source: str) -> None:
    path, table = folder / "altered.toml", folder / "table.csv"
    path.write_text(data.draw(altered(MANIFESTS[source])), "utf-8")
    try:
        manifest = load_manifest(str(path))
    except SourceError:
        return
    names = list(manifest.file_columns)
    table.write_text(",".join(json.dumps(name) for name in names) + "\n" + ",".join("1" for _ in names) + "\n", "utf-8")
    try:
        found = intake(table, manifest, ReadOptions(), (0, TODAY))
    except SourceError:
        return
    told = {line for frame in found.facts.values() for line in frame["line"]}
    assert found.rows == len(told) + found.rejected.height


@given(tables=st.dictionaries(words, values, max_size=4))
@FUZZED
def test_any_document_is_no_manifest_and_the_command_line_says_why(
    folder: Path, capsys: pytest.CaptureFixture[str], tables: dict[str, Any]
) -> None:
    path, table = folder / "any.toml", folder / "any.csv"
    path.write_text(document(tables), "utf-8")
    table.write_text("source,record_id\nUS,1\n")
    assert main(["sources", "check", str(table), "--source", str(path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("crosslane: ")
    assert told.count("\n") == 1


@given(content=st.binary(max_size=60))
@FUZZED
def test_any_bytes_are_no_manifest_no_model_and_no_policy(folder: Path, content: bytes) -> None:
    path = folder / "bytes.toml"
    path.write_bytes(content)
    for load in (load_manifest, *(load for _, _, load in OTHERS.values())):
        with pytest.raises(LinkageError):
            load(path if load is not load_manifest else str(path))


@pytest.mark.parametrize("what", OTHERS)
@given(data=st.data())
@settings(FUZZED, max_examples=max(settings().max_examples // 4, 1))
def test_an_altered_model_or_policy_is_taken_or_refused(folder: Path, what: str, data: st.DataObject) -> None:
    package, name, load = OTHERS[what]
    path = folder / "altered_policy.toml"
    path.write_text(data.draw(altered((resources.files(package) / name).read_text("utf-8"))), "utf-8")
    with suppress(LinkageError):
        load(path)


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("figure", ["inf", "-inf", "nan", "1e400"])
def test_no_figure_of_a_model_or_policy_is_infinite(folder: Path, what: str, figure: str) -> None:
    """A weight that is no number would make a score of nothing."""
    package, name, load = OTHERS[what]
    text = (resources.files(package) / name).read_text("utf-8")
    numbers = list(re.finditer(r"(?<== )-?[0-9.]+(?= *[,}#\n])", text))
    assert numbers
    for found in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        path = folder / "infinite.toml"
        path.write_text(text[: found.start()] + figure + text[found.end() :], "utf-8")
        with pytest.raises(LinkageError):
            load(path)


@pytest.mark.parametrize("opening", ["a = " + "[" * 5_000, "a." * 1_200 + "b = 1"])
def test_what_is_nested_too_deeply_is_refused(folder: Path, opening: str) -> None:
    path = folder / "deep.toml"
    path.write_text(opening)
    for load in (load_manifest, *(load for _, _, load in OTHERS.values())):
        with pytest.raises(LinkageError):
            load(path if load is not load_manifest else str(path))
