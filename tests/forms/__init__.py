"""Tests of the forms: what we ask, what we accept, what we say when we do not."""
