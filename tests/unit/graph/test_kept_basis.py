"""What is kept comes back as it was, for the very state it was kept for and no other."""

import datetime as dt
import random
from dataclasses import fields, replace

import polars as pl
import pytest

from graph.basis import Basis
from graph.kept_basis import KeptBasis
from graph.policy_file import load_policy
from graph.risk import score_afresh
from graph.store import Mark
from graph.testing.worlds import Happening, Hold, World

DAY = dt.date(2026, 6, 30)
MARK = Mark("ledger", 7, "seven")
POLICY = load_policy()


@pytest.fixture
def basis() -> Basis:
    world = World(
        (Hold("p", "truck", "t", DAY, DAY), Hold("x", "truck", "t", DAY, DAY), Hold("x", "phone", "n")),
        (Happening("x", "e", DAY),),
        successions=(("c0", "c1", 0.9),),
    )
    return score_afresh(world.to_store(), POLICY, DAY)[1]


@pytest.fixture
def kept(tmp_path, basis) -> KeptBasis:
    found = KeptBasis(tmp_path / "basis")
    found.write(basis, MARK)
    return found


def test_it_comes_back_as_it_was(kept, basis):
    found = kept.read(MARK, DAY, POLICY.name)
    for field in fields(Basis):
        mine, theirs = getattr(basis, field.name), getattr(found, field.name)
        assert mine.equals(theirs) if isinstance(mine, pl.Series | pl.DataFrame) else mine == theirs


@pytest.mark.parametrize(
    ("mark", "day", "policy"),
    [
        (replace(MARK, sequence=8), DAY, POLICY.name),
        (replace(MARK, token="another seven"), DAY, POLICY.name),
        (replace(MARK, workspace="another ledger"), DAY, POLICY.name),
        (MARK, DAY + dt.timedelta(days=1), POLICY.name),
        (MARK, DAY, "another policy"),
    ],
)
def test_it_is_good_for_nothing_else(kept, mark, day, policy):
    assert kept.read(mark, day, policy) is None


def test_a_state_in_which_nothing_changed_has_it_too_and_a_stranger_has_not(kept):
    later, stranger = replace(MARK, sequence=8, token="eight"), replace(MARK, sequence=9, token="nine")
    kept.stand(stranger, later)
    assert kept.read(later, DAY, POLICY.name) is None
    kept.stand(MARK, later)
    assert kept.read(MARK, DAY, POLICY.name) is None
    assert kept.read(later, DAY, POLICY.name) is not None


def test_the_next_takes_its_place(kept, basis):
    later = replace(MARK, sequence=8, token="eight")
    kept.write(basis, later)
    assert kept.read(MARK, DAY, POLICY.name) is None
    assert kept.read(later, DAY, POLICY.name) is not None
    assert len([entry for entry in kept.folder.iterdir() if entry.is_dir()]) == 1


def test_what_is_torn_or_gone_is_not_there(kept):
    for file in kept.folder.glob("*/holds.arrow"):
        file.write_bytes(file.read_bytes()[:40])
    assert kept.read(MARK, DAY, POLICY.name) is None
    kept.drop()
    assert kept.read(MARK, DAY, POLICY.name) is None
    (kept.folder).mkdir()
    (kept.folder / "current.json").write_text("{")
    assert kept.read(MARK, DAY, POLICY.name) is None


def test_with_one_other_bit_it_is_not_there_or_is_as_it_was(kept, basis):
    """Arrow files have no sums of their own: such a basis would score people by ties that they do not have."""
    rng = random.Random(1)
    for file in sorted(file for file in kept.folder.rglob("*") if file.is_file()):
        whole = file.read_bytes()
        for _ in range(30):
            place, bit = rng.randrange(len(whole)), 1 << rng.randrange(8)
            file.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            found = kept.read(MARK, DAY, POLICY.name)
            assert found is None or found.holds.equals(basis.holds)
            assert found is None or file.name == "current.json", file.name
        file.write_bytes(whole)
    assert kept.read(MARK, DAY, POLICY.name) is not None


def test_a_disk_that_refuses_costs_no_more_than_time(tmp_path, basis):
    (tmp_path / "basis").write_text("a file where the folder should be")
    KeptBasis(tmp_path / "basis").write(basis, MARK)
