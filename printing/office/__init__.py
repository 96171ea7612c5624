"""Inner papers of the office: the day's list for the chief and the printer test page.

May import `printing.letter`, `printing.places` and rules for value types. One document per file:
a frozen dataclass, with its template and stylesheet of the same name beside it.
"""
