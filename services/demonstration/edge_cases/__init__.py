"""The forty households H01 to H40 with fixed numbers, each named for what it shows (sample-people, 3).

May import the demonstration's story and the rules. `catalog` lists them; docs/demonstration.md tells them.
"""
