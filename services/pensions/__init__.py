"""Premiums out of pensions (特別徴収, 法76条の3): what payers told, who is concerned, what is taken.

May import models, rules, printing and the services of assessments; docs/pension-deduction.md governs it.
"""
