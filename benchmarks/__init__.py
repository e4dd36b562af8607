"""Measurements of whole commands, beside the tests and never part of them."""
