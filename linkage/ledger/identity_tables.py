"""The ledger's tables of identities: memberships, scored pairs, runs, moves and redirects."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import apsw
import polars as pl

from linkage.errors import UnknownRecord
from linkage.schema import MEMBERSHIP, SCORED_PAIR

_LEFT = (
    "membership_change c WHERE to_id IS NULL "
    "AND run_id = (SELECT max(run_id) FROM membership_change d WHERE d.record_key = c.record_key) "
    "AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.record_key = c.record_key)"
)


@dataclass(frozen=True)
class IdentityTables:
    """Reads and writes of identity tables on one connection."""

    connection: apsw.Connection

    def memberships(self) -> pl.DataFrame:
        """All memberships (MEMBERSHIP), ordered by record key."""
        rows = self.connection.execute(
            "SELECT record_key, identity_id, confidence FROM membership ORDER BY record_key"
        ).fetchall()
        return pl.DataFrame(rows, schema=MEMBERSHIP.columns, orient="row")

    def records_of(self, identity_id: str) -> list[str]:
        """Record keys of one identity, in order."""
        rows = self.connection.execute(
            "SELECT record_key FROM membership WHERE identity_id = ? ORDER BY record_key", (identity_id,)
        )
        return [str(row[0]) for row in rows]

    def withdrawn_from(self, identities: Collection[str]) -> list[str]:
        """Records that were in one of the identities last and are in none now, in order."""
        rows = self.connection.execute(
            f"SELECT record_key FROM {_LEFT} AND from_id IN (SELECT value FROM json_each(?)) ORDER BY 1",  # noqa: S608
            (json.dumps(list(identities)),),
        )
        return [str(row[0]) for row in rows]

    def left_by(self, keys: Collection[str]) -> dict[str, str]:
        """The identity that each of the records was in last which is in none now, by record key."""
        rows = self.connection.execute(
            f"SELECT record_key, from_id FROM {_LEFT} AND record_key IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(list(keys)),),
        )
        return {str(key): str(identity) for key, identity in rows}

    def find(self, text: str) -> str | None:
        """The current identity id behind an identity id, former id or record key, or None."""
        row = self.connection.execute("SELECT identity_id FROM membership WHERE record_key = ?", (text,)).fetchone()
        if row:
            return str(row[0])
        row = self.connection.execute("SELECT current FROM redirect WHERE former = ?", (text,)).fetchone()
        identity = str(row[0]) if row else text
        row = self.connection.execute("SELECT 1 FROM membership WHERE identity_id = ? LIMIT 1", (identity,)).fetchone()
        return identity if row else None

    def require(self, text: str) -> str:
        """The current identity id behind an identity id, former id or record key.

        Raises:
            UnknownRecord: it names nothing here.
        """
        found = self.find(text)
        if found is None:
            raise UnknownRecord("no such driver: give an identity id, a former id or source/record_id")
        return found

    def former_ids(self, identity_id: str) -> list[str]:
        """Ids that lead to this identity now."""
        rows = self.connection.execute("SELECT former FROM redirect WHERE current = ? ORDER BY former", (identity_id,))
        return [str(row[0]) for row in rows]

    def known_ids(self) -> set[str]:
        """Every identity id ever minted."""
        return {str(row[0]) for row in self.connection.execute("SELECT identity_id FROM identity")}

    def scored_pairs(self) -> pl.DataFrame:
        """All kept pairs (SCORED_PAIR), ordered by record keys."""
        rows = self.connection.execute("SELECT * FROM scored_pair ORDER BY record_l, record_r").fetchall()
        return pl.DataFrame(rows, schema=SCORED_PAIR.columns, orient="row")

    def kept_pairs(self, keys: Collection[str], floor: float) -> list[tuple[str, str, float]]:
        """Kept pairs from `floor` bits on of which either record is one of the keys: two records and their weight."""
        rows = self.connection.execute(
            "SELECT p.record_l, p.record_r, p.match_weight FROM json_each(?1) j "
            "JOIN scored_pair p ON p.record_l = j.value WHERE p.match_weight >= ?2 "
            "UNION SELECT p.record_l, p.record_r, p.match_weight FROM json_each(?1) j "
            "JOIN scored_pair p ON p.record_r = j.value WHERE p.match_weight >= ?2",
            (json.dumps(list(keys)), floor),
        )
        return [(str(left), str(right), float(weight)) for left, right, weight in rows]

    def identities_of(self, keys: Collection[str]) -> dict[str, str]:
        """Identity of each of the records that is in one, by record key."""
        rows = self.connection.execute(
            "SELECT m.record_key, m.identity_id FROM json_each(?) j JOIN membership m ON m.record_key = j.value",
            (json.dumps(list(keys)),),
        )
        return {str(key): str(identity) for key, identity in rows}

    def possible_links(self) -> pl.DataFrame:
        """Kept pairs of records in two identities that nobody has judged to be different (SCORED_PAIR)."""
        rows = self.connection.execute(
            "SELECT p.* FROM scored_pair p "
            "JOIN membership l ON l.record_key = p.record_l JOIN membership r ON r.record_key = p.record_r "
            "WHERE l.identity_id <> r.identity_id AND NOT EXISTS ("
            "  SELECT 1 FROM decision d "
            "  JOIN membership a ON a.record_key = d.a JOIN membership b ON b.record_key = d.b "
            "  WHERE d.judgement = 'different' AND d.undone_at IS NULL AND NOT EXISTS ("
            "    SELECT 1 FROM decision e WHERE e.a = d.a AND e.b = d.b AND e.undone_at IS NULL AND e.n > d.n) "
            "  AND ((a.identity_id = l.identity_id AND b.identity_id = r.identity_id) "
            "    OR (a.identity_id = r.identity_id AND b.identity_id = l.identity_id))) "
            "ORDER BY p.record_l, p.record_r"
        ).fetchall()
        return pl.DataFrame(rows, schema=SCORED_PAIR.columns, orient="row")

    def moves_of(self, identity_id: str) -> list[dict[str, object]]:
        """What happened to an identity id, oldest first."""
        rows = self.connection.execute(
            "SELECT run.run_id, run.cause, run.ref, run.at, kind, from_id, to_id FROM move JOIN run USING (run_id) "
            "WHERE from_id = ?1 OR to_id = ?1 ORDER BY run.run_id, kind, from_id, to_id",
            (identity_id,),
        )
        names = ("run", "cause", "ref", "at", "kind", "from", "to")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def next_run(self) -> int:
        """The number that the next run gets."""
        return int(self.connection.execute("SELECT coalesce(max(run_id), 0) + 1 FROM run").get)

    def insert_run(self, run_id: int, cause: str, ref: int, model: str, at: str) -> None:
        """The run is recorded and announced in the outbox."""
        self.connection.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?)", (run_id, cause, ref, model, at))
        self.announce(run_id)

    def announce(self, run_id: int) -> None:
        """The outbox has one more entry: what follows the ledger has something to do."""
        self.connection.execute("INSERT INTO outbox (run_id) VALUES (?)", (run_id,))

    def outbox_head(self) -> int:
        """Sequence number of the newest outbox entry; 0 in an empty workspace."""
        return int(self.connection.execute("SELECT coalesce(max(sequence), 0) FROM outbox").get)

    def replace_pairs(self, touched: Iterable[str], pairs: pl.DataFrame) -> None:
        """Kept pairs of the touched records are exactly `pairs` (SCORED_PAIR)."""
        self.connection.executemany(
            "DELETE FROM scored_pair WHERE record_l = ?1 OR record_r = ?1", ((key,) for key in touched)
        )
        self.connection.executemany(
            "INSERT OR REPLACE INTO scored_pair VALUES (?, ?, ?, ?)", SCORED_PAIR.check(pairs).iter_rows()
        )

    def write_memberships(self, run_id: int, changed: pl.DataFrame, removed: Sequence[str]) -> None:
        """Changed memberships (MEMBERSHIP) hold, removed records belong nowhere; what they left is kept."""
        left = [*changed.select("record_key", "identity_id").iter_rows(), *((key, None) for key in removed)]
        self.connection.executemany(
            "INSERT INTO membership_change SELECT record_key, ?1, identity_id, ?3 FROM membership "
            "WHERE record_key = ?2 AND identity_id IS NOT ?3",
            ((run_id, key, identity) for key, identity in left),
        )
        self.connection.executemany("DELETE FROM membership WHERE record_key = ?", ((key,) for key in removed))
        self.connection.executemany(
            "INSERT OR REPLACE INTO membership VALUES (?, ?, ?)", MEMBERSHIP.check(changed).iter_rows()
        )

    def write_moves(
        self, run_id: int, moves: Iterable[tuple[str, str | None, str | None]], minted: Iterable[str]
    ) -> None:
        """Moves (kind, from, to) of a run and newly minted ids are recorded."""
        self.connection.executemany("INSERT INTO identity VALUES (?, ?)", ((identity, run_id) for identity in minted))
        self.connection.executemany("INSERT INTO move VALUES (?, ?, ?, ?)", ((run_id, *move) for move in moves))

    def write_redirects(self, redirects: Iterable[tuple[str, str]]) -> None:
        """Each former id leads to its current one; an id that lives again leads to itself and is dropped here."""
        for former, current in redirects:
            if former == current:
                self.connection.execute("DELETE FROM redirect WHERE former = ?", (former,))
                continue
            self.connection.execute("UPDATE redirect SET current = ? WHERE current = ?", (current, former))
            self.connection.execute("INSERT OR REPLACE INTO redirect VALUES (?, ?)", (former, current))
