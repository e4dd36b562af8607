"""A year of monthly loads: what screening opened against what it should have, and how long each step took."""
