"""Library use: tables in, identities out, the same for any order of rows and any number of threads."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import linkage
from linkage.errors import SettingsError, TrainingError
from linkage.evaluate import evaluate
from linkage.model import load_model
from linkage.model_file import write_model
from linkage.pipeline.frames import Resolved

GIVEN = ["ANA", "BRUNO", "CARLA", "DIEGO", "ELSA", "FABIAN", "GLORIA", "HUGO", "IRMA", "JULIO", "KARLA", "LUCAS"]
SURNAME = [
    f"{a}{b}" for a in ("ARR", "BER", "COR", "DUR", "ESP", "FER", "GOM") for b in ("OLA", "UDEZ", "ANTE", "IGO", "ERA")
]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    """800 people, 400 of them twice, the second time with a slip in one field."""
    rng = random.Random(5)
    rows = []
    for person in range(800):
        record = {
            "first_name": rng.choice(GIVEN),
            "surname": rng.choice(SURNAME),
            "dob": f"{rng.randint(1950, 2000)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "city": rng.choice(["LAREDO", "EL PASO", "NOGALES", "OTAY", "PHARR", "CALEXICO"]),
            "phone": f"956{rng.randint(0, 9999999):07d}",
        }
        rows.append({"id": f"a{person}", "person": person, **record})
        if person % 2:
            slip = rng.choice(["surname", "phone", "city", "dob"])
            other = {"surname": record["surname"][:-1], "phone": None, "city": None, "dob": record["dob"][:5] + "01-01"}
            rows.append({"id": f"b{person}", "person": person, **record, slip: other[slip]})
    return pl.DataFrame(rows).sample(fraction=1.0, shuffle=True, seed=3)


@pytest.fixture(scope="module")
def resolved(table: pl.DataFrame) -> Resolved:
    return linkage.dedupe(table.drop("person"))


def _scores(table: pl.DataFrame, found: Resolved) -> tuple[float, float]:
    truth = table.select(key="id", entity_id=pl.col("person").cast(pl.String))
    score = evaluate(truth, found.memberships.select(key="record", identity_id="identity")).pairs
    return score.precision, score.recall


def test_a_table_is_resolved_without_settings_or_labels(table: pl.DataFrame, resolved: Resolved) -> None:
    precision, recall = _scores(table, resolved)
    assert precision >= 0.99
    assert recall >= 0.98
    assert resolved.training is not None
    assert resolved.training.matches == pytest.approx(400, rel=0.1)


def test_the_order_of_rows_and_the_threads_change_nothing(table: pl.DataFrame, resolved: Resolved) -> None:
    turned = linkage.dedupe(table.drop("person").reverse(), settings=linkage.Settings(threads=1))
    assert turned.memberships.equals(resolved.memberships)
    assert turned.pairs.equals(resolved.pairs)


def test_a_written_model_gives_the_same_again(table: pl.DataFrame, resolved: Resolved, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write_model(resolved.model, path, {"calibrated": False})
    again = load_model(path)
    assert again.attributes == resolved.model.attributes
    assert again.blocking == resolved.model.blocking
    assert not again.is_calibrated
    found = linkage.dedupe(table.drop("person"), path, linkage.Settings(train=False))
    assert found.memberships.equals(resolved.memberships)


def test_two_tables_are_linked_across_only(table: pl.DataFrame) -> None:
    left, right = (table.filter(pl.col("id").str.starts_with(side)) for side in ("a", "b"))
    found = linkage.link(left.drop("person"), right.drop("person"))
    precision, recall = _scores(table, found)
    assert precision >= 0.99
    assert recall >= 0.98
    assert (found.pairs["record_l"].str.slice(0, 1) != found.pairs["record_r"].str.slice(0, 1)).all()
    sides = found.memberships.with_columns(side=pl.col("record").str.slice(0, 1))
    assert not sides.select("identity", "side").is_duplicated().any()
    with pytest.raises(SettingsError, match="both tables"):
        linkage.link(left, left)


def test_an_arrow_table_and_a_lazy_frame_are_tables(table: pl.DataFrame, resolved: Resolved) -> None:
    class ArrowStream:
        def __init__(self, frame: pl.DataFrame) -> None:
            self._frame = frame

        def __arrow_c_stream__(self, requested: object = None) -> object:
            return self._frame.__arrow_c_stream__(requested)

    for given in (ArrowStream(table.drop("person")), table.drop("person").lazy()):
        assert linkage.dedupe(given).memberships.equals(resolved.memberships)
    with pytest.raises(SettingsError, match="Arrow"):
        linkage.dedupe(object())


def test_a_table_too_small_to_learn_from_takes_the_shipped_figures(table: pl.DataFrame) -> None:
    few = table.filter(pl.col("person") < 12)
    with pytest.raises(TrainingError, match="needed"):
        linkage.dedupe(few.drop("person"))
    precision, recall = _scores(few, linkage.dedupe(few.drop("person"), settings=linkage.Settings(train=False)))
    assert precision == 1.0
    assert recall == 1.0


def test_what_cannot_train_is_refused_with_its_reason() -> None:
    strangers = pl.DataFrame({"id": ["1", "2"], "phone": ["1", "2"]})
    with pytest.raises(TrainingError, match="share"):
        linkage.dedupe(strangers)
    with pytest.raises(TrainingError, match="share"):
        linkage.link(strangers, pl.DataFrame({"id": ["3", "4"], "phone": ["7", "7"]}))
    with pytest.raises(SettingsError, match="of use"):
        linkage.dedupe(pl.DataFrame({"id": ["1"], "shoe_size": ["44"]}))


def test_a_user_adds_an_attribute_in_the_file_alone(table: pl.DataFrame, resolved: Resolved, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write_model(resolved.model, path, {})
    text = path.read_text()
    path.write_text(
        text.replace("[prior]", '[fields.truck]\ntype = "code"\nfrom = ["truck"]\n\n[prior]', 1)
        + '\n[attributes.truck]\ncompare = "text"\ncolumns = ["truck"]\n'
        "[attributes.truck.levels]\nexact = { bits = 9 }\nother = { else = 1, bits = -9 }\n"
    )
    trucks = table.drop("person").with_columns(truck=pl.int_range(pl.len()).cast(pl.String))
    found = linkage.dedupe(trucks, path, linkage.Settings(train=False))
    assert len(found.pairs) < len(resolved.pairs)
    assert replace(found.model, digest="").attributes["truck"].levels["other"].bits == -9


def test_the_shipped_driver_model_comes_back_from_its_own_file(tmp_path: Path) -> None:
    shipped = load_model()
    write_model(shipped, tmp_path / "driver.toml", {})
    again = load_model(tmp_path / "driver.toml")
    for part in ("attributes", "blocking", "thresholds", "limits", "floors", "shared", "prior_household"):
        assert getattr(again, part) == getattr(shipped, part), part
    assert again.weighs_entities == shipped.weighs_entities
    assert again.prior_organization == shipped.prior_organization


def test_carriers_are_resolved_by_a_model_file_alone() -> None:
    world = Path(__file__).parents[4] / "fixtures" / "world" / "small"
    key = pl.concat_str("source", pl.lit("/"), "carrier_id").alias("key")
    registers = [pl.read_csv(world / name, infer_schema=False) for name in ("carriers.csv", "carrier_registers.csv")]
    carriers = pl.concat(registers, how="diagonal").with_columns(key).unique("key")
    truth = pl.read_csv(world / "truth_carriers.csv", infer_schema=False).select(key, "entity_id").unique("key")
    found = linkage.dedupe(carriers, "carrier")
    score = evaluate(truth, found.memberships.select(key="record", identity_id="identity")).pairs
    assert score.precision >= 0.99
    assert score.f1 >= 0.85
