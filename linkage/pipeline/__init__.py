"""The order of the stages: person facts in, identities out."""

from linkage.pipeline.explain import AttributeBits, Explainer, PairExplanation
from linkage.pipeline.live import LiveResolver, Match
from linkage.pipeline.resolve import Change, Previous, Resolution, Resolver, resolve

__all__ = [
    "AttributeBits",
    "Change",
    "Explainer",
    "LiveResolver",
    "Match",
    "PairExplanation",
    "Previous",
    "Resolution",
    "Resolver",
    "resolve",
]
