"""Tests of the statute: cases in `cases/*.yaml`, each with its source, and properties by Hypothesis."""
