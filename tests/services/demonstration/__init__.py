"""Tests of the demonstration: the same seed makes the same city, in the shares that were told."""
