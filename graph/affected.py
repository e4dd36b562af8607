"""Whose score a change of the graph can move, found from the change and the graph after it.

A person's score rests on the things they hold, on everybody on those things (how many, when), on the carriers that
follow theirs, on the events of those people, and on whom each of them may be the same as. Followed backwards, that
leads from what changed to everyone it can reach. Nobody is left out; some are scored again to the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from graph.days import known_by
from graph.holds import TIE_EDGES, UNDATED_TIES
from graph.policy import Limits
from graph.schema import EdgeKind, GraphChange, NodeKind
from graph.store import GraphScan

_THING = ["kind", "dst"]
_UNDATED = [kind.value for kind, (tie, _) in TIE_EDGES.items() if tie in UNDATED_TIES]


@dataclass(frozen=True, slots=True)
class _Edges:
    """What scores rest on: the edges after the change, and those that it set or removed.

    Args:
        ties: frame kind, src (person), dst (thing), is_known (by the day, after), after or before; may repeat.
        changed_ties: those of them that changed.
        committed: frame src (person), dst (event), after or before.
        changed_committed: those of them that changed.
        links: frame a, b: people who may be one, both ways round, after or before.
        changed_links: those of them that changed.
        follows: frame a, b: carriers that follow one another, both ways round, after or before.
        changed_follows: those of them that changed.
    """

    ties: pl.DataFrame
    changed_ties: pl.DataFrame
    committed: pl.DataFrame
    changed_committed: pl.DataFrame
    links: pl.DataFrame
    changed_links: pl.DataFrame
    follows: pl.DataFrame
    changed_follows: pl.DataFrame

    @classmethod
    def read(cls, change: GraphChange, graph: GraphScan, as_of: date) -> _Edges:
        named = ["kind", "src", "dst"]
        is_known = known_by(as_of).alias("is_known")
        touched = pl.concat([change.edges_removed.select(named), change.edges_set.select(named)]).unique()
        ties = touched.filter(pl.col("kind").is_in([kind.value for kind in TIE_EDGES]))
        committed = touched.filter(pl.col("kind") == EdgeKind.COMMITTED.value)
        links, follows = (
            _both_ways(touched.filter(pl.col("kind") == kind.value))
            for kind in (EdgeKind.POSSIBLY_SAME, EdgeKind.SUCCEEDS)
        )
        return cls(
            pl.concat(
                [
                    graph.edges(frozenset(TIE_EDGES)).select(*named, is_known),
                    ties.with_columns(is_known=pl.lit(value=False)),
                ]
            ),
            ties,
            pl.concat([graph.edges([EdgeKind.COMMITTED]).select(named), committed]),
            committed,
            pl.concat([_both_ways(graph.edges([EdgeKind.POSSIBLY_SAME])), links]),
            links,
            pl.concat([_both_ways(graph.edges([EdgeKind.SUCCEEDS])), follows]),
            follows,
        )

    def with_doubles(self, people: pl.Series) -> pl.Series:
        """The people, and whom each may be the same as."""
        return pl.concat([people, self.links.join(_frame(people, "a"), on="a", how="semi")["b"]]).unique()


def affected(change: GraphChange, graph: GraphScan, limits: Limits, as_of: date) -> pl.Series:
    """Identity ids whose score can differ after the change, ordered; identities that are gone are left out.

    Args:
        change: what was set and removed.
        graph: the graph after it.
        limits: how many people make a hub, how far carriers follow one another.
        as_of: the day of the scores, before and after.

    Complexity: linear in the edges that scores rest on.
    """
    edges = _Edges.read(change, graph, as_of)
    cases = _with_changed_cases(change, edges)
    things = pl.concat([_held(edges, cases), _changed_things(edges, limits)]).unique()
    carriers = things.filter(pl.col("kind") == EdgeKind.EMPLOYED_BY.value)["dst"]
    followed = _followed(pl.concat([carriers, edges.changed_follows["a"]]).unique(), edges, limits.succession_steps)
    employers = pl.DataFrame({"dst": followed}).select(kind=pl.lit(EdgeKind.EMPLOYED_BY.value), dst="dst")
    on_them = edges.ties.join(pl.concat([things, employers]).unique(), on=_THING, how="semi")["src"]
    people = pl.concat([on_them, cases, edges.changed_ties["src"]]).unique()
    there = graph.nodes(NodeKind.IDENTITY)["key"]
    reached = edges.with_doubles(people)
    return reached.filter(reached.is_in(there.implode())).sort().rename("identity_id")


def _with_changed_cases(change: GraphChange, edges: _Edges) -> pl.Series:
    """People whose events changed, or who may be one with somebody else than before; and whom they may be."""
    nodes = pl.concat([change.nodes_removed.select("kind", "key"), change.nodes_set.select("kind", "key")])
    events = nodes.filter(pl.col("kind") == NodeKind.EVENT.value).select(dst="key")
    theirs = edges.committed.join(events, on="dst", how="semi")["src"]
    own = pl.concat([theirs, edges.changed_committed["src"], edges.changed_links["a"]]).unique()
    return edges.with_doubles(own)


def _held(edges: _Edges, people: pl.Series) -> pl.DataFrame:
    return edges.ties.join(_frame(people, "src"), on="src", how="semi").select(_THING).unique()


def _changed_things(edges: _Edges, limits: Limits) -> pl.DataFrame:
    """Things that somebody came to, left or held otherwise, as far as that can matter to the others on them.

    It cannot where nobody on the thing has an event, nor where an undated thing was a hub and is one.
    """
    changed = edges.changed_ties.select(_THING).unique()
    offenders = edges.with_doubles(edges.committed["src"].unique())
    on_them = edges.ties.join(changed, on=_THING, how="semi")
    with_event = on_them.join(_frame(offenders, "src"), on="src", how="semi").select(_THING)
    follows = edges.follows.select(kind=pl.lit(EdgeKind.EMPLOYED_BY.value), dst="a")
    can_matter = changed.join(pl.concat([with_event, follows]).unique(), on=_THING, how="semi")
    return can_matter.join(_lasting_hubs(on_them, edges.changed_ties, limits), on=_THING, how="anti")


def _lasting_hubs(ties: pl.DataFrame, changed: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Undated things that more people hold, before and after alike, than can tie anybody."""
    lasting = ties.filter(pl.col("kind").is_in(_UNDATED) & pl.col("is_known"))
    lasting = lasting.join(changed, on=["kind", "src", "dst"], how="anti").unique(["kind", "src", "dst"])
    return lasting.group_by(_THING).len("people").filter(pl.col("people") > limits.hub_degree).select(_THING)


def _followed(carriers: pl.Series, edges: _Edges, steps: int) -> pl.Series:
    """The carriers, and those that a succession of so many steps joins them to."""
    found = carriers
    for _ in range(steps):
        further = edges.follows.join(_frame(found, "a"), on="a", how="semi")["b"]
        found = pl.concat([found, further]).unique()
    return found


def _both_ways(edges: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([edges.select(a="src", b="dst"), edges.select(a="dst", b="src")])


def _frame(values: pl.Series, name: str) -> pl.DataFrame:
    return pl.DataFrame({name: values})
