"""Screening: which enrolled drivers a change or the passing of time brings before a reviewer, and what is new."""
