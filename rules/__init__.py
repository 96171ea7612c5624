"""The statute: pure functions over dated, cited parameters (architecture, sections 3 and 6).

May import the standard library, numpy, jpholiday and yaml; never Flask, an ORM, the clock or floats.
"""
