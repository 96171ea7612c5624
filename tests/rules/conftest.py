"""Hypothesis without a stop-watch: a slow machine fails no test."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("house"), max_examples=5000)
settings.load_profile("house")
