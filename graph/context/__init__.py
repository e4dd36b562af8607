"""What stands beside a score and moves none: declared ties, the carriers worked for, routes over a second person."""

from graph.context.asked import NO_RECORDS, Asked, HeldRecords, Records
from graph.context.carriers import carriers_of
from graph.context.declared_ties import declared_ties
from graph.context.second_person import second_person
from graph.report import Context

__all__ = ["NO_RECORDS", "Asked", "HeldRecords", "Records", "context_of"]


def context_of(asked: Asked) -> Context:
    """The context of one person: the same facts in any order and on any store give the same document."""
    return Context(
        declared=declared_ties(asked),
        carriers=carriers_of(asked),
        second_person=second_person(asked),
    )
