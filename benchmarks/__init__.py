"""Measures the portal on the full demonstration city: `make bench`, `python -m benchmarks [name]`.

Each bench prints JSON lines with name, value, unit, baseline and ratio (value of the baseline divided by ours
where less is better). Absolute figures swing with the machine; the ratio to what ran beside it in the same
minutes counts. May import everything; nothing imports it.
"""
