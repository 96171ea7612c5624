"""Tests mirror the packages; architecture/ keeps the house as drawn (architecture, section 8)."""
