"""`python -m benchmarks.succession [--people N] [--seed S]...`: reopened carriers found, against the truth.

Beside `likely` alone and `likely` with `possible` stand rules that a clerk could run: the same phone or door, a name
almost the same, and the same phone or door with a start soon after a revocation. Links that an investigator declared
are left out of the truth and of every answer. A pair counts with its order, but for the first two rules, which know
none.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import polars as pl
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cdist

from benchmarks.loaded import load_world
from fixtures.world import WorldSettings
from graph.mentions import Mentions
from graph.successors import Likelihood, Traces, find_reopened
from graph.successors.profiles import read_profiles
from linkage.ledger import Workspace
from linkage.model import load_model
from linkage.schema import Kind

Pairs = set[tuple[str, str]]

_NEEDED = {Kind.PERSON, Kind.CARRIER, Kind.CARRIER_LINK, Kind.VEHICLE, Kind.EVENT, Kind.EMPLOYMENT}
_ALIKE = 90.0
"""Token-sort ratio from which two names are almost the same."""
_SHARING = 12
_SOON = 120
PACKAGES = ("polars", "numpy", "rapidfuzz")


def main(arguments: Sequence[str] | None = None) -> None:
    """Each seed's world is generated and loaded; a table and the versions are printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.succession", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--misses", action="store_true", help="print what was wrong or missed, by the part it plays")
    options = parser.parse_args(arguments)
    print("| seed | answer | pairs | true | right | precision | recall |\n|---|---|---|---|---|---|---|")
    totals: dict[str, tuple[int, int, int]] = {}
    for seed in options.seed or [7]:
        with tempfile.TemporaryDirectory() as folder:
            rows, seconds = _measure(WorldSettings(options.people, seed), Path(folder), tells=options.misses)
        for name, counts in rows.items():
            _row(str(seed), name, counts)
            before = totals.get(name, (0, 0, 0))
            totals[name] = (before[0] + counts[0], before[1] + counts[1], before[2] + counts[2])
    for name, counts in totals.items():
        _row("**all**", name, counts)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    model = load_model("carrier_succession")
    print(f"\n{options.people:,} people a world; model {model.version}, {model.digest[:12]}; search {seconds:.2f} s")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}")


def _measure(settings: WorldSettings, folder: Path, *, tells: bool) -> tuple[dict[str, tuple[int, int, int]], float]:
    world, workspace = load_world(settings, folder, _NEEDED)
    mentions = _mentions(workspace)
    started = time.perf_counter()
    find_reopened(Traces(mentions.carriers, mentions.vehicles, mentions.events, mentions.employment))
    seconds = time.perf_counter() - started
    of = _entities(world, mentions)
    declared = _named(mentions.carrier_links.select("older", "younger").drop_nulls().iter_rows(), of)
    truth = {(a, b) for a, b in pl.read_csv(world / "truth_successions.csv", infer_schema=False).iter_rows()}
    truth -= declared
    found = {
        name: _named(
            mentions.reopened.filter(pl.col("likelihood").is_in(kinds)).select("older", "younger").iter_rows(), of
        )
        for name, kinds in (("**likely**", [Likelihood.LIKELY]), ("**likely or possible**", list(Likelihood)))
    }
    if tells:
        _tell(mentions, found["**likely or possible**"], truth, of)
    rows = {name: (len(pairs), len(truth), len(pairs & truth)) for name, pairs in found.items()}
    either = truth | {(b, a) for a, b in truth}
    for name, pairs in _plain(mentions).items():
        told = {tuple(sorted(pair)) for pair in _named(pairs, of) - declared - {(b, a) for a, b in declared}}
        rows[name] = (len(told), len(truth), len(told & either))
    soon = _named(_after_revocation(mentions), of) - declared
    rows["same phone or door, start soon after a revocation"] = (len(soon), len(truth), len(soon & truth))
    return rows, seconds


def _mentions(workspace: Workspace) -> Mentions:
    facts = {kind: workspace.facts(kind) for kind in _NEEDED}
    return Mentions.resolve(facts, workspace.memberships(), workspace.possible_links())


def _entities(world: Path, mentions: Mentions) -> dict[str, str]:
    """Carrier node to the entity that most of its records are."""
    truth = pl.read_csv(world / "truth_carriers.csv", infer_schema=False)
    known = truth.select("entity_id", key=pl.format("{}/{}", "source", "carrier_id"))
    of = mentions.carriers.join(known, on="key").group_by("carrier", "entity_id").len()
    of = of.sort("carrier", "len", "entity_id", descending=[False, True, False])
    return dict(of.unique("carrier", keep="first", maintain_order=True).select("carrier", "entity_id").iter_rows())


def _named(pairs: Iterable[tuple[str, ...]], of: dict[str, str]) -> Pairs:
    """Pairs of entities; two nodes of one entity are no pair."""
    named = {(of[a], of[b]) for a, b in pairs if a in of and b in of}
    return {(a, b) for a, b in named if a != b}


def _plain(mentions: Mentions) -> dict[str, Pairs]:
    carriers = mentions.carriers
    held = pl.concat(
        carriers.select("carrier", value=pl.format(f"{column}|{{}}", column)).drop_nulls()
        for column in ("phone", "address_key")
    ).unique()
    held = held.filter(pl.len().over("value") <= _SHARING)
    contact = held.join(held, on="value", suffix="_r").filter(pl.col("carrier") < pl.col("carrier_r"))
    names = carriers.drop_nulls("name_key").sort("key").unique("carrier", keep="first", maintain_order=True)
    texts, keys = names["name_key"].to_list(), names["carrier"].to_list()
    alike = cdist(texts, texts, scorer=token_sort_ratio, score_cutoff=_ALIKE)
    near = {(keys[a], keys[b]) for a, b in zip(*alike.nonzero(), strict=True) if a < b}
    return {"same phone or door": set(contact.select("carrier", "carrier_r").iter_rows()), "name almost the same": near}


def _after_revocation(mentions: Mentions) -> Pairs:
    """Same phone or door, and the one began from 60 days before to 120 days after the other's revocation."""
    traces = Traces(mentions.carriers, mentions.vehicles, mentions.events, mentions.employment)
    days = read_profiles(traces, load_model("carrier_succession")).records.select("key", "started_on", "ended_on")
    pairs = pl.DataFrame(sorted(_plain(mentions)["same phone or door"]), schema=["a", "b"], orient="row")
    both = pl.concat([pairs, pairs.select(a="b", b="a")]).join(days, left_on="a", right_on="key")
    both = both.join(days, left_on="b", right_on="key", suffix="_b")
    gap = (pl.col("started_on_b") - pl.col("ended_on")).dt.total_days()
    return set(both.filter(gap.is_between(-60, _SOON)).select("a", "b").iter_rows())


def _tell(mentions: Mentions, found: Pairs, truth: Pairs, of: dict[str, str]) -> None:
    for row in mentions.reopened.iter_rows(named=True):
        pair = (of.get(row["older"], ""), of.get(row["younger"], ""))
        if pair not in truth:
            print("wrong", row["likelihood"], f"{row['bits']:.1f}", *pair, row["says"])
    for pair in sorted(truth - found):
        print("missed", *pair)


def _row(seed: str, name: str, counts: tuple[int, int, int]) -> None:
    pairs, true, right = counts
    precision = f"{right / pairs:.3f}" if pairs else "none"
    print(f"| {seed} | {name} | {pairs:,} | {true} | {right} | {precision} | {right / max(true, 1):.3f} |", flush=True)


if __name__ == "__main__":
    main()
