"""Assessments on record (賦課): the city read as columns, runs, comparing, deciding, one household's page.

May import models and rules; numpy for whole columns. Governed by docs/assessments.md and requirements D1-D4.
"""
