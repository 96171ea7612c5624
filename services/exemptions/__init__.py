"""Reductions on application (減免, F22): reckoned, examined, decided, taken back, told (法77条).

May import models, printing and rules. Governed by docs/exemptions.md.
"""
