"""Spark finds what this machine finds: pairs, identities, scores, after every kind of change and when parts fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from api.bootstrap import create_workspace
from api.decide import decide
from api.engine import HERE, Engine
from api.load import LoadRequest, load
from api.progress import Silent
from api.scores import read_scores
from api.train import TrainRequest, train_model
from benchmarks.order import partition
from benchmarks.spark.run import executor
from fixtures.world import WorldSettings, generate
from fixtures.world.layout import PERSON_FILES
from fixtures.world.layout import loads as world_loads
from linkage.errors import SettingsError, SourceError
from linkage.ledger import IdentityTables, Workspace
from linkage.model import load_model
from linkage.pipeline import Change, Previous, Resolver, resolve
from linkage.schema import MEMBERSHIP, PERSON, SCORED_PAIR, Kind
from tests.spark_session import applications, require_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TODAY = date(2026, 6, 30)
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    yield from applications()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("world")
    generate(WorldSettings(150, 5), folder)
    wanted = {file.name for file in PERSON_FILES[:5]} | {"events.csv"}
    return [one for one in world_loads(folder) if one[0].name in wanted]


@pytest.fixture(scope="module")
def here(files: list[tuple[Path, str]], tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """All files, loaded by this machine."""
    workspace = create_workspace(tmp_path_factory.mktemp("here") / "w")
    for path, source in files:
        load(workspace, LoadRequest((path,), source, TODAY))
    return workspace


@dataclass
class Told:
    """Stages that were told of, and what happens at one of them."""

    at: str = ""
    stages: list[str] = field(default_factory=list)

    def __call__(self, name: str, done: int, of: int) -> None:
        if name not in self.stages:
            self.stages.append(name)
            if name == self.at:
                self.happen()

    def happen(self) -> None:
        """Nothing."""


def on_spark(spark: SparkSession, folder: Path, told: Any = None) -> Resolver:
    from linkage.spark.resolver import SparkResolver

    return SparkResolver(spark, folder.as_uri(), told or Told(), partitions=3)


def persons_of(workspace: Workspace) -> pl.DataFrame:
    return workspace.facts(Kind.PERSON, PERSON.without("raw"))


def change_of(persons: pl.DataFrame) -> tuple[Change, Previous]:
    """Everybody is new to an empty workspace."""
    nobody = Previous(MEMBERSHIP.empty(), SCORED_PAIR.empty(), frozenset())
    return Change(frozenset(persons["key"]), persons.head(0)), nobody


def assert_equal(one: Workspace, other: Workspace) -> None:
    assert partition(one) == partition(other)
    tables = []
    for workspace in (one, other):
        with workspace.reading() as connection:
            tables.append(IdentityTables(connection).scored_pairs().sort("record_l", "record_r"))
    assert tables[0].select("record_l", "record_r").equals(tables[1].select("record_l", "record_r"))
    assert tables[0]["match_weight"].to_numpy() == pytest.approx(tables[1]["match_weight"].to_numpy(), abs=1e-9)
    memberships = [workspace.memberships() for workspace in (one, other)]
    assert memberships[0].drop("confidence").equals(memberships[1].drop("confidence"))
    assert memberships[0]["confidence"].to_numpy() == pytest.approx(memberships[1]["confidence"].to_numpy(), abs=1e-9)


def test_pairs_and_people_are_those_of_this_machine(spark: SparkSession, here: Workspace, tmp_path: Path) -> None:
    persons, model = persons_of(here), load_model()
    change, previous = change_of(persons)
    told = Told()
    found = on_spark(spark, tmp_path / "stages", told)(persons, change, previous, model)
    expected = resolve(persons, change, previous, model)
    assert found.compared == expected.compared > 300
    assert found.pairs.drop("match_weight", "match_probability").equals(
        expected.pairs.drop("match_weight", "match_probability")
    )
    for name in ("match_weight", "match_probability"):
        assert found.pairs[name].to_numpy() == pytest.approx(expected.pairs[name].to_numpy(), abs=1e-9)
    assert found.assignment == expected.assignment
    assert found.touched == expected.touched
    assert not list((tmp_path / "stages").iterdir()), "what executors handed on is gone"
    assert {"records", "members", "pairs", "groups"} <= set(told.stages)


def test_components_over_the_limit_are_cut_in_the_same_steps(
    spark: SparkSession, here: Workspace, tmp_path: Path
) -> None:
    persons, model = persons_of(here), load_model()
    small = replace(model, limits=replace(model.limits, component=4))
    change, previous = change_of(persons)
    told = Told()
    found = on_spark(spark, tmp_path / "stages", told)(persons, change, previous, small)
    expected = resolve(persons, change, previous, small)
    assert found.assignment == expected.assignment
    assert expected.assignment != resolve(persons, change, previous, model).assignment
    assert {"ties-0", "labels-0", "ties-1"} <= set(told.stages)


def test_a_workspace_that_spark_resolved_is_the_same_after_every_load_decision_and_withdrawal(
    spark: SparkSession, files: list[tuple[Path, str]], tmp_path: Path
) -> None:
    resolver = on_spark(spark, tmp_path / "stages")
    both = [(create_workspace(tmp_path / "here"), resolve), (create_workspace(tmp_path / "there"), resolver)]
    chosen = [files[0], files[2], files[-1]]
    for path, source in chosen:
        for workspace, how in both:
            load(workspace, LoadRequest((path,), source, TODAY, engine=Engine(resolve=how)))
    assert_equal(both[0][0], both[1][0])
    possible = both[0][0].possible_links().row(0, named=True)
    for workspace, _ in both:
        decide(workspace, possible["record_l"], possible["record_r"], "same", "one photograph", "tester")
    head, *rows = files[0][0].read_text("utf-8").splitlines(keepends=True)
    gone = tmp_path / files[0][0].name
    gone.write_text(head + "".join(rows[:20]), "utf-8")
    for workspace, how in both:
        load(workspace, LoadRequest((gone,), files[0][1], TODAY, mode="delete", engine=Engine(resolve=how)))
    assert_equal(both[0][0], both[1][0])
    scores = []
    for workspace, _ in both:
        with workspace.reading() as connection:
            scores.append(read_scores(connection).sort("identity_id"))
    assert scores[0].height > 50
    assert scores[0].equals(scores[1])


def test_an_executor_that_is_killed_in_the_middle_changes_nothing(
    spark: SparkSession, here: Workspace, tmp_path: Path
) -> None:
    class Kills(Told):
        def happen(self) -> None:
            os.kill(executor(), signal.SIGKILL)

    persons, model = persons_of(here), load_model()
    change, previous = change_of(persons)
    told = Kills("pairs")
    found = on_spark(spark, tmp_path / "stages", told)(persons, change, previous, model)
    assert "pairs" in told.stages
    assert found.assignment == resolve(persons, change, previous, model).assignment


def test_a_run_that_ends_in_the_middle_is_gone_on_with(spark: SparkSession, here: Workspace, tmp_path: Path) -> None:
    class Ends(Told):
        def happen(self) -> None:
            raise KeyboardInterrupt

    persons, model = persons_of(here), load_model()
    change, previous = change_of(persons)
    first = Ends("pairs")
    with pytest.raises(KeyboardInterrupt):
        on_spark(spark, tmp_path / "stages", first)(persons, change, previous, model)
    again = Told()
    found = on_spark(spark, tmp_path / "stages", again)(persons, change, previous, model)
    assert {"records", "members"} <= set(first.stages)
    assert again.stages[0] == "pairs"
    assert found.assignment == resolve(persons, change, previous, model).assignment


def test_a_task_that_fails_tells_nothing_of_a_record(spark: SparkSession) -> None:
    from linkage.spark.frames import ddl, task

    def fails(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        for frame in frames:
            raise ValueError(frame["name"][0])
        yield pl.DataFrame()

    name = {"name": pl.String}
    failing = spark.sql("SELECT 'Xolocotzi' AS name").mapInArrow(task(fails, name, name), ddl(name))
    with pytest.raises(Exception, match=r"TaskFault: ValueError in test_spark\.py, line") as raised:
        failing.collect()
    assert "Xolocotzi" not in str(raised.value)


def test_parquet_read_on_spark_is_what_is_read_here(
    spark: SparkSession, files: list[tuple[Path, str]], tmp_path: Path
) -> None:
    """Of typed columns, doubtful values, rows that are none and several batches; counted, told and kept alike."""
    from api.spark_engine import on_spark as engine_on_spark

    path, source = files[0]
    table = pl.read_csv(path, infer_schema=False)
    typed = table.with_columns(
        pl.lit(None, pl.String).alias("given_name") if n % 2 else pl.col("given_name") for n in (0,)
    )
    typed = pl.concat(
        [typed, typed.head(3).with_columns(record_id=pl.lit("")), typed.head(2).with_columns(surname=pl.lit("a\0b"))]
    )
    stored = tmp_path / "people.parquet"
    typed.write_parquet(stored, row_group_size=100)
    engine = engine_on_spark(spark, (tmp_path / "stages").as_uri(), Silent())
    both = []
    for name, chosen in (("here", HERE), ("there", engine)):
        workspace = create_workspace(tmp_path / name)
        document = load(workspace, LoadRequest((stored,), source, TODAY, engine=chosen))
        again = load(workspace, LoadRequest((stored,), source, TODAY, engine=chosen))
        assert again["unchanged"]
        facts = workspace.facts(Kind.PERSON)
        both.append((document | {"seconds": 0}, facts))
    assert both[0][0] == both[1][0]
    assert both[0][0]["files"][0]["rejected"]
    assert both[0][1].equals(both[1][1])
    engine.forget()
    assert not list((tmp_path / "stages").iterdir()), "what executors handed on is gone"


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"source": ["US"], "surname": ["A"]}, "missing-column"),
        ({"source": ["US"], "record_id": [["1"]], "surname": ["A"]}, "nested-column"),
        ({"source": ["US"], "record_id": [b"\xff\xfe"], "surname": ["A"]}, "undecodable-bytes"),
        (None, "parquet-not-readable"),
    ],
)
def test_a_file_that_is_refused_here_is_refused_there(
    spark: SparkSession, tmp_path: Path, columns: dict[str, list[Any]] | None, rule: str
) -> None:
    from api.spark_engine import on_spark as engine_on_spark

    stored = tmp_path / "people.parquet"
    if columns is None:
        stored.write_bytes(b"PAR1 and then nothing")
    else:
        pl.DataFrame(columns).write_parquet(stored)
    workspace = create_workspace(tmp_path / "w")
    engine = engine_on_spark(spark, (tmp_path / "stages").as_uri(), Silent())
    for chosen in (HERE, engine):
        with pytest.raises(SourceError) as raised:
            load(workspace, LoadRequest((stored,), "drivers", TODAY, engine=chosen))
        assert raised.value.rule == rule


def test_a_model_of_a_sample_is_about_that_of_the_whole_table(
    spark: SparkSession, here: Workspace, tmp_path: Path
) -> None:
    from api.spark_engine import on_spark as engine_on_spark

    table = tmp_path / "people.parquet"
    columns = ("key", "given_name", "surname", "birth_date", "phone", "city", "postal_code")
    persons_of(here).select(columns).write_parquet(table)
    engine = engine_on_spark(spark, (tmp_path / "stages").as_uri(), Silent())
    asked = TrainRequest(table, force=True)
    whole, same, half = (
        train_model(one) | {"seconds": 0}
        for one in (asked, replace(asked, engine=engine), replace(asked, engine=engine, most=350))
    )
    assert same == whole
    assert half["records"] == whole["records"] == persons_of(here).height
    assert 250 < half["sample"] < 450
    assert half["expected_matches"] == pytest.approx(whole["expected_matches"], rel=0.25)
    weights = [
        {
            (name, level): figures["bits"]
            for name, levels in told["attributes"].items()
            for level, figures in levels.items()
        }
        for told in (whole, half)
    ]
    assert weights[0].keys() == weights[1].keys()
    with pytest.raises(SettingsError, match="column surname is no key"):
        train_model(replace(asked, engine=engine, columns={"key": "surname"}))
    persons_of(here).select("surname", "birth_date").write_parquet(tmp_path / "keyless.parquet")
    with pytest.raises(SettingsError, match="no key"):
        train_model(replace(asked, path=tmp_path / "keyless.parquet", engine=engine))


def test_a_user_loads_a_folder_of_parquet_by_the_command(
    files: list[tuple[Path, str]], here: Workspace, tmp_path: Path
) -> None:
    """In a process of its own, as Spark keeps one application in each."""
    require_spark()
    path, source = files[0]
    table = pl.read_csv(path, infer_schema=False)
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    table.head(30).write_parquet(folder / "part-0.parquet")
    table.tail(-30).write_parquet(folder / "part-1.parquet")
    words = ["load", str(folder), "--source", source, "--engine", "spark", "--master", "local[2]"]
    words += ["--spark-output", (tmp_path / "found").as_uri(), "--today", TODAY.isoformat()]
    words += ["-w", str(tmp_path / "w"), "--json"]
    create_workspace(tmp_path / "w")
    program = f"import sys; from api.cli import main; sys.exit(main({words!r}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [file["rows"] for file in document["files"]] == [30, table.height - 30]
    twin = create_workspace(tmp_path / "twin")
    load(twin, LoadRequest((path,), source, TODAY))
    assert_equal(twin, Workspace.open(tmp_path / "w"))
    assert not (tmp_path / "w" / "spark").exists()
    people = pl.read_parquet(tmp_path / "found" / "people" / "*.parquet").sort("record_key")
    assert people.equals(twin.memberships().drop("confidence"))
    pairs = pl.read_parquet(tmp_path / "found" / "pairs" / "*.parquet")
    with twin.reading() as connection:
        assert pairs.height == IdentityTables(connection).scored_pairs().height


def test_one_application_at_a_time(spark: SparkSession) -> None:
    from linkage.spark.session import SparkSettings, session

    with pytest.raises(SettingsError, match="running in this process"), session(SparkSettings("local[1]")):
        pass
