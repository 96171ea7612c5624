"""Slips and letters that a notification brings forth (letters-and-certificates, section 7).

May import `printing.letter`, `printing.places` and rules for value types. One document per file:
a frozen dataclass, with its template and stylesheet of the same name beside it.
"""
