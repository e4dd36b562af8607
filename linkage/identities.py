"""Clusters and previous identities to stable ids, with the list of what survived, was minted, merged or split.

An identity keeps its id while it holds most of its records. Ids are minted from the first record key of the new
identity, so a run is repeatable, and an identity that a wrong merge swallowed comes back under its own id when the
merge is undone.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

ID_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Move:
    """One change of an identity: mint, grow, shrink, merge (from into to), split (to from from) or retire."""

    kind: str
    from_id: str | None
    to_id: str | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Identities after a run.

    Args:
        identity_of: record key to identity id, for the clusters given.
        moves: in a stable order.
        minted: ids seen for the first time.
        redirects: former id to current id; an id that lives again leads to itself.
    """

    identity_of: dict[str, str]
    moves: list[Move]
    minted: list[str]
    redirects: dict[str, str]


def assign(
    clusters: Iterable[Sequence[str]],
    previous: Mapping[str, str],
    known: Container[str],
    in_use: Container[str],
) -> Assignment:
    """Ids of the clusters.

    Args:
        clusters: record keys of each new identity; together they hold every record of each identity they touch, but
            for removed records.
        previous: record key to identity id before, for these records and for removed ones.
        known: every id ever minted.
        in_use: ids of identities outside the clusters, which may not be taken.
    """
    ordered = sorted(sorted(cluster) for cluster in clusters)
    overlap = [Counter(previous[key] for key in cluster if key in previous) for cluster in ordered]
    heirs: dict[str, list[int]] = defaultdict(list)
    for number, counts in enumerate(overlap):
        for former in counts:
            heirs[former].append(number)
    heir = {
        former: min(numbers, key=lambda number: (-overlap[number][former], ordered[number][0]))
        for former, numbers in heirs.items()
    }
    chosen: dict[int, str] = {}
    for number, counts in enumerate(overlap):
        own = [former for former in counts if heir[former] == number]
        if own:
            # Of equals the one that the first record had, so that parting and joining again changes nothing.
            first = next(previous[key] for key in ordered[number] if previous.get(key) in own)
            chosen[number] = min(own, key=lambda former: (-counts[former], former != first, former))
    taken = set(chosen.values())
    minted: list[str] = []
    for number, cluster in enumerate(ordered):
        if number not in chosen:
            chosen[number] = _mint(cluster, (taken, in_use), known)
            taken.add(chosen[number])
            if chosen[number] not in known:
                minted.append(chosen[number])
    return Assignment(
        identity_of={key: chosen[number] for number, cluster in enumerate(ordered) for key in cluster},
        moves=_moves(ordered, overlap, heir, chosen, previous),
        minted=minted,
        redirects=_redirects(heir, chosen, known),
    )


def _mint(cluster: Sequence[str], taken: tuple[Container[str], Container[str]], known: Container[str]) -> str:
    """The id that one of the records was first known under, if it is free; else a new one of the first record."""
    for key in cluster:
        for attempt in itertools.count():
            identity = _id_of(key, attempt)
            if identity not in known:
                break
            if not any(identity in part for part in taken):
                return identity
    return next(
        identity
        for attempt in itertools.count()
        if (identity := _id_of(cluster[0], attempt)) not in known and not any(identity in part for part in taken)
    )


def _id_of(key: str, attempt: int) -> str:
    seed = f"{key}\x1f{attempt}" if attempt else key
    digest = hashlib.blake2b(seed.encode("utf-8"), digest_size=8).digest()
    return "D-" + base64.b32encode(digest).decode("ascii")[:ID_LETTERS]


def _moves(
    ordered: Sequence[Sequence[str]],
    overlap: Sequence[Counter[str]],
    heir: Mapping[str, int],
    chosen: Mapping[int, str],
    previous: Mapping[str, str],
) -> list[Move]:
    moves: list[Move] = []
    size_before = Counter(previous.values())
    for number, counts in enumerate(overlap):
        own = chosen[number]
        merged = [former for former in counts if former != own and heir[former] == number]
        parted = [former for former in counts if former != own and heir[former] != number]
        moves.extend(Move("merge", former, own) for former in sorted(merged))
        moves.extend(Move("split", former, own) for former in sorted(parted))
        if own not in counts and not parted:
            moves.append(Move("mint", None, own))
        elif own in counts and any(key not in previous for key in ordered[number]):
            moves.append(Move("grow", own, own))
        elif own in counts and counts[own] < size_before[own]:
            moves.append(Move("shrink", own, own))
    moves.extend(Move("retire", former, None) for former in sorted(size_before) if former not in heir)
    return sorted(moves, key=lambda move: (move.kind, move.from_id or "", move.to_id or ""))


def _redirects(heir: Mapping[str, int], chosen: Mapping[int, str], known: Container[str]) -> dict[str, str]:
    living = set(chosen.values())
    gone = {former: chosen[number] for former, number in heir.items() if former not in living}
    revived = {identity: identity for identity in living if identity in known}
    return dict(sorted({**gone, **revived}.items()))
