"""What investigators keep: cases with pinned evidence, notes and drawn ties, saved views, and watches."""
