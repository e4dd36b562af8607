"""The stages of a resolution on Spark, in their order: the pairs and identities that one machine finds, from nothing.

Every rule is the one that one machine applies; here it is decided only which records meet in which task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from linkage import block, compare
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.engine import CUT_BITS
from linkage.spark.clusters import GROUPED, groups_of
from linkage.spark.components import components
from linkage.spark.entries import ENTRY, HOME_SHIFT, MEMBER, entries_of, members_of
from linkage.spark.frames import Columns, ddl, task
from linkage.spark.pairs import PAIR, Scoring, pairs_of
from linkage.spark.work import Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ID = {"id": pl.Int64}


@dataclass(frozen=True)
class Found:
    """What a resolution found, in the stages that the work keeps.

    Args:
        pairs: PAIR rows.
        groups: GROUPED rows of the records that any tie holds to another one; every other one is alone.
        records: as given, with `id`; `labels`: `node` and `root` (ids) of those in a component of whom they are not
            the first.
    """

    pairs: DataFrame
    groups: DataFrame
    records: DataFrame
    labels: DataFrame


def find(persons: DataFrame, columns: Columns, model: Model, decisions: Sequence[Decision], work: Work) -> Found:
    """Pairs and identities of all records.

    Args:
        persons: records, each key once.
        columns: theirs, `key` among them.
        decisions: those that stand.
    """
    spark, parts = work.spark, work.partitions
    records = work.kept("records", lambda: _numbered(persons, parts))
    rules, limit = model.blocking, model.limits.block
    members = work.kept("members", lambda: _members(records, columns, (rules, limit), parts))
    given = {name: dtype for name, dtype in columns.items() if name in compare.columns_of(model)} | _ID
    scoring = spark.sparkContext.broadcast(Scoring(model, _common(records, model)))
    pairs = work.kept("pairs", lambda: _pairs(records, members, given, scoring, parts))
    ties = _ties(records, pairs, model, decisions, work)
    labels = _cut_large(ties, components(ties.select("node", "other"), work, "components"), model, work)
    groups = work.kept("groups", lambda: _groups(records, labels, given, (scoring, tuple(decisions)), parts))
    return Found(pairs, groups, records, labels)


def _numbered(persons: DataFrame, partitions: int) -> DataFrame:
    """The records with an `id` (bigint) in the order of their keys."""
    ordered = persons.repartitionByRange(partitions, "key").sortWithinPartitions("key")
    return ordered.selectExpr("*", "monotonically_increasing_id() AS id")


def _members(records: DataFrame, columns: Columns, rules: tuple[Any, int], partitions: int) -> DataFrame:
    """`id` of each record that meets another, and its `blocks`, ascending."""
    blocking, limit = rules
    given = {name: dtype for name, dtype in columns.items() if name in block.columns_of(blocking)} | _ID
    entries = records.select(*given).mapInArrow(
        task(lambda frames: entries_of(frames, blocking, limit), given, ENTRY), ddl(ENTRY)
    )
    grouped = entries.repartition(partitions, "key").sortWithinPartitions("key")
    members = grouped.mapInArrow(task(lambda frames: members_of(frames, limit), ENTRY, MEMBER), ddl(MEMBER))
    return (
        members.groupBy("id").agg({"block": "collect_set"}).selectExpr("id", "sort_array(`collect_set(block)`) blocks")
    )


def _common(records: DataFrame, model: Model) -> Mapping[str, frozenset[str]]:
    """As `linkage.compare.common_values`, of all records."""
    found = {}
    for name in model.shared:
        held = records.where(f"`{name}` IS NOT NULL").groupBy(name).count()
        rows = held.where(f"count > {model.limits.sharing}").select(name).collect()
        found[name] = frozenset(str(row[0]) for row in rows)
    return found


def _pairs(records: DataFrame, members: DataFrame, given: Columns, scoring: Any, partitions: int) -> DataFrame:
    """PAIR rows: a record goes to each home of its blocks, with what it needs to know of the homes before."""
    homes = f"array_distinct(transform(blocks, block -> shiftright(block, {HOME_SHIFT})))"
    until = f"filter(blocks, block -> shiftright(block, {HOME_SHIFT}) <= home) AS blocks"
    placed = records.select(*given).join(members, "id").selectExpr("*", f"explode({homes}) AS home")
    together = placed.selectExpr(*(f"`{name}`" for name in given), until, "home").repartition(partitions, "home")
    columns = {**given, "blocks": pl.List(pl.Int64), "home": pl.Int64}
    made: Callable[[Iterator[pl.DataFrame]], Iterable[pl.DataFrame]] = lambda frames: pairs_of(frames, scoring.value)  # noqa: E731
    ordered = together.sortWithinPartitions("home", "id")
    return ordered.mapInArrow(task(made, columns, PAIR), ddl(PAIR))


def _ties(records: DataFrame, pairs: DataFrame, model: Model, decisions: Sequence[Decision], work: Work) -> DataFrame:
    """`node`, `other` and `match_weight` of what holds records together; a person's word does so with any weight."""
    strong = pairs.where(f"match_weight >= {model.thresholds.tie}").selectExpr(
        "left AS node", "right AS other", "match_weight"
    )
    must = [(one.a, one.b) for one in decisions if one.judgement == "same"]
    if not must:
        return strong
    judged = work.spark.createDataFrame(must, "a string, b string")
    ids = records.select("id", "key")
    left = judged.join(ids, judged.a == ids.key).selectExpr("id AS node", "b")
    both = left.join(ids, left.b == ids.key).selectExpr("node", "id AS other", "double('Infinity') AS match_weight")
    return strong.union(both)


