"""Agreement levels to match weights: Fellegi-Sunter in bits against a random pair and against a household."""

from linkage.score.fellegi_sunter import PairBits, Scorer, probability
from linkage.score.planes import SILENT, PlaneScorer

__all__ = ["SILENT", "PairBits", "PlaneScorer", "Scorer", "probability"]
