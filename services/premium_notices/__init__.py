"""Letters and payment slips out of an assessment in force: one household, a district, the city (issue 7).

May import models, printing and rules. Governed by docs/premium-notices.md and letters-and-certificates.
"""