def _cut_large(ties: DataFrame, labels: DataFrame, model: Model, work: Work) -> DataFrame:
    """Components over the limit fall apart as on one machine: see `Engine`."""
    floor, number = model.thresholds.tie + CUT_BITS, 0
    while True:
        sizes = labels.groupBy("root").count()
        large = sizes.where(f"count + 1 > {model.limits.component}").select("root")
        if large.isEmpty():
            return labels
        rooted = ties.join(labels, "node", "left").selectExpr(
            "node", "other", "match_weight", "coalesce(root, node) root"
        )
        inside = rooted.join(large, "root", "left_semi")
        if inside.where("match_weight < double('Infinity')").isEmpty():
            return labels
        strong = work.kept(
            f"ties-{number}",
            lambda inside=inside, floor=floor: inside.where(f"match_weight >= {floor}").drop("root"),  # type: ignore[misc]
        )
        kept = labels.join(large, "root", "left_anti").select("node", "root")
        cut = components(strong.select("node", "other"), work, f"cut-{number}")
        labels = work.kept(f"labels-{number}", lambda kept=kept, cut=cut: kept.union(cut.select("node", "root")))  # type: ignore[misc]
        ties, floor, number = strong, floor + CUT_BITS, number + 1


def _groups(
    records: DataFrame, labels: DataFrame, given: Columns, told: tuple[Any, tuple[Decision, ...]], partitions: int
) -> DataFrame:
    scoring, decisions = told
    roots = labels.selectExpr("root AS node", "root").distinct()
    inside = labels.select("node", "root").union(roots).withColumnRenamed("node", "id")
    together = records.select(*given).join(inside, "id").repartition(partitions, "root")
    columns = {**given, "root": pl.Int64}
    made: Callable[[Iterator[pl.DataFrame]], Iterable[pl.DataFrame]] = lambda frames: groups_of(  # noqa: E731
        frames, scoring.value, decisions
    )
    ordered = together.sortWithinPartitions("root", "id").select(*columns)
    return ordered.mapInArrow(task(made, columns, GROUPED), ddl(GROUPED))
