"""Agreement levels to match weights: Fellegi-Sunter in bits against a random pair and against a household."""

from linkage.score.fellegi_sunter import PairBits, Scorer, probability

__all__ = ["PairBits", "Scorer", "probability"]
