"""Learning a model from the user's own pairs.

`em` finds m and u probabilities from patterns of agreement, `u` takes their bias out, `guard` refuses what is no
model; `active` chooses pairs for people to judge, `labels` settles what they said, `calibrate` and `reliability` turn
it into probabilities, and `assess` into precision and recall of a run. All of it works on arrays and plain frames.
"""

from linkage.training.em import Fit, Options, PairClass, Sample, fit, fit_samples
from linkage.training.parameters import Parameters, Table, first_guess, table_of
from linkage.training.patterns import Patterns, merge

__all__ = [
    "Fit",
    "Options",
    "PairClass",
    "Parameters",
    "Patterns",
    "Sample",
    "Table",
    "first_guess",
    "fit",
    "fit_samples",
    "merge",
    "table_of",
]
