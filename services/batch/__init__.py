"""Runs over many rows: one unit of work per item, resumable, telling what was skipped."""
