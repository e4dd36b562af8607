"""A resolution that stays in memory and takes changes.

Each costs what it touches, and leaves what a run from nothing would give.

Records are numbered as they come; a corrected record gets a new number and the old one dies. Keys, hashes of what is
cheap to compare and pairs are held for all of them; rows are read, and compared in full, only where a bound leaves a
pair open. One thread changes it at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from linkage import block, cluster, identities
from linkage.block.index import KeyIndex
from linkage.compare.resident import ResidentColumns
from linkage.ledger import Decision
from linkage.model import Model
from linkage.pipeline.engine import CHUNK, Engine, ScoredPairs
from linkage.pipeline.live_pairs import hashed_values, inverse_of, low_high, pair_frame, pairs_across
from linkage.pipeline.resolve import Resolution
from linkage.schema import MEMBERSHIP, SCORED_PAIR

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Match:
    """One record that a query may be.

    Args:
        weight: match weight in bits; `probability` of a match.
    """

    record: str
    identity: str
    weight: float
    probability: float


class LiveResolver:
    """Identities of all records so far.

    Args:
        columns: what records consist of (`PERSON` without `raw`, or a model's fields with `key`).
    """

    def __init__(self, model: Model, columns: pl.DataFrame) -> None:
        self.model = model
        self._rows = columns.head(0)
        self._alive = np.zeros(0, dtype=np.bool_)
        self._numbers: dict[str, int] = {}
        self._keys, self._shared = KeyIndex(), KeyIndex()
        self._resident = ResidentColumns(model)
        self._pairs = ScoredPairs.concat([])
        self._label = np.zeros(0, dtype=np.int32)
        self._identity = np.zeros(0, dtype=object)
        self._confidence = np.zeros(0)
        self._in_use: set[str] = set()
        self._known: set[str] = set()
        self._decisions: tuple[Decision, ...] = ()

    def __len__(self) -> int:
        return len(self._numbers)

    def memberships(self) -> pl.DataFrame:
        """MEMBERSHIP of all records, ordered by record key."""
        places = np.flatnonzero(self._alive)
        frame = pl.DataFrame(
            {
                "record_key": self._rows["key"].gather(places),
                "identity_id": pl.Series(self._identity[places].tolist(), dtype=pl.String),
                "confidence": self._confidence[places],
            }
        )
        return MEMBERSHIP.check(frame.sort("record_key"))

    def pairs(self) -> pl.DataFrame:
        """SCORED_PAIR: all kept pairs, ordered by record keys."""
        return pair_frame(self._pairs, self._rows["key"], self.model)

    def apply(
        self, changed: pl.DataFrame, removed: Sequence[str] = (), decisions: Sequence[Decision] | None = None
    ) -> Resolution:
        """Takes new and corrected records, and takes records away.

        Args:
            changed: whole rows, each key once.
            removed: keys of records that no longer hold.
            decisions: those that stand now; None = as before.

        Returns:
            The outcome, as `resolve` gives it for the same change.
        """
        decided = self._take_decisions(decisions)
        gone = self._places([*removed, *changed["key"]])
        former = self._held(gone)
        before = self._rows[gone]
        new = self._add(changed, gone)
        touched = np.union1d(new, self._turned(before, changed))
        pairs, compared = self._score(touched)
        removed_keys = sorted(set(removed) & set(former))
        lost = np.zeros(len(self._alive), dtype=np.bool_)
        lost[touched], lost[gone] = True, True
        stale = lost[self._pairs.left] | lost[self._pairs.right]
        ends = np.concatenate([self._pairs.left[stale], self._pairs.right[stale]])
        self._pairs = ScoredPairs.concat([self._pairs.at(~stale), pairs])
        reached = np.unique(np.concatenate([touched, ends, self._places(decided)]))
        reached = reached[self._alive[reached]]
        resolution = self._regroup(reached, gone, former, removed_keys)
        return replace(
            resolution,
            touched=sorted([*self._rows["key"].gather(touched), *removed_keys]),
            pairs=pair_frame(pairs, self._rows["key"], self.model),
            compared=compared,
        )

    def match(self, rows: pl.DataFrame, most: int = 10) -> list[list[Match]]:
        """Records that each row may be, best first; nothing is kept.

        Args:
            rows: of the columns that records have; `key` is of no meaning.
            most: candidates to return a row.
        """
        queries = rows.with_columns(key=pl.format("\0{}", pl.int_range(pl.len())))
        keys = block.block_keys(queries, self.model.blocking)
        asked, place = np.unique(keys["key"].to_numpy(), return_inverse=True)
        found = self._keys.find(asked, self._alive, self.model.limits.block - 1)
        number = len(self._alive)
        left, right = pairs_across(
            keys["record"].to_numpy()[np.argsort(place, kind="stable")], np.bincount(place), found, number
        )
        near, positions = self._near(np.unique(right), queries)
        at = {number: position for position, number in enumerate(positions.tolist())}
        engine = Engine(near, self.model, self._common(near), threads=1)
        asking = np.array([at[a] for a in left.tolist()], dtype=np.int32)
        held = np.array([at[b] for b in right.tolist()], dtype=np.int32)
        met = engine.may_meet(asking, held)
        scored = engine.weigh(asking[met], held[met])
        out: list[list[Match]] = [[] for _ in range(len(rows))]
        for a, b, weight in zip(scored.left.tolist(), scored.right.tolist(), scored.weight.tolist(), strict=True):
            record = int(positions[b])
            probability = self.model.probability(weight)
            match = Match(self._rows["key"][record], self._identity[record], weight, probability)
            out[int(positions[a]) - number].append(match)
        return [sorted(found, key=lambda m: (-m.weight, m.record))[:most] for found in out]

    def _near(self, records: Ints, queries: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
        """Rows of the records and, after them, of the queries, ordered by key, and each one's number."""
        rows = pl.concat([self._rows[records], queries.select(self._rows.columns)])
        numbers = np.concatenate([records, len(self._alive) + np.arange(len(queries), dtype=np.int32)])
        order = rows["key"].arg_sort().to_numpy()
        return rows[order], numbers[order]

    def _take_decisions(self, decisions: Sequence[Decision] | None) -> list[str]:
        """Keys of the records that new and undone decisions name."""
        if decisions is None:
            return []
        moved = set(decisions) ^ set(self._decisions)
        self._decisions = tuple(decisions)
        return sorted({key for d in moved for key in (d.a, d.b)})

    def _held(self, records: Ints) -> dict[str, tuple[str, float]]:
        """Identity and confidence of each record that has one, by record key."""
        keys = self._rows["key"].gather(records).to_list()
        held = zip(keys, self._identity[records].tolist(), self._confidence[records].tolist(), strict=True)
        return {key: (identity, confidence) for key, identity, confidence in held if identity}

    def _places(self, keys: Sequence[str]) -> Ints:
        return np.array([self._numbers[key] for key in keys if key in self._numbers], dtype=np.int32)

    def _add(self, changed: pl.DataFrame, gone: Ints) -> Ints:
        """The rows are records; those they replace and the removed ones are dead. Returns the new numbers."""
        first = len(self._alive)
        for key in self._rows["key"].gather(gone):
            del self._numbers[key]
        self._alive[gone] = False
        new = np.arange(first, first + len(changed), dtype=np.int32)
        rows = changed.select(self._rows.columns)
        self._rows = pl.concat([self._rows, rows])
        self._numbers.update(zip(rows["key"].to_list(), new.tolist(), strict=True))
        self._alive = np.append(self._alive, np.ones(len(new), dtype=np.bool_))
        self._label = np.append(self._label, -1 - new)
        self._identity = np.append(self._identity, np.full(len(new), None, dtype=object))
        self._confidence = np.append(self._confidence, np.ones(len(new)))
        self._resident.extend(rows, self.model)
        for index, keys in ((self._keys, self._block_keys(rows)), (self._shared, self._shared_keys(rows))):
            index.add(keys["key"].to_numpy(), (keys["record"].to_numpy() + first).astype(np.int32), self._alive)
        return new

    def _turned(self, before: pl.DataFrame, changed: pl.DataFrame) -> Ints:
        """Living holders of a key or shared value that has become common with this change, or ceased to be."""
        out = []
        for index, made, limit in (
            (self._keys, self._block_keys, self.model.limits.block),
            (self._shared, self._shared_keys, self.model.limits.sharing),
        ):
            gone, added = (made(rows)["key"].value_counts(name="n") for rows in (before, changed))
            index.bury(int(gone["n"].sum()))
            both = added.join(gone, on="key", how="full", coalesce=True, suffix="_gone").fill_null(0)
            keys = both["key"].to_numpy()
            # A key that lost holders may stay known by so many more than the limit.
            most = both.select(pl.max_horizontal("n", "n_gone").max()).item() if both.height else 0
            found = index.find(keys, self._alive, limit + int(most))
            was = found.counts - both["n"].to_numpy().astype(np.int64) + both["n_gone"].to_numpy().astype(np.int64)
            turned = (found.counts > limit) != (was > limit)
            out.append(found.record[turned[found.place]])
        return np.unique(np.concatenate(out))

    def _score(self, touched: Ints) -> tuple[ScoredPairs, int]:
        """Kept pairs with a touched side, by record numbers, and how many candidates there were."""
        keys = self._block_keys(self._rows[touched])["key"].unique()
        found = self._keys.find(keys.to_numpy(), self._alive, self.model.limits.block)
        inside = np.unique(found.record)
        place = np.searchsorted(inside, found.record)
        entries = pl.DataFrame({"record": place.astype(np.uint32), "key": keys.gather(found.place)}).filter(
            pl.len().over("key") > 1
        )
        marks = np.isin(inside, touched)
        open_: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int32), np.zeros(0, np.int32))]
        compared = 0
        for chunk in block.stream(entries, marks, CHUNK):
            left, right = inside[chunk.left], inside[chunk.right]
            alike = self._is_alike(left, right)
            left, right = left[alike], right[alike]
            compared += len(left)
            hopeful = self._resident.bound(left, right, self._has_household(left)) >= self.model.thresholds.possible
            open_.append((left[hopeful], right[hopeful]))
        left, right = (np.concatenate(side) for side in zip(*open_, strict=True))
        engine, records = self._engine(np.unique(np.concatenate([left, right])))
        at = inverse_of(records, len(self._alive))
        parts = [
            engine.weigh(*low_high(at[left[i : i + CHUNK]], at[right[i : i + CHUNK]]))
            for i in range(0, len(left), CHUNK)
        ]
        scored = ScoredPairs.concat(parts)
        return ScoredPairs(records[scored.left], records[scored.right], scored.weight), compared

    def _regroup(
        self, reached: Ints, gone: Ints, former: dict[str, tuple[str, float]], removed: list[str]
    ) -> Resolution:
        """New identities of every component that was reached."""
        tie = self.model.thresholds.tie
        strong = self._pairs.at(self._pairs.weight >= tie)
        judged = [self._places([d.a, d.b]) for d in self._decisions]
        links = [pair for pair in judged if len(pair) == 2]
        # Components before the change, joined by the pairs and judgements that came with it.
        affected = np.isin(self._label, np.unique(np.concatenate([self._label[reached], self._label[gone]])))
        while True:
            wider = affected.copy()
            for left, right in ((strong.left, strong.right), *((p[:1], p[1:]) for p in links)):
                across = affected[left] != affected[right]
                wider |= np.isin(
                    self._label, np.unique(np.concatenate([self._label[left[across]], self._label[right[across]]]))
                )
            if (wider == affected).all():
                break
            affected = wider
        members = np.flatnonzero(affected & self._alive).astype(np.int32)
        engine, records = self._engine(members)
        at = inverse_of(records, len(self._alive))
        inside = self._pairs.at(affected[self._pairs.left] & affected[self._pairs.right])
        left, right = low_high(at[inside.left], at[inside.right])
        partition = engine.cluster(
            ScoredPairs(left, right, inside.weight), np.ones(len(records), dtype=np.bool_), self._decisions
        )
        ends = np.array([at[pair] for pair in links if (at[pair] >= 0).all()], dtype=np.int32).reshape(-1, 2)
        judgements = ScoredPairs(ends[:, 0], ends[:, 1], np.full(len(ends), np.inf))
        ties = ScoredPairs(left, right, inside.weight).at(inside.weight >= tie)
        self._relabel(records, ScoredPairs.concat([ties, judgements]))
        return self._assign(records, partition.groups(), former, removed)

    def _relabel(self, records: Ints, ties: ScoredPairs) -> None:
        """Component labels of these records, joined by these pairs of their positions: negated smallest numbers."""
        labels = cluster.components(len(records), ties.left, ties.right)
        smallest = np.full(int(labels.max(initial=-1)) + 1, np.iinfo(np.int32).max, dtype=np.int32)
        np.minimum.at(smallest, labels, records)
        self._label[records] = -1 - smallest[labels]

    def _assign(
        self, records: Ints, groups: object, former: dict[str, tuple[str, float]], removed: list[str]
    ) -> Resolution:
        names = self._rows["key"].gather(records).to_list()
        found = {tuple(names[i] for i in group): confidence for group, confidence in groups}  # type: ignore[attr-defined]
        held = former | self._held(records)
        previous = {name: identity for name, (identity, _) in held.items()}
        self._in_use -= set(previous.values())
        assignment = identities.assign(found, previous, self._known, self._in_use)
        self._in_use |= set(assignment.identity_of.values())
        self._known |= set(assignment.minted)
        rows = []
        for group, confidences in found.items():
            for name, confidence in zip(group, confidences, strict=True):
                identity, place = assignment.identity_of[name], self._numbers[name]
                if held.get(name) != (identity, confidence):
                    rows.append((name, identity, confidence))
                self._identity[place], self._confidence[place] = identity, confidence
        memberships = pl.DataFrame(rows, schema=MEMBERSHIP.columns, orient="row").sort("record_key")
        return Resolution([], SCORED_PAIR.empty(), memberships, removed, assignment, 0)

    def _engine(self, records: Ints) -> tuple[Engine, Ints]:
        """The records as an engine, and their numbers in its order."""
        rows = self._rows[records]
        order = rows["key"].arg_sort().to_numpy()
        rows = rows[order]
        return Engine(rows, self.model, self._common(rows)), records[order]

    def _common(self, rows: pl.DataFrame) -> dict[str, frozenset[str]]:
        """Shared values of these rows that too many living records hold."""
        out = {}
        for column in self.model.shared:
            values = rows[column].drop_nulls().unique()
            keys = hashed_values(values, column).to_numpy()
            found = self._shared.find(keys, self._alive, self.model.limits.sharing)
            out[column] = frozenset(values.filter(pl.Series(found.counts > self.model.limits.sharing)))
        return out

    def _block_keys(self, rows: pl.DataFrame) -> pl.DataFrame:
        return block.block_keys(rows, self.model.blocking).unique()

    def _shared_keys(self, rows: pl.DataFrame) -> pl.DataFrame:
        parts = [pl.DataFrame(schema={"record": pl.UInt32, "key": pl.UInt64})]
        for column in self.model.shared:
            held = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"), pl.col(column)).drop_nulls()
            parts.append(held.select("record", key=hashed_values(held[column], column)))
        return pl.concat(parts)

    def _is_alike(self, left: Ints, right: Ints) -> Mask:
        if "entity_type" not in self._rows.columns:
            return np.ones(len(left), dtype=np.bool_)
        kind = self._rows["entity_type"].fill_null("").to_physical()
        return (kind.gather(left) == kind.gather(right)).to_numpy()

    def _has_household(self, left: Ints) -> Mask | None:
        if "entity_type" not in self._rows.columns:
            return None
        return (self._rows["entity_type"].gather(left).fill_null("") == "person").to_numpy()
