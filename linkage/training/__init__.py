"""Learning a model from the user's own pairs: m and u probabilities, calibration, and a guard that says no."""
