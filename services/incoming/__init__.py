"""Data that come in as files (J5): taken, checked, compared, decided by a second person, applied, erased.

May import models, interchange and rules; knows neither Flask nor the engine. See docs/incoming.md.
"""
