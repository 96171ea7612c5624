"""Masters of every installation, and the fictitious city with its people, for demonstration and tests.

May import models and rules; Faker's Japanese lists feed the names. Governed by shared knowledge kept in
docs/demonstration.md: shares of people and households, the edge-case households H01 to H40, invented
numbers. Nothing here is loaded in production but `masters.install_masters`.
"""
